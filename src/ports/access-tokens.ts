/** What a short-lived access token says. Nothing personal. */
export interface AccessClaims {
  /** User id. */
  readonly sub: string
  /** Session id. */
  readonly sid: string
  readonly role: string
  /** The generation of the session's tokens it is of; absent in those of before there was one. */
  readonly gen?: number
  /** Names this one token, so that it can be refused before it expires. */
  readonly jti: string
  /** Epoch seconds. */
  readonly iat: number
  readonly exp: number
}

export type TokenVerdict =
  | { readonly verdict: 'valid'; readonly claims: AccessClaims }
  /** Signed by one of our keys, but its time has passed. */
  | { readonly verdict: 'expired'; readonly claims: AccessClaims }
  /** Claims to be ours and is not. */
  | { readonly verdict: 'forged' }
  /** Somebody else's token, or no token at all: says another issuer, or cannot be read. */
  | { readonly verdict: 'foreign' }

/** Signs and verifies access tokens with keys that others can verify by. */
export interface AccessTokens {
  sign(claims: AccessClaims): Promise<string>
  /** Checks signature, algorithm, issuer, audience and time. Never throws for a bad token. */
  verify(token: string): Promise<TokenVerdict>
  /**
   * What a token says that `verify` has found valid before, here, and that still is; null says nothing about it. Costs
   * nothing, so that it may be asked before anything else.
   */
  recall(token: string): AccessClaims | null
  /** The public keys in use, and those about to be, as a JSON Web Key Set. */
  publicKeys(): Promise<{ readonly keys: readonly Record<string, unknown>[] }>
}
