export const providerNames = ['google', 'microsoft'] as const
export type ProviderName = (typeof providerNames)[number]

/** What a browser brings back from a provider (OpenID Connect, authorisation code with PKCE). */
export interface AuthorizationAnswer {
  readonly code: string
  readonly codeVerifier: string
  readonly redirectUri: string
  /** What the request asked the provider to repeat. */
  readonly nonce: string
  /** Who says that this is their answer (RFC 9207), when the page passes it on. */
  readonly issuer?: string
}

/** Whom a provider says somebody is. */
export interface ProvidedIdentity {
  readonly issuer: string
  /** Never changes and is never given to anybody else, at this issuer. The address is neither. */
  readonly subject: string
  readonly email: string | null
  /** The provider says that this person reads that mailbox. */
  readonly isEmailVouchedFor: boolean
  readonly name: string | null
  /** When this person was last asked to prove it there, if the provider says. Milliseconds since the epoch. */
  readonly authenticatedAtMs: number | null
}

/** What a page needs to send somebody to a provider. */
export interface ProviderAddress {
  readonly provider: ProviderName
  readonly authorizationEndpoint: string
  readonly clientId: string
  readonly scope: string
}

/** Asks other organisations who somebody is. */
export interface IdentityProviders {
  /** Those that are set up. */
  readonly names: readonly ProviderName[]
  /** Throws `PortUnavailable('identity provider')`. */
  addressOf(provider: ProviderName): Promise<ProviderAddress>
  /**
   * Exchanges a code for an identity whose signature, issuer, audience, time and nonce are right; null for anything
   * else, such as an answer that says it is of another provider. A code works once. Throws `PortUnavailable('identity provider')` when the provider cannot be asked.
   */
  redeem(provider: ProviderName, answer: AuthorizationAnswer): Promise<ProvidedIdentity | null>
}
