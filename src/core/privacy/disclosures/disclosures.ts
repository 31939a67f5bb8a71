import { z } from 'zod'
import type { AuditRecord } from '../../../ports/audit.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Plain } from '../../kernel/messages/said.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Audit } from '../../platform/audit/audit.ts'

export const Disclosure = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    who: z.object({
      role: z
        .enum(['mentor', 'admin', 'staff', 'service', 'recipient'])
        .meta({ description: '`recipient`: whoever has a link that I made, by the name I gave them.' }),
      name: z.string().nullable().meta({ description: 'Null for a service, and for who is gone.' }),
    }),
    what: SaidText.meta({ example: 'Your progress in your courses' }),
    why: SaidText.meta({ example: 'Mentoring' }),
  })
  .meta({ id: 'Disclosure' })
export type Disclosure = z.input<typeof Disclosure>

/** Which events show somebody's data to somebody else: what was shown, and for what. */
const disclosing: Readonly<Record<string, { readonly what: Plain; readonly why: Plain }>> = {
  'progress.read': { what: 'Your progress in your courses', why: 'Mentoring' },
  'quiz.results': { what: 'Your answers to a quiz, and how well you did', why: 'Teaching' },
  'share.look': { what: 'Your progress in courses that you shared', why: 'You made a link for it' },
  'user.read': { what: 'Your account', why: 'Administration' },
  'user.disclosures': { what: 'Who has seen your data', why: 'Administration' },
  'session.end': { what: 'A device that you were signed in on', why: 'Administration' },
  'session.revoke_all': { what: 'The devices that you were signed in on', why: 'Administration' },
  'user.administer': { what: 'Your account', why: 'Administration' },
  'user.recovery_started': { what: 'Your account', why: 'Help to get back into it' },
  'user.recovery_approved': { what: 'Your account', why: 'Help to get back into it' },
  'user.hold': { what: 'Your account', why: 'A legal duty to keep it' },
  'user.release_hold': { what: 'Your account', why: 'The end of a legal duty to keep it' },
}

const recipientPrefix = 'share:'
const scannedAtOnce = 100
const scannedAtMost = 1_000

export interface DisclosuresBorrows {
  readonly users: Pick<Users, 'read'>
  readonly audit: Pick<Audit, 'actors' | 'record'>
}

/** The accounting of disclosures: who saw what of a person, when and why, from the audit log. */
const createListDisclosures =
  ({ audit }: Needs<'audit'>, { users, audit: { actors } }: DisclosuresBorrows) =>
  async (actor: Pick<Actor, 'userId'>, { cursor, limit }: CursorQuery): Promise<CursorPage<Disclosure>> => {
    const isDisclosure = ({ outcome, actorId, eventType }: AuditRecord): boolean =>
      outcome === 'success' && actorId !== actor.userId && Object.hasOwn(disclosing, eventType)
    const found: AuditRecord[] = []
    let after = cursor
    for (let scanned = 0; scanned < scannedAtMost && found.length < limit; scanned += scannedAtOnce) {
      // No more at once than may be found: the cursor has to stand right after the last one that is answered.
      const page = await refusingBadCursors(() =>
        audit.listByResource(
          { type: 'user', id: actor.userId },
          {
            limit: Math.min(scannedAtOnce, limit - found.length),
            ...(after === undefined ? {} : { after }),
          },
        ),
      )
      found.push(...page.items.filter(isDisclosure))
      after = page.next
      if (after === undefined) break
    }

    const actorIds = [...new Set(found.map(({ actorId }) => actorId))]
    const people = new Map(
      await Promise.all(
        actorIds
          .filter((id) => !id.includes(':') && id !== 'system')
          .map(async (id) => [id, (await users.read(id))?.value ?? null] as const),
      ),
    )
    const recipients = new Map(
      await Promise.all(
        actorIds
          .filter((id) => id.startsWith(recipientPrefix))
          .map(async (id) => {
            const shareId = id.slice(recipientPrefix.length)
            return [id, (await actors.of('share')?.(actor.userId, shareId)) ?? null] as const
          }),
      ),
    )
    const whoIs = (id: string): Disclosure['who'] => {
      if (id.startsWith(recipientPrefix)) return { role: 'recipient', name: recipients.get(id) ?? null }
      const person = people.get(id)
      if (person === undefined) return { role: 'service', name: null }
      const isStaff = person?.role === 'mentor' || person?.role === 'admin'
      return {
        role: person && isStaff ? (person.role as 'mentor' | 'admin') : 'staff',
        name: person?.name ?? null,
      }
    }
    return pageOf(
      found.flatMap(({ id, createdAt, actorId, eventType }) => {
        const shown = disclosing[eventType]
        return shown ? [{ id, at: createdAt, who: whoIs(actorId), ...shown }] : []
      }),
      after,
    )
  }

export function createDisclosures(needs: Needs<'audit'>, borrows: DisclosuresBorrows) {
  const { users, audit } = borrows
  const list = createListDisclosures(needs, borrows)
  return {
    ...emptyFace,
    list,
    /** What somebody sees of themselves, for whoever tells it to them. The look is one of those that it lists. */
    async listOf(actor: Actor, userId: string, query: CursorQuery, caller: Caller) {
      if (!(await users.read(userId))) throw notFound()
      const page = await list({ userId }, query)
      await audit.record(caller, {
        event: 'user.disclosures',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: userId },
      })
      return page
    },
  }
}

export type Disclosures = ReturnType<typeof createDisclosures>

export const disclosuresDomain = { collections: [], create: createDisclosures }
