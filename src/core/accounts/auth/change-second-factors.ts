import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, notFound } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { hasNoWayIn, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import { lastWayIn } from './identities.model.ts'
import type { Notices } from './notices.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { handOut, newChallenge } from './passkey-challenge.ts'
import { newReadableCode } from './readable-code.ts'
import { needsSecondFactor } from './role-in-session.ts'
import {
  type PasskeyChallenge,
  type PasskeyView,
  type RegisterPasskey,
  type SecondFactorStatus,
  secondFactorRefused,
  tooManyPasskeys,
} from './second-factors.model.ts'
import {
  factorsOf,
  methodsOf,
  type SecondFactorChecks,
  withFactors,
  withoutOrphanedCodes,
} from './second-factors.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

const recoveryCodeCount = 10
const mostPasskeys = 10
/** New tokens for the session that made a change; null when it has ended meanwhile. */
export interface Renewed {
  readonly credentials: Credentials | null
}

/** Setting up and taking away second factors. Every change ends the other sessions and is on the record. */
export function createChangeSecondFactors(
  { clock, oneTimePasswords, passkeys }: Needs<'clock' | 'oneTimePasswords' | 'passkeys'>,
  {
    users,
    tokens,
    audit,
    sessions,
    secondFactors,
    settings,
    notices,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly sessions: Sessions
    readonly secondFactors: SecondFactorChecks
    readonly settings: AuthSettings
    readonly notices: Notices
  },
) {
  const now = () => new Date(clock.now()).toISOString()

  async function newRecoveryCodes(userId: string) {
    const codes = Array.from({ length: recoveryCodeCount }, newReadableCode)
    const hashes = await Promise.all(codes.map((code) => secondFactors.hashRecoveryCode(userId, code)))
    return { codes, hashes }
  }

  /** Writes a change, keeps this session and no other, and records what was changed. Answers new tokens. */
  async function apply(
    actor: Actor,
    caller: Caller,
    event: string,
    change: (latest: User) => User,
    at = now(),
    proved: { readonly secondFactorAt?: string } = {},
  ): Promise<Credentials | null> {
    const { value: changed } = await users.changeAs(actor, actor.userId, (latest) => ({
      ...change(latest),
      securityEpoch: latest.securityEpoch + 1,
      updatedAt: at,
    }))
    const credentials = await sessions.renew(actor, changed, caller, proved)
    await Promise.all([
      audit.record(caller, {
        event,
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: actor.userId },
        changedFields: ['secondFactors'],
      }),
      notices.secondFactorChanged(changed, changed.updatedAt),
    ])
    return credentials
  }

  return {
    async status(actor: Actor): Promise<SecondFactorStatus> {
      const user = await users.readOwn(actor)
      const { totp, passkeys: registered, recoveryCodes } = factorsOf(user)
      return {
        totp: Boolean(totp?.confirmedAt),
        passkeys: registered.map(({ id, name, createdAt, lastUsedAt }) => ({
          id,
          name,
          createdAt,
          lastUsedAt,
        })),
        recoveryCodesLeft: recoveryCodes.length,
        required: needsSecondFactor(user, settings),
      }
    },

    /** A new secret for an authenticator app; in force once a code of it was shown. Asked again, the last one counts. */
    async beginTotp(actor: Actor): Promise<{ readonly secret: string; readonly uri: string }> {
      const secret = oneTimePasswords.newSecret()
      const sealedSecret = await secondFactors.sealTotpSecret(actor.userId, secret)
      const { value: user } = await users.changeAs(actor, actor.userId, (latest) => {
        if (factorsOf(latest).totp?.confirmedAt) throw conflict()
        return withFactors(latest, { totp: { sealedSecret, confirmedAt: null, lastStep: 0 } })
      })
      return { secret, uri: oneTimePasswords.enrolmentUri(secret, user.email) }
    },

    /** With the first factor come the recovery codes, shown this once. */
    async confirmTotp(
      actor: Actor,
      code: string,
      caller: Caller,
    ): Promise<Renewed & { readonly recoveryCodes: readonly string[] }> {
      const user = await users.readOwn(actor)
      const step = await secondFactors.stepOf(user, code)
      const pending = factorsOf(user).totp
      if (!pending || pending.confirmedAt !== null || step === null) throw secondFactorRefused()
      const confirmedAt = now()
      const { sessionId } = actor
      const { codes, hashes } = await newRecoveryCodes(user.id)
      let isFirst = false
      const credentials = await apply(
        actor,
        caller,
        'user.totp_added',
        (latest) => {
          const { totp } = factorsOf(latest)
          if (totp?.sealedSecret !== pending.sealedSecret || totp.confirmedAt !== null) throw conflict()
          isFirst = methodsOf(latest).length === 0
          return withFactors(latest, {
            totp: { ...pending, confirmedAt, lastStep: step, sessionId },
            ...(isFirst ? { recoveryCodes: hashes, recoveryCodesSetUp: { at: confirmedAt, sessionId } } : {}),
          })
        },
        confirmedAt,
        { secondFactorAt: confirmedAt },
      )
      return { credentials, recoveryCodes: isFirst ? codes : [] }
    },

    removeTotp: (actor: Actor, caller: Caller): Promise<Credentials | null> =>
      apply(actor, caller, 'user.totp_removed', (latest) => {
        if (!factorsOf(latest).totp) throw notFound()
        return withoutOrphanedCodes(withFactors(latest, { totp: null }))
      }),

    /** New codes; the old ones are void. */
    async renewRecoveryCodes(
      actor: Actor,
      caller: Caller,
    ): Promise<Renewed & { readonly recoveryCodes: readonly string[] }> {
      const { codes, hashes } = await newRecoveryCodes(actor.userId)
      const at = now()
      const renew = (latest: User): User => {
        if (methodsOf(latest).length === 0) throw conflict()
        return withFactors(latest, {
          recoveryCodes: hashes,
          recoveryCodesSetUp: { at, sessionId: actor.sessionId },
        })
      }
      const credentials = await apply(actor, caller, 'user.recovery_codes_renewed', renew, at)
      return { credentials, recoveryCodes: codes }
    },

    async beginPasskey(actor: Actor): Promise<PasskeyChallenge> {
      const user = await users.readOwn(actor)
      const challenge = newChallenge()
      const { id, email, name } = user
      const options = await passkeys.registrationOptions(
        challenge,
        { id, email, name },
        factorsOf(user).passkeys,
      )
      const question = { challenge, options: { ...options, challenge } }
      return handOut(tokens, 'passkey-registration', id, question, actor.sessionId)
    },

    async addPasskey(
      actor: Actor,
      { challengeToken, passkey: answer, name }: RegisterPasskey,
      caller: Caller,
    ): Promise<Renewed & { readonly passkey: PasskeyView; readonly recoveryCodes: readonly string[] }> {
      const opened = await tokens.open('passkey-registration', challengeToken)
      const challenge = opened?.facts['challenge']
      const isAskedHere = opened?.subjectId === actor.userId && opened.facts['session'] === actor.sessionId
      if (challenge === undefined || !isAskedHere) throw secondFactorRefused()
      const registered = await passkeys.verifyRegistration(challenge, answer)
      if (!registered || !(await opened.close())) throw secondFactorRefused()
      const createdAt = now()
      const { sessionId } = actor
      const { codes, hashes } = await newRecoveryCodes(actor.userId)
      let isFirst = false
      const { id, publicKey, counter, transports } = registered
      const added = {
        id,
        publicKey,
        counter,
        transports,
        name: name ?? 'Passkey',
        createdAt,
        sessionId,
        lastUsedAt: null,
      }
      const credentials = await apply(
        actor,
        caller,
        'user.passkey_added',
        (latest) => {
          const { passkeys: known } = factorsOf(latest)
          if (known.some((passkey) => passkey.id === id)) throw conflict()
          if (known.length >= mostPasskeys) throw tooManyPasskeys()
          isFirst = methodsOf(latest).length === 0
          return withFactors(latest, {
            passkeys: [...known, added],
            ...(isFirst ? { recoveryCodes: hashes, recoveryCodesSetUp: { at: createdAt, sessionId } } : {}),
          })
        },
        createdAt,
        { secondFactorAt: createdAt },
      )
      return {
        credentials,
        passkey: { id, name: added.name, createdAt, lastUsedAt: null },
        recoveryCodes: isFirst ? codes : [],
      }
    },

    async renamePasskey(actor: Actor, passkeyId: string, name: string): Promise<void> {
      await users.changeAs(actor, actor.userId, (latest) => {
        const { passkeys: known } = factorsOf(latest)
        if (!known.some(({ id }) => id === passkeyId)) throw notFound()
        const renamed = known.map((passkey) => (passkey.id === passkeyId ? { ...passkey, name } : passkey))
        return withFactors(latest, { passkeys: renamed })
      })
    },

    /** Throws `conflict` rather than take away the only way in. */
    removePasskey: (actor: Actor, passkeyId: string, caller: Caller): Promise<Credentials | null> =>
      apply(actor, caller, 'user.passkey_removed', (latest) => {
        const { passkeys: known } = factorsOf(latest)
        const left = known.filter(({ id }) => id !== passkeyId)
        if (left.length === known.length) throw notFound()
        const changed = withoutOrphanedCodes(withFactors(latest, { passkeys: left }))
        if (hasNoWayIn(changed)) throw lastWayIn()
        return changed
      }),
  }
}
