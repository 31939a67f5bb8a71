import type { User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import type { ReadSessions } from './read-sessions.ts'
import { needsSecondFactor } from './role-in-session.ts'
import type { Sessions } from './sessions.ts'

/** A session of somebody, as others may see it: not where it is. */
export interface SessionOfOther {
  readonly id: string
  readonly device: string
  readonly createdAt: string
  readonly lastSeen: string
  readonly hasSecondFactor: boolean
  readonly isOnSharedDevice: boolean
}

/** What administrators see and end of how somebody else is signed in. */
export const createOfOthers = (
  reading: Pick<ReadSessions, 'listStanding'>,
  sessions: Pick<Sessions, 'revoke'>,
  settings: AuthSettings,
) => ({
  needsSecondFactor: (user: User): boolean => needsSecondFactor(user, settings),
  /** Those that stand, the newest first. */
  sessionsOf: async ({ id, securityEpoch }: User): Promise<SessionOfOther[]> =>
    (await reading.listStanding(id, securityEpoch)).map((session) => ({
      id: session.id,
      device: session.device,
      createdAt: session.createdAt,
      lastSeen: session.lastSeenAt,
      hasSecondFactor: session.secondFactorAt !== null,
      isOnSharedDevice: session.isOnSharedDevice ?? false,
    })),
  /** False when it is over, or there is none of this person's. */
  endSession: async (userId: string, sessionId: string): Promise<boolean> =>
    (await sessions.revoke(userId, sessionId, 'revoked_by_admin')) !== null,
})
