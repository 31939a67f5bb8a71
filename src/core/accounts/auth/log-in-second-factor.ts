import type { Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Users } from '../users/users.ts'
import { lockedOut } from './auth.model.ts'
import { guesserFrom } from './guessers.ts'
import { type LinkIdentity, linkOfFacts } from './link-identity.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import type { LoggedIn, OpenSession } from './open-session.ts'
import { type LogInSecondFactor, secondFactorRefused } from './second-factors.model.ts'
import type { SecondFactorChecks } from './second-factors.ts'

/** Finishes a login that a second factor was asked for, and with it what was to be linked. */
export const createLogInSecondFactor =
  ({
    users,
    tokens,
    audit,
    secondFactors,
    openSession,
    linkIdentity,
  }: {
    readonly users: Users
    readonly tokens: OneTimeTokens
    readonly audit: Recording
    readonly secondFactors: SecondFactorChecks
    readonly openSession: OpenSession
    readonly linkIdentity: LinkIdentity
  }) =>
  async ({ mfaToken, ...proof }: LogInSecondFactor, caller: Caller): Promise<LoggedIn> => {
    const opened = await tokens.open('login-second-factor', mfaToken)
    const user = opened && (await users.read(opened.subjectId))?.value
    // A password that was changed in between takes its half-finished logins with it.
    if (!opened || !user || opened.facts['epoch'] !== String(user.securityEpoch)) throw secondFactorRefused()
    const refuse = (reason: string) =>
      audit.record(caller, {
        event: 'user.login',
        actorId: null,
        resource: { type: 'user', id: user.id },
        outcome: 'failure',
        reason,
      })
    if (user.status === 'suspended') {
      await refuse('account_suspended')
      throw lockedOut(user)
    }
    try {
      await secondFactors.prove(user, proof, {
        challenge: opened.facts['challenge'] ?? null,
        guesser: guesserFrom(opened.facts),
      })
    } catch (error) {
      if (error instanceof AppError) await refuse('second_factor_refused')
      throw error
    }
    if (!(await opened.close())) throw secondFactorRefused()
    const link = linkOfFacts(opened.facts)
    const entering = link ? await linkIdentity(user, link, caller) : user
    return openSession(entering, caller, {
      isSecondFactorProved: true,
      isOnSharedDevice: opened.facts['device'] === 'shared',
    })
  }
