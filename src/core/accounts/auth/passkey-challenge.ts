import { encodeBase64url } from '../../../ports/base64url.ts'
import type { PasskeyCredential } from '../../../ports/passkeys.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Flow, OneTimeTokens } from './one-time-tokens.ts'
import type { PasskeyChallenge } from './second-factors.model.ts'

const lifeMs = 5 * 60_000

export const newChallenge = (): string => encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))

/** What a browser is asked so that one of these passkeys answers; of no passkey in particular when none is named. */
export const createPasskeyChallenge =
  ({ passkeys }: Needs<'passkeys'>) =>
  async (known: readonly PasskeyCredential[]) => {
    const challenge = newChallenge()
    const options = await passkeys.authenticationOptions(challenge, known)
    return { challenge, options: { ...options, challenge } }
  }

export type CreatePasskeyChallenge = ReturnType<typeof createPasskeyChallenge>

/** Hands a question out with a token by which its one answer is recognised. */
export async function handOut(
  tokens: OneTimeTokens,
  flow: Flow,
  subjectId: string,
  { challenge, options }: { challenge: string; options: PasskeyChallenge['options'] },
  /** The session in which it is asked, and may be answered. */
  sessionId?: string,
): Promise<PasskeyChallenge> {
  const { token, expiresAt } = await tokens.issue(flow, subjectId, {
    lifeMs,
    tries: 1,
    facts: { challenge, ...(sessionId === undefined ? {} : { session: sessionId }) },
  })
  return { challengeToken: token, options, expiresAt }
}
