import type { Role } from '../../kernel/actor.ts'
import type { User } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import { methodsOf } from './second-factors.ts'
import type { Session } from './sessions.model.ts'

export interface RoleInSession {
  readonly role: Role
  /** True where the account may do more than the session, which lacks a second factor. */
  readonly isHeldBack: boolean
}

/** Whose role asks for a second factor here. */
export const needsSecondFactor = (user: User, settings: AuthSettings): boolean =>
  settings.isSecondFactorForced && (user.role === 'admin' || user.role === 'mentor')

/** What somebody may do in this session. Staff without their second factor, or who took it away, are ordinary people, everywhere. */
export function roleIn(
  session: Pick<Session, 'secondFactorAt'>,
  user: User,
  settings: AuthSettings,
): RoleInSession {
  const isProved = session.secondFactorAt !== null && methodsOf(user).length > 0
  const isHeldBack = needsSecondFactor(user, settings) && !isProved
  return { role: isHeldBack ? 'user' : user.role, isHeldBack }
}
