import { isRecent } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { codeOf, greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { languageOf, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { type AuthSettings, invalidCredentials, tokenRevoked } from './auth.model.ts'
import type { IdentifyByProvider } from './identify-by-provider.ts'
import type { ProviderAnswer } from './identities.model.ts'
import { identityId } from './identities.ts'
import type { Guesser } from './lockout.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { type CreatePasskeyChallenge, handOut } from './passkey-challenge.ts'
import { needsSecondFactor } from './role-in-session.ts'
import {
  mailboxProofRequired,
  type PasskeyChallenge,
  type SecondFactorMethod,
  type StepUp,
  secondFactorRefused,
  stepUpRequired,
} from './second-factors.model.ts'
import { factorsOf, methodsOf, type SecondFactorChecks } from './second-factors.ts'
import type { Credentials, Session } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

const codeLifeMs = 10 * 60_000
const codeTries = 5

export interface StepUpWays {
  readonly methods: readonly (SecondFactorMethod | 'password' | 'mailed-code' | 'provider')[]
  readonly passkey?: PasskeyChallenge
}

/** Proving again, inside a session, to be the person who signed in: before what cannot be taken back. */
export function createStepUp(
  { clock }: Needs<'clock'>,
  {
    users,
    tokens,
    audit,
    sessions,
    secondFactors,
    verifyPassword,
    challengePasskey,
    identify,
    mail,
    mayMail,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly sessions: Sessions
    readonly secondFactors: SecondFactorChecks
    readonly verifyPassword: VerifyPassword
    readonly challengePasskey: CreatePasskeyChallenge
    readonly identify: IdentifyByProvider
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly settings: AuthSettings
  },
) {
  async function mailCode(user: User, sessionId: string): Promise<void> {
    if (!(await mayMail('mailed-step-up', user.email))) return
    const { code, token } = await tokens.issue('mailed-step-up', user.id, {
      lifeMs: codeLifeMs,
      tries: codeTries,
      isOnlyOne: true,
      sessionId,
    })
    await mail.enqueue(
      {
        template: 'confirm_identity',
        to: user.email,
        language: languageOf(user),
        greeting: greetingOf(user.name),
        code: codeOf(code),
      },
      `confirm_identity ${token.slice(-16)}`,
    )
  }

  const isFresh = (at: string | null | undefined): boolean =>
    Boolean(at) && isRecent(Date.parse(at ?? ''), settings.stepUpSeconds * 1000 + 1, clock.now())

  /** For whom neither password nor factor is asked for. */
  const isWithoutEither = (user: User): boolean => user.passwordHash === null && methodsOf(user).length === 0

  /**
   * A role that has to have a second factor is as safe as the setting up of the first one: until then the password alone
   * would be enough to set it up, and to keep its owner out.
   */
  const mustProveMailbox = (user: User): boolean =>
    needsSecondFactor(user, settings) && methodsOf(user).length === 0

  async function withMailedCode(user: User, code: string, sessionId: string): Promise<void> {
    if (!isWithoutEither(user) && !mustProveMailbox(user)) throw secondFactorRefused()
    const opened = await tokens.openByCode('mailed-step-up', user.id, code, sessionId)
    if (!(await opened?.close())) throw secondFactorRefused()
  }

  async function withPasskey(
    user: User,
    { challengeToken, passkey }: Extract<StepUp, { passkey: unknown }>,
    guesser: Guesser & { readonly kind: 'session' },
  ): Promise<void> {
    const opened = await tokens.open('passkey-step-up', challengeToken)
    if (opened?.subjectId !== user.id || opened.facts['session'] !== guesser.id) throw secondFactorRefused()
    const challenge = opened.facts['challenge'] ?? null
    await secondFactors.prove(user, { passkey }, { challenge, guesser })
    if (!(await opened.close())) throw secondFactorRefused()
  }

  /** By an account that signs in to this one, at a provider that was asked a moment ago. */
  async function withProvider(user: User, answer: ProviderAnswer): Promise<void> {
    if (!isWithoutEither(user)) throw secondFactorRefused()
    const provided = await identify(answer)
    const id = await identityId(provided)
    const { authenticatedAtMs } = provided
    const isStale =
      authenticatedAtMs !== null &&
      !isRecent(authenticatedAtMs, settings.stepUpSeconds * 1000 + 1, clock.now())
    if (isStale || !user.identities?.some((linked) => linked.id === id)) throw secondFactorRefused()
  }

  /** Whoever has a second factor shows it: the password alone may be what was stolen. */
  async function prove(user: User, proof: StepUp, { sessionId }: Actor): Promise<void> {
    // Whoever is inside is no stranger, and guesses no more than others: by this session.
    const guesser = { kind: 'session', id: sessionId } as const
    if ('password' in proof) {
      if (methodsOf(user).length > 0) throw secondFactorRefused()
      if (!(await verifyPassword(user.email, user, proof.password, guesser))) throw invalidCredentials()
    } else if ('mailedCode' in proof) await withMailedCode(user, proof.mailedCode, sessionId)
    else if ('passkey' in proof) await withPasskey(user, proof, guesser)
    else if ('provider' in proof) await withProvider(user, proof)
    else await secondFactors.prove(user, proof, { challenge: null, guesser })
  }

  return {
    /**
     * How this person can step up. Who has neither password nor factor is mailed a code by asking; so is whoever has
     * stepped up by the password and has to prove the mailbox beside it.
     */
    async begin(actor: Actor, session: Session | null): Promise<StepUpWays> {
      const user = await users.readOwn(actor)
      const methods = methodsOf(user)
      if (methods.length === 0) {
        const isMailboxNext = mustProveMailbox(user) && isFresh(session?.steppedUpAt)
        if (user.passwordHash !== null && !isMailboxNext) return { methods: ['password'] }
        await mailCode(user, actor.sessionId)
        return {
          methods: user.identities?.length && !isMailboxNext ? ['mailed-code', 'provider'] : ['mailed-code'],
        }
      }
      if (!methods.includes('passkey')) return { methods }
      const question = await challengePasskey(factorsOf(user).passkeys)
      return {
        methods,
        passkey: await handOut(tokens, 'passkey-step-up', user.id, question, actor.sessionId),
      }
    },

    /** Answers new tokens, for the session may do more from now on. Throws `token_revoked` when it has ended meanwhile. */
    async stepUp(
      actor: Actor,
      proof: StepUp,
      caller: Caller,
    ): Promise<{ readonly until: string; readonly credentials: Credentials }> {
      const user = await users.readOwn(actor)
      const facts = {
        event: 'auth.step_up',
        actorId: user.id,
        sessionId: actor.sessionId,
        resource: { type: 'session', id: actor.sessionId },
      }
      try {
        await prove(user, proof, actor)
      } catch (error) {
        if (error instanceof AppError)
          await audit.record(caller, { ...facts, outcome: 'failure', reason: error.code })
        throw error
      }
      const now = clock.now()
      const steppedUpAt = new Date(now).toISOString()
      const isSecondFactor = !('password' in proof || 'mailedCode' in proof || 'provider' in proof)
      const isOfMailbox = 'mailedCode' in proof
      const [credentials] = await Promise.all([
        sessions.renew(actor, user, caller, {
          ...(isOfMailbox ? { mailboxProvedAt: steppedUpAt } : {}),
          ...(isOfMailbox && !isWithoutEither(user) ? {} : { steppedUpAt }),
          ...(isSecondFactor ? { secondFactorAt: steppedUpAt } : {}),
        }),
        audit.record(caller, facts),
      ])
      if (!credentials) throw tokenRevoked()
      return { credentials, until: new Date(now + settings.stepUpSeconds * 1000).toISOString() }
    },

    /** Throws `step_up_required` unless it was done a short while ago, in the session as it is in the store. */
    require(session: Session | null): void {
      if (!isFresh(session?.steppedUpAt)) throw stepUpRequired()
    },

    /**
     * Throws `step_up_required` for whoever is about to set up the first of the factors their role has to have, or to
     * move the mailbox that proves them, unless they have shown a short while ago that they read it.
     */
    requireMailbox(session: Session | null, user: User | null): void {
      if (user && mustProveMailbox(user) && !isFresh(session?.mailboxProvedAt)) throw mailboxProofRequired()
    },
  }
}
