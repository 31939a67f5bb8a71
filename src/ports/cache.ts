export interface Counted {
  /** The count after this increment, 1 for the first. */
  readonly count: number
  /** Milliseconds until the counter starts again, more than 0. */
  readonly expiresInMs: number
}

/**
 * Short-lived shared state: counters, locks, answers worth keeping. Values are strings and come back as they were
 * given. Anything may vanish at any time, so nothing that must survive lives only here. An entry is gone once its
 * time has passed. Keys carry no personal data in clear.
 *
 * A cache that cannot answer throws `PortUnavailable('cache')`; the caller decides what that means.
 */
export interface Cache {
  get(key: string): Promise<string | null>
  /** Replaces whatever was there, and its expiry. `ttlMs` is 1 or more. */
  set(key: string, value: string, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  /** Adds one, atomically, also to a number that `set` put there. The first increment starts the clock of `ttlMs`; later ones do not move it. */
  increment(key: string, ttlMs: number): Promise<Counted>
  /**
   * Sets `next` for `ttlMs` only if the value is `expected` (null: absent). True when it was set. Of any number of
   * concurrent calls with one `expected`, exactly one is told true, unless `next` equals `expected`.
   */
  compareAndSwap(key: string, expected: string | null, next: string, ttlMs: number): Promise<boolean>
}
