import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { type Consent, consents } from './consents.model.ts'

export function createConsentsPersonalData({ documents }: Needs<'documents'>): readonly PersonalData[] {
  const decisionsOf = (userId: string) =>
    walk<Consent>((after) =>
      documents.query(consents, { path: 'byTime', partition: userId, equals: {}, limit: 100, ...after }),
    )
  return [
    {
      store: consents.name,
      dataClass: 'personal',
      fields: ['document', 'version', 'decision', 'decidedAt'],
      purpose: 'Shows what somebody agreed to, and when they took it back.',
      retention: 'For as long as the account exists; that it happened stays in the audit log.',
      async collect({ userId }) {
        const decisions = []
        for await (const { value } of decisionsOf(userId)) decisions.push(value)
        return decisions
      },
      async erase({ userId }) {
        for await (const { value } of decisionsOf(userId))
          await documents.remove(consents, { partition: userId, id: value.id })
        return nothingKept
      },
    },
  ]
}
