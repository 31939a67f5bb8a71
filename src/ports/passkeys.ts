/** What is kept of a passkey. Nothing in it is secret: the private key never leaves the person's device. */
export interface PasskeyCredential {
  /** base64url */
  readonly id: string
  /** COSE, base64url */
  readonly publicKey: string
  /** As the authenticator last reported it; many always say 0. */
  readonly counter: number
  readonly transports: readonly string[]
}

/** What a browser is handed, and what it hands back: opaque JSON of the WebAuthn standard. */
export type WebAuthnJson = Readonly<Record<string, unknown>>

export interface RegisteredPasskey extends PasskeyCredential {
  /** The kind of authenticator, as a UUID; all zeros when it does not say. */
  readonly authenticatorKind: string
}

/**
 * WebAuthn Level 3 for one relying party. User verification (a PIN, a finger, a face) is always asked for, so that a
 * passkey is two factors in one. A challenge is the caller's to make, to keep, and to use once.
 */
export interface Passkeys {
  /** Options for `navigator.credentials.create`; `known` keeps one device from registering twice. */
  registrationOptions(
    challenge: string,
    person: { readonly id: string; readonly email: string; readonly name: string },
    known: readonly PasskeyCredential[],
  ): Promise<WebAuthnJson>
  /** Null for an answer that is malformed, to another challenge, of another site, or not verified. */
  verifyRegistration(challenge: string, answer: WebAuthnJson): Promise<RegisteredPasskey | null>
  /** Options for `navigator.credentials.get`; no `known`: whichever the person picks. */
  authenticationOptions(challenge: string, known: readonly PasskeyCredential[]): Promise<WebAuthnJson>
  /** The counter to keep, or null for an answer that is not this credential's to this challenge. */
  verifyAuthentication(
    challenge: string,
    answer: WebAuthnJson,
    credential: PasskeyCredential,
  ): Promise<{ readonly counter: number } | null>
}
