import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { decodeBase64url, encodeBase64url } from '../../ports/base64url.ts'
import type { PasskeyCredential, Passkeys, WebAuthnJson } from '../../ports/passkeys.ts'

const timeoutMs = 5 * 60_000

/** Loaded at the first use of a passkey: certificates and CBOR are no part of anybody else's request. */
const load = () => import('@simplewebauthn/server')

const bytes = (text: string): Uint8Array<ArrayBuffer> => decodeBase64url(text) ?? new Uint8Array()

const described = (known: readonly PasskeyCredential[]) =>
  known.map(({ id, transports }) => ({ id, transports: [...transports] }))

/** The library throws for whatever is wrong with an answer; to the caller all of it is one: not verified. */
const orNull = async <T>(verify: () => Promise<T | null>): Promise<T | null> => {
  try {
    return await verify()
  } catch {
    return null
  }
}

export function createSimpleWebAuthnPasskeys({
  relyingParty,
  name,
  origins,
}: {
  /** A domain the pages with passkeys share, such as `sdtoolsinc.org`. */
  readonly relyingParty: string
  readonly name: string
  /** Pages whose answers are accepted. */
  readonly origins: readonly string[]
}): Passkeys {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: relyingParty,
    requireUserVerification: true,
  })
  return {
    async registrationOptions(challenge, person, known) {
      const { generateRegistrationOptions } = await load()
      const options = await generateRegistrationOptions({
        rpName: name,
        rpID: relyingParty,
        userID: new TextEncoder().encode(person.id),
        userName: person.email,
        userDisplayName: person.name,
        challenge: bytes(challenge),
        timeout: timeoutMs,
        attestationType: 'none',
        excludeCredentials: described(known),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      return options as unknown as WebAuthnJson
    },
    async verifyRegistration(challenge, answer) {
      const { verifyRegistrationResponse } = await load()
      return orNull(async () => {
        const response = answer as unknown as RegistrationResponseJSON
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          response,
          ...expected(challenge),
        })
        if (!verified) return null
        const { id, publicKey, counter, transports } = registrationInfo.credential
        return {
          id,
          publicKey: encodeBase64url(publicKey),
          counter,
          transports: transports ?? [],
          authenticatorKind: registrationInfo.aaguid,
        }
      })
    },
    async authenticationOptions(challenge, known) {
      const { generateAuthenticationOptions } = await load()
      const options = await generateAuthenticationOptions({
        rpID: relyingParty,
        challenge: bytes(challenge),
        timeout: timeoutMs,
        userVerification: 'required',
        ...(known.length > 0 ? { allowCredentials: described(known) } : {}),
      })
      return options as unknown as WebAuthnJson
    },
    async verifyAuthentication(challenge, answer, { id, publicKey, counter }) {
      const { verifyAuthenticationResponse } = await load()
      return orNull(async () => {
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: answer as unknown as AuthenticationResponseJSON,
          ...expected(challenge),
          credential: { id, publicKey: bytes(publicKey), counter },
        })
        return verified ? { counter: authenticationInfo.newCounter } : null
      })
    },
  }
}
