import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { AppError, notFound } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { codeOf, greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { type AuthSettings, invalidCredentials } from './auth.model.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import { type CreatePasskeyChallenge, handOut } from './passkey-challenge.ts'
import {
  type PasskeyChallenge,
  type SecondFactorMethod,
  type StepUp,
  secondFactorRefused,
  stepUpRequired,
} from './second-factors.model.ts'
import { factorsOf, methodsOf, type SecondFactorChecks } from './second-factors.ts'
import { type Session, sessions as sessionCollection } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { VerifyPassword } from './verify-password.ts'

const codeLifeMs = 10 * 60_000
const codeTries = 5

export interface StepUpWays {
  readonly methods: readonly (SecondFactorMethod | 'password' | 'mailed-code')[]
  readonly passkey?: PasskeyChallenge
}

/** Proving again, inside a session, to be the person who signed in: before what cannot be taken back. */
export function createStepUp(
  { clock, documents }: Needs<'clock' | 'documents'>,
  {
    users,
    tokens,
    audit,
    sessions,
    secondFactors,
    verifyPassword,
    challengePasskey,
    mail,
    mayMail,
    settings,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Audit
    readonly sessions: Sessions
    readonly secondFactors: SecondFactorChecks
    readonly verifyPassword: VerifyPassword
    readonly challengePasskey: CreatePasskeyChallenge
    readonly mail: Mailing
    readonly mayMail: MayMail
    readonly settings: AuthSettings
  },
) {
  async function accountOf(actor: Actor): Promise<User> {
    const stored = await users.read(actor.userId)
    if (!stored) throw notFound()
    return stored.value
  }

  async function mailCode(user: User): Promise<void> {
    if (!(await mayMail('mailed-step-up', user.email))) return
    const { code, token } = await tokens.issue('mailed-step-up', user.id, {
      lifeMs: codeLifeMs,
      tries: codeTries,
      isOnlyOne: true,
    })
    await mail.enqueue(
      {
        template: 'confirm_identity',
        to: user.email,
        greeting: greetingOf(user.name),
        code: codeOf(code),
      },
      `confirm_identity ${token.slice(-16)}`,
    )
  }

  async function withMailedCode(user: User, code: string): Promise<void> {
    if (user.passwordHash !== null || methodsOf(user).length > 0) throw secondFactorRefused()
    const opened = await tokens.openByCode('mailed-step-up', user.id, code)
    if (!(await opened?.close())) throw secondFactorRefused()
  }

  /** Whoever has a second factor shows it: the password alone may be what was stolen. */
  async function prove(user: User, proof: StepUp, { sessionId }: Actor): Promise<void> {
    // Whoever is inside is no stranger, and guesses no more than others: by this session.
    const guesser = { kind: 'session', id: sessionId } as const
    if ('password' in proof) {
      if (methodsOf(user).length > 0) throw secondFactorRefused()
      if (!(await verifyPassword(user.email, user, proof.password, guesser))) throw invalidCredentials()
    } else if ('mailedCode' in proof) await withMailedCode(user, proof.mailedCode)
    else if ('passkey' in proof) {
      const opened = await tokens.open('passkey-step-up', proof.challengeToken)
      if (opened?.subjectId !== user.id) throw secondFactorRefused()
      const challenge = opened.facts['challenge'] ?? null
      await secondFactors.prove(user, { passkey: proof.passkey }, { challenge, guesser })
      await opened.close()
    } else await secondFactors.prove(user, proof, { challenge: null, guesser })
  }

  return {
    /** How this person can step up. Who has neither password nor factor is mailed a code by asking. */
    async begin(actor: Actor): Promise<StepUpWays> {
      const user = await accountOf(actor)
      const methods = methodsOf(user)
      if (methods.length === 0) {
        if (user.passwordHash !== null) return { methods: ['password'] }
        await mailCode(user)
        return { methods: ['mailed-code'] }
      }
      if (!methods.includes('passkey')) return { methods }
      const question = await challengePasskey(factorsOf(user).passkeys)
      return { methods, passkey: await handOut(tokens, 'passkey-step-up', user.id, question) }
    },

    async stepUp(actor: Actor, proof: StepUp, caller: Caller): Promise<{ readonly until: string }> {
      const user = await accountOf(actor)
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
      const isSecondFactor = !('password' in proof || 'mailedCode' in proof)
      await Promise.all([
        sessions.mark(actor, { steppedUpAt, ...(isSecondFactor ? { secondFactorAt: steppedUpAt } : {}) }),
        audit.record(caller, facts),
      ])
      return { until: new Date(now + settings.stepUpSeconds * 1000).toISOString() }
    },

    /** Throws `step_up_required` unless it was done a short while ago. `known` is the session when it has been read. */
    async require(actor: Actor, known: Session | null): Promise<void> {
      const session =
        known ??
        (await documents.read(sessionCollection, { partition: actor.userId, id: actor.sessionId }))?.value
      const at = session?.steppedUpAt
      if (!at || clock.now() - Date.parse(at) > settings.stepUpSeconds * 1000) throw stepUpRequired()
    },
  }
}
