import type { User } from '../users/users.model.ts'
import { guesserFacts } from './guessers.ts'
import type { NewLink } from './identities.ts'
import { factsOfLink } from './link-identity.ts'
import type { Guesser } from './lockout.ts'
import type { OneTimeTokens } from './one-time-tokens.ts'
import type { CreatePasskeyChallenge } from './passkey-challenge.ts'
import type { SecondFactorWanted } from './second-factors.model.ts'
import { factorsOf, methodsOf } from './second-factors.ts'

const lifeMs = 5 * 60_000
const tries = 5

/**
 * What a login that is right so far answers for an account with a second factor; null for one without. `link` waits in
 * it: nothing is written before the factor is shown.
 */
export const createChallengeSecondFactor =
  ({
    tokens,
    challengePasskey,
  }: {
    readonly tokens: OneTimeTokens
    readonly challengePasskey: CreatePasskeyChallenge
  }) =>
  async (
    user: User,
    {
      isOnSharedDevice,
      guesser,
      link = null,
    }: {
      readonly isOnSharedDevice: boolean
      readonly guesser: Guesser
      readonly link?: NewLink | null
    },
  ): Promise<SecondFactorWanted | null> => {
    const methods = methodsOf(user)
    if (methods.length === 0) return null
    const question = methods.includes('passkey') ? await challengePasskey(factorsOf(user).passkeys) : null
    const { token, expiresAt } = await tokens.issue('login-second-factor', user.id, {
      lifeMs,
      tries,
      facts: {
        epoch: String(user.securityEpoch),
        ...(isOnSharedDevice ? { device: 'shared' } : {}),
        ...(link ? factsOfLink(link) : {}),
        ...guesserFacts(guesser),
        ...(question ? { challenge: question.challenge } : {}),
      },
    })
    return {
      mfaToken: token,
      methods: [...methods],
      expiresAt,
      ...(question ? { passkeyOptions: question.options } : {}),
    }
  }

export type ChallengeSecondFactor = ReturnType<typeof createChallengeSecondFactor>
