import type { AuditPage } from '../../../ports/audit.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { PersonalData } from '../../kernel/personal-data.ts'

const pageSize = 500

/** Who did what, in ids. It stays as it is: a chain of hashes runs through it. */
export function createAuditPersonalData({ audit }: Needs<'audit'>): readonly PersonalData[] {
  async function all(readPage: (after: { readonly after?: string }) => Promise<AuditPage>) {
    const records = []
    let after: string | undefined
    do {
      const page = await readPage(after === undefined ? {} : { after })
      records.push(...page.items)
      after = page.next
    } while (after !== undefined)
    return records
  }
  return [
    {
      store: 'audit_logs',
      dataClass: 'personal',
      fields: ['event', 'outcome', 'resourceType', 'resourceId', 'createdAt', 'changedFields'],
      withheld: ['ip_hmac', 'actor_id', 'request_id'],
      purpose: 'Shows afterwards who did what, and that nobody changed the record of it.',
      retention: '7 years at least.',
      async collect({ userId }) {
        const [done, about] = await Promise.all([
          all((after) => audit.listByActor(userId, { limit: pageSize, ...after })),
          all((after) => audit.listByResource({ type: 'user', id: userId }, { limit: pageSize, ...after })),
        ])
        const records = new Map([...done, ...about].map((record) => [record.id, record]))
        return [...records.values()]
          .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
          .map((record) => ({
            event: record.eventType,
            byYou: record.actorId === userId,
            outcome: record.outcome,
            resourceType: record.resourceType,
            resourceId: record.resourceId,
            changedFields: record.changedFields,
            createdAt: record.createdAt,
          }))
      },
      async erase() {
        return [
          {
            what: 'The audit log: that something was done, when, and the random number your account had. Neither your name nor your address nor anything you wrote is in it.',
            rule: 'The law requires six years of records of who saw health information (45 CFR 164.312(b) and 164.316(b)(2)(i)); we keep at least seven.',
            until: null,
          },
        ]
      },
    },
  ]
}
