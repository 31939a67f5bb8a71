import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Occurrence, Recording } from '../../platform/audit/audit.model.ts'
import { signedInAt, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

export type LoggedIn = { readonly user: User } & Credentials

export const signingIn = (userId: string, sessionId: string): Occurrence => ({
  event: 'user.login',
  actorId: userId,
  sessionId,
  resource: { type: 'user', id: userId },
})

/** Signs in somebody who has proved enough: the session, its record, and afterwards the time on the account. */
export const createOpenSession =
  (
    { clock, defer }: Needs<'clock' | 'defer'>,
    { users, sessions, audit }: { users: Users; sessions: Sessions; audit: Recording },
  ) =>
  async (
    user: User,
    caller: Caller,
    {
      isSecondFactorProved = false,
      isOnSharedDevice = false,
      known,
      improve,
    }: {
      readonly isSecondFactorProved?: boolean
      readonly isOnSharedDevice?: boolean
      /** The account as it was read, when that was a moment ago. */
      readonly known?: Stored<User> | null
      /** What else is to change on the account, computed after the answer. */
      readonly improve?: () => Promise<(latest: User) => User>
    } = {},
  ): Promise<LoggedIn> => {
    const session = await sessions.prepare(user, caller, { isSecondFactorProved, isOnSharedDevice })
    const signedInMs = clock.now()
    defer.run('record_login', async () => {
      const improved = improve ? await improve() : (latest: User) => latest
      await users.changeUser(user.id, (latest) => improved(signedInAt(latest, signedInMs, caller)), { known })
    })
    await Promise.all([session.store(), audit.record(caller, signingIn(user.id, session.id))])
    return { user, ...session.credentials }
  }

export type OpenSession = ReturnType<typeof createOpenSession>
