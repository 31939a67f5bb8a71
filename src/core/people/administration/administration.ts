import type { Stored } from '../../../ports/documents.ts'
import { normalizeEmailAddress } from '../../../ports/email-address.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import {
  type AdminUserQuery,
  type AdminUserView,
  accountIsClosing,
  isStaff,
  type User,
  users as userCollection,
} from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { forbidden, notFound, validationError } from '../../kernel/errors.ts'
import { foldText } from '../../kernel/fold-text.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Mentors } from '../../learning/mentors/mentors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { viewOf } from './account-view.ts'
import { createAppoint } from './appoint.ts'
import type { UpdateUser } from './person.model.ts'
import { createReadPerson, type PersonBorrows } from './read-person.ts'

/** How many accounts one request looks at before it answers with a page that may not be full. */
const scannedAtMost = 2_000
const scanSize = 200

export interface AdministrationBorrows extends PersonBorrows {
  readonly users: Users
  readonly audit: Recording
  readonly mentors: Pick<Mentors, 'syncLearner' | 'release'>
  readonly auth: Pick<Auth, 'forgetSessions' | 'ofOthers' | 'assistedRecovery'>
}

/** What admins do to accounts: find them, give roles and mentors, suspend, sign out. Never a password. */
export function createAdministration(
  { documents, clock }: Needs<'documents' | 'clock'>,
  borrows: AdministrationBorrows,
) {
  const { users, audit, mentors, auth } = borrows
  const { forgetSessions, ofOthers } = auth
  const record = (
    actor: Actor,
    caller: Caller,
    event: string,
    userId: string,
    changedFields: string[] = [],
  ) =>
    audit.record(caller, {
      event,
      actorId: actor.userId,
      sessionId: actor.sessionId,
      resource: { type: 'user', id: userId },
      changedFields,
    })

  const matches = ({ q, role, status }: AdminUserQuery, user: User): boolean =>
    (role === undefined || user.role === role) &&
    (status === undefined || user.status === status) &&
    (foldText(user.name).includes(foldText(q ?? '')) || user.email.includes(normalizeEmailAddress(q ?? '')))

  async function requireMentor(mentorId: string): Promise<void> {
    const mentor = await users.read(mentorId)
    if (!mentor || !isStaff(mentor.value))
      throw validationError([
        { path: 'mentorId', code: 'not_a_mentor', message: 'Must be a mentor or an admin.' },
      ])
  }

  return {
    ...emptyFace,
    administrators: createAppoint({ clock }, { users, audit, mentors, forgetSessions }),
    /** In no particular order. A page may hold fewer than its limit, or nothing, and still have a next one. */
    async list(query: AdminUserQuery): Promise<CursorPage<AdminUserView>> {
      const found: User[] = []
      let scanned = 0
      let after = query.cursor
      do {
        const limit = Math.min(scanSize, query.limit - found.length)
        const page = await refusingBadCursors(() =>
          documents.scan(userCollection, { limit, ...(after === undefined ? {} : { after }) }),
        )
        found.push(...page.items.map(({ value }) => value).filter((user) => matches(query, user)))
        scanned += page.items.length
        after = page.next
      } while (after !== undefined && found.length < query.limit && scanned < scannedAtMost)
      return pageOf(found.map(viewOf), after)
    },

    /**
     * A new role or status ends every session of the person. Nobody does this to themselves, and to the last administrator
     * nobody does it: throws `last_administrator`.
     */
    async update(actor: Actor, userId: string, change: UpdateUser, caller: Caller): Promise<AdminUserView> {
      const { role, status, mentorId } = change
      if (userId === actor.userId && (role !== undefined || status !== undefined)) throw forbidden()
      if (mentorId === userId)
        throw validationError([{ path: 'mentorId', code: 'own_id', message: 'Must be somebody else.' }])
      if (typeof mentorId === 'string') await requireMentor(mentorId)
      let before: User | undefined
      const { value: user }: Stored<User> = await users.changeAs(actor, userId, (latest) => {
        if (latest.role === 'guest' && role !== undefined) throw forbidden()
        if (latest.deletion && status !== undefined) throw accountIsClosing()
        before = latest
        const isOther =
          (role !== undefined && role !== latest.role) || (status !== undefined && status !== latest.status)
        return {
          ...latest,
          role: role ?? latest.role,
          status: status ?? latest.status,
          mentorId: mentorId === undefined ? (latest.mentorId ?? null) : mentorId,
          securityEpoch: latest.securityEpoch + (isOther ? 1 : 0),
          updatedAt: new Date(clock.now()).toISOString(),
        }
      })
      forgetSessions(userId)
      const formerMentor = before?.mentorId
      if (formerMentor && formerMentor !== user.mentorId) await mentors.release(formerMentor, userId)
      await mentors.syncLearner(user)
      users.announce(user)
      await record(actor, caller, 'user.administer', userId, Object.keys(change))
      return viewOf(user)
    },

    read: createReadPerson(borrows, record),

    /** Ends one session of somebody; one that is over, or is somebody else's, is not found. */
    async revokeSession(actor: Actor, userId: string, sessionId: string, caller: Caller): Promise<void> {
      if (!(await ofOthers.endSession(userId, sessionId))) throw notFound()
      await record(actor, caller, 'session.end', userId, ['sessions'])
    },

    async revokeSessions(actor: Actor, userId: string, caller: Caller): Promise<void> {
      const known = await users.read(userId)
      if (!known) throw notFound()
      await users.changeAs(actor, userId, (latest) => ({
        ...latest,
        securityEpoch: latest.securityEpoch + 1,
      }))
      forgetSessions(userId)
      await record(actor, caller, 'session.revoke_all', userId)
    },
  }
}

export type Administration = ReturnType<typeof createAdministration>

export const administrationDomain = { collections: [], create: createAdministration }
