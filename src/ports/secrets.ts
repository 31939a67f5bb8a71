/**
 * `signing-keys`: private ES256 keys as JWK text. `master-key`: 32 random bytes as base64url, from which every
 * symmetric key is derived but those of the audit log, where there are `audit-keys`: 32 random bytes as base64url each,
 * all of them remembered for as long as the log is.
 */
export type SecretName = 'signing-keys' | 'master-key' | 'audit-keys'

export interface SecretVersion {
  /** Names this version for ever; safe to publish. */
  readonly id: string
  readonly value: string
  /** ISO time from which this version is the one to use. Until then it is only recognised. */
  readonly activeFrom: string
}

/** Versioned secrets. A new version may appear at any time, without a restart. */
export interface Secrets {
  /** Every version still recognised, newest `activeFrom` first; at least one is active. None at all of `audit-keys` is right, too. */
  versions(name: SecretName): Promise<readonly SecretVersion[]>
}
