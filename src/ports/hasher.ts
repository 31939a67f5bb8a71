/**
 * Slow, salted password hashes as PHC strings (`$argon2id$v=19$m=…`). Input is taken as given: normalising is the
 * caller's business. Work is bounded: when too much is waiting, every method throws
 * `PortUnavailable('hasher', { retryAfterSeconds })` at once rather than letting memory or latency grow.
 */
export interface Hasher {
  hash(password: string): Promise<string>
  /** False for a wrong password, an unreadable hash, or one whose stored cost is above the adapter's ceiling. */
  verify(hash: string, password: string): Promise<boolean>
  /** Costs what `verify` costs and is always false: for accounts that do not exist. */
  verifyNothing(password: string): Promise<false>
  /** True when the hash was made with less than today's policy, or by another algorithm. */
  needsRehash(hash: string): boolean
}
