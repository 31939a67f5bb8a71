import { decodeBase64url } from '../../../ports/base64url.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { lockedOut } from './auth.model.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import { type CreatePasskeyChallenge, handOut } from './passkey-challenge.ts'
import { type LogInByPasskey, type PasskeyChallenge, secondFactorRefused } from './second-factors.model.ts'
import type { SecondFactorChecks } from './second-factors.ts'

/** Signing in with a passkey alone: it is something one has and, by PIN or finger, something one knows or is. */
export function createLogInByPasskey(
  { ids }: Needs<'ids'>,
  {
    users,
    tokens,
    audit,
    secondFactors,
    openSession,
    challengePasskey,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly secondFactors: SecondFactorChecks
    readonly openSession: OpenSession
    readonly challengePasskey: CreatePasskeyChallenge
  },
) {
  /** Whom the passkey was made for; it says so itself, and is then held to it. */
  async function ownerOf({ response }: LogInByPasskey['passkey']): Promise<User | null> {
    const handle = (response as { userHandle?: unknown } | undefined)?.userHandle
    const bytes = typeof handle === 'string' ? decodeBase64url(handle) : null
    if (!bytes || bytes.length === 0 || bytes.length > 64) return null
    return (await users.read(new TextDecoder().decode(bytes)))?.value ?? null
  }

  return {
    begin: async (): Promise<PasskeyChallenge> =>
      handOut(tokens, 'passkey-login', ids.next(), await challengePasskey([])),

    async logIn(
      { challengeToken, passkey, sharedDevice = false }: LogInByPasskey,
      caller: Caller,
    ): Promise<LoggedIn> {
      const opened = await tokens.open('passkey-login', challengeToken)
      const challenge = opened?.facts['challenge']
      const user = await ownerOf(passkey)
      const refuse = (reason: string) =>
        audit.record(caller, {
          event: 'user.login',
          actorId: null,
          resource: { type: 'user', id: user?.id ?? null },
          outcome: 'failure',
          reason,
        })
      if (!user || challenge === undefined) {
        await refuse('passkey_refused')
        throw secondFactorRefused()
      }
      try {
        await secondFactors.withPasskey(user, passkey, challenge)
      } catch (error) {
        if (error instanceof AppError) await refuse('passkey_refused')
        throw error
      }
      if (user.status === 'suspended') {
        await refuse('account_suspended')
        throw lockedOut(user)
      }
      if (!(await opened?.close())) throw secondFactorRefused()
      return openSession(user, caller, { isSecondFactorProved: true, isOnSharedDevice: sharedDevice })
    },
  }
}
