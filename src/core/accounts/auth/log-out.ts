import type { Caller } from '../../kernel/actor.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { FindPresented, Presented } from './find-presented.ts'
import type { Session } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { TokenBlacklist } from './token-blacklist.ts'

export interface LoggedOut {
  /** One of the sessions was on a computer that others use too. */
  readonly isOnSharedDevice: boolean
  /** None of the tokens that came along names a session of ours: nothing is known to have ended. */
  readonly isNobodyKnown: boolean
}

/**
 * Ends every session that one of the tokens belongs to. When it resolves, none of them stands any more; there may have
 * been none.
 */
export const createLogOut =
  (domain: {
    readonly sessions: Sessions
    readonly findPresented: FindPresented
    readonly blacklist: TokenBlacklist
    readonly audit: Recording
  }) =>
  async (presented: Presented, caller: Caller): Promise<LoggedOut> => {
    const found = await domain.findPresented(presented)
    let isOnSharedDevice = false
    const end = async ({ userId, id: sessionId }: Session, known: (typeof found.sessions)[number]) => {
      const session = await domain.sessions.revoke(userId, sessionId, 'logout', known)
      if (session?.isOnSharedDevice) isOnSharedDevice = true
      if (session)
        await domain.audit.record(caller, {
          event: 'user.logout',
          actorId: userId,
          sessionId,
          resource: { type: 'user', id: userId },
        })
    }
    // Each of them is tried, whatever becomes of the others.
    const outcomes = await Promise.allSettled([
      ...found.claims.map(({ jti, exp }) => domain.blacklist.add(jti, exp)),
      ...found.sessions.map((stored) => end(stored.value, stored)),
    ])
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    return { isOnSharedDevice, isNobodyKnown: found.isNobodyKnown }
  }
