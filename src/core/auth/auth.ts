import type { TokenVerdict } from '../../ports/access-tokens.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Trail } from '../trail/trail.ts'
import type { Users } from '../users/users.ts'
import type { Vault } from '../vault/vault.ts'
import type { AuthSettings } from './auth.model.ts'
import { createAuthenticate } from './authenticate.ts'
import { createChangePassword } from './change-password.ts'
import { createChangeSecondFactors } from './change-second-factors.ts'
import { createLockout } from './lockout.ts'
import { createLogIn } from './log-in.ts'
import { createLogInByPasskey } from './log-in-by-passkey.ts'
import { createLogInSecondFactor } from './log-in-second-factor.ts'
import { createLogOut } from './log-out.ts'
import { createOneTimeTokens } from './one-time-tokens.ts'
import { createOpenSession } from './open-session.ts'
import { createMakePasskeyQuestion } from './passkey-question.ts'
import { createPasswordPolicy } from './password-policy.ts'
import { createRefresh } from './refresh.ts'
import { createSecondFactors } from './second-factors.ts'
import { createSessionMemo } from './session-memo.ts'
import { createSessions } from './sessions.ts'
import { createSignUp } from './sign-up.ts'
import { createStepUp } from './step-up.ts'
import { createVerifyPassword } from './verify-password.ts'

export type AuthNeeds = Needs<
  | 'accessTokens'
  | 'cache'
  | 'clock'
  | 'defer'
  | 'documents'
  | 'hasher'
  | 'ids'
  | 'localCache'
  | 'log'
  | 'oneTimePasswords'
  | 'passkeys'
  | 'passwordBlocklist'
>

/** What the other domains lend to this one. */
export interface AuthBorrows {
  readonly users: Users
  readonly vault: Vault
  readonly trail: Trail
  readonly settings: AuthSettings
}

export function createAuth(needs: AuthNeeds, borrows: AuthBorrows) {
  const { users, vault, trail, settings } = borrows
  const memo = createSessionMemo(needs)
  const sessions = createSessions(needs, { vault, memo, trail, settings })
  const checkPassword = createPasswordPolicy(needs, settings.passwordMinLength)
  const beginAttempt = createLockout(needs, vault)
  const verifyPassword = createVerifyPassword(needs, beginAttempt)
  const tokens = createOneTimeTokens(needs)
  const secondFactors = createSecondFactors(needs, { users, vault, beginAttempt })
  const openSession = createOpenSession(needs, { users, sessions, trail })
  const makePasskeyQuestion = createMakePasskeyQuestion(needs)
  const lent = {
    users,
    sessions,
    tokens,
    trail,
    secondFactors,
    openSession,
    verifyPassword,
    makePasskeyQuestion,
    settings,
  }

  return {
    signUp: createSignUp(needs, { users, sessions, trail, checkPassword, settings }),
    logIn: createLogIn(needs, lent),
    logInSecondFactor: createLogInSecondFactor(lent),
    byPasskey: createLogInByPasskey(needs, lent),
    stepUp: createStepUp(needs, lent),
    secondFactors: createChangeSecondFactors(needs, lent),
    refresh: createRefresh(needs, { sessions, trail, vault, settings }),
    logOut: createLogOut(needs, { sessions, trail, vault }),
    changePassword: createChangePassword(needs, { users, sessions, trail, checkPassword, verifyPassword }),
    authenticate: createAuthenticate(needs, memo, settings),
    listSessions: sessions.list,
    revokeSession: sessions.revokeOne,
    revokeOtherSessions: sessions.revokeOthers,
    verifyToken: (token: string): Promise<TokenVerdict> => needs.accessTokens.verify(token),
    publicKeys: () => needs.accessTokens.publicKeys(),
  }
}

export type Auth = ReturnType<typeof createAuth>
