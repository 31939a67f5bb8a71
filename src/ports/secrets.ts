/**
 * `signing-keys`: private ES256 keys as JWK text. `master-key`: 32 random bytes as base64url, from which every
 * symmetric key is derived but those of the audit log, where there are `audit-keys`: 32 random bytes as base64url each,
 * all of them remembered for as long as the log is. `push-keys`: private keys of P-256 as JWK text, by which push services
 * know us; each stays for as long as a browser that subscribed with it is to be told. Where there are none, browsers are not.
 */
export type SecretName = 'signing-keys' | 'master-key' | OptionalSecret

/** What a deployment may do without. */
export const optionalSecrets = ['audit-keys', 'push-keys'] as const
export type OptionalSecret = (typeof optionalSecrets)[number]

export const isOptionalSecret = (name: SecretName): name is OptionalSecret =>
  optionalSecrets.some((optional) => optional === name)

export interface SecretVersion {
  /** Names this version for ever; safe to publish. */
  readonly id: string
  readonly value: string
  /** ISO time from which this version is the one to use. Until then it is only recognised. */
  readonly activeFrom: string
}

/** Versioned secrets. A new version may appear at any time, without a restart. */
export interface Secrets {
  /** Every version still recognised, newest `activeFrom` first; at least one, which is active unless the clock is behind. None at all of an optional one is right, too. */
  versions(name: SecretName): Promise<readonly SecretVersion[]>
}

/**
 * The version to use now, of versions with the newest first: the newest that is active. Where none is, by a clock that is behind, the
 * oldest: it is the one that was in use before, and nothing is served without any. Undefined where there is none at all.
 */
export const keyInUse = <Key extends { readonly activeFromMs: number }>(
  keys: readonly Key[],
  nowMs: number,
): Key | undefined => keys.find(({ activeFromMs }) => activeFromMs <= nowMs) ?? keys.at(-1)
