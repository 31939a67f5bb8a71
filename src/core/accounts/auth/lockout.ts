import { z } from 'zod'
import type { Cache } from '../../../ports/cache.ts'
import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { createTakeTurns } from './take-turns.ts'

const freeFailures = 5
const longestDelaySeconds = 900
const rememberedMs = 24 * 60 * 60_000
/** A process that died while it judged leaves its attempt undecided; then that attempt has failed. */
const judgedWithinMs = 30_000
/** Each race that is lost was won by another attempt at the same account, and of those few are under way. */
const racesBeforeAPause = 10
const racesToSettle = 200
/** Devices and sessions of an account that were wrong so often in an hour, all together, are strangers to it. */
const mostByTrusted = 30
const trustedWindowMs = 60 * 60_000

/**
 * Who guesses. Strangers to an account are counted together, whatever address they come from. Whoever has shown more has
 * a count of their own, which no stranger can fill: a device that has signed in before, a session, a code from the
 * mailbox.
 */
export type Guesser =
  | { readonly kind: 'stranger' }
  | { readonly kind: 'device' | 'session' | 'mailbox'; readonly id: string }

export const stranger: Guesser = { kind: 'stranger' }

const State = z.object({
  failures: z.number(),
  lockedUntil: z.number(),
  /** Until when each attempt that is being judged has to be decided. */
  undecided: z.array(z.number()).default([]),
})
type State = z.infer<typeof State>
const fresh: State = { failures: 0, lockedUntil: 0, undecided: [] }
const stateOf = (text: string | null): State => (text === null ? fresh : State.parse(JSON.parse(text)))

export interface Attempt {
  /** The account is waiting out a delay: answer as for a wrong password, without looking. */
  readonly isLocked: boolean
  /** It was right: the count starts afresh. */
  succeed(): Promise<void>
  /** It was wrong. */
  fail(): Promise<void>
  /** It was never judged, and does not count. */
  withdraw(): Promise<void>
}

const noEffect = async () => {}
const locked: Attempt = { isLocked: true, succeed: noEffect, fail: noEffect, withdraw: noEffect }

/** After the fifth failure 1 s, then 2, 4 … up to 900 s; never for ever. */
function afterFailure(state: State, at: number): State {
  const failures = state.failures + 1
  const delaySeconds =
    failures < freeFailures ? 0 : Math.min(2 ** (failures - freeFailures), longestDelaySeconds)
  return { ...state, failures, lockedUntil: Math.max(state.lockedUntil, at + delaySeconds * 1000) }
}

function without<T>(items: readonly T[], item: T): T[] {
  const at = items.indexOf(item)
  return at < 0 ? [...items] : items.toSpliced(at, 1)
}

/**
 * Slows down guessing at one account, known or not. No more attempts are judged at once than could fail: a thousand
 * at once are no better than a thousand in a row, and those that are right wait for one another.
 */
export function createLockout(needs: Needs<'cache' | 'localCache' | 'clock' | 'defer' | 'log'>, keys: Keys) {
  const { cache, localCache, clock, log } = needs
  const { takeTurn, wake } = createTakeTurns(needs)

  /** With what was never decided counted as failed. */
  function asOfNow(state: State): State {
    const isOpen = (until: number) => stillLasts(until, judgedWithinMs, clock.now())
    const overdue = state.undecided.filter((until) => !isOpen(until))
    const rest = { ...state, undecided: state.undecided.filter(isOpen) }
    return overdue.reduce(afterFailure, rest)
  }

  /** What becomes of an attempt that `begun` was written for. The cache that fails meanwhile decides nothing. */
  async function settle(
    store: Cache,
    key: string,
    begun: string,
    until: number,
    decide: (state: State) => State,
  ) {
    try {
      let expected: string | null = begun
      for (let race = 0; race < racesToSettle; race++) {
        const state = stateOf(expected)
        const next = decide({ ...state, undecided: without(state.undecided, until) })
        const isFresh = next.failures === 0 && next.undecided.length === 0
        if (await store.compareAndSwap(key, expected, JSON.stringify(next), isFresh ? 1 : rememberedMs))
          return
        expected = await store.get(key)
      }
      log.warn('lockout_attempt_not_settled')
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('lockout_attempt_not_settled')
    } finally {
      wake(key)
    }
  }

  /** Null: the account's devices and sessions have been wrong too often to be counted apart. */
  async function beginIn(store: Cache, key: string, trustedKey: string | null): Promise<Attempt | null> {
    let lost = 0
    const look = async (): Promise<{ readonly attempt: Attempt | null } | null> => {
      const [before, byTrusted] = await Promise.all([
        store.get(key),
        trustedKey === null ? null : store.get(trustedKey),
      ])
      if (Number(byTrusted) >= mostByTrusted) return { attempt: null }
      const now = clock.now()
      const state = asOfNow(stateOf(before))
      if (stillLasts(state.lockedUntil, longestDelaySeconds * 1000, now)) return { attempt: locked }
      if (state.undecided.length >= Math.max(1, freeFailures - state.failures)) return null
      const until = now + judgedWithinMs
      const begun = JSON.stringify({ ...state, undecided: [...state.undecided, until] })
      if (!(await store.compareAndSwap(key, before, begun, rememberedMs)))
        return ++lost % racesBeforeAPause > 0 ? look() : null
      return {
        attempt: {
          isLocked: false,
          succeed: () => settle(store, key, begun, until, ({ undecided }) => ({ ...fresh, undecided })),
          async fail() {
            await Promise.all([
              settle(store, key, begun, until, (latest) => afterFailure(latest, clock.now())),
              trustedKey !== null && countTrusted(store, trustedKey),
            ])
          },
          withdraw: () => settle(store, key, begun, until, (latest) => latest),
        },
      }
    }
    return (await takeTurn(key, look)).attempt
  }

  async function countTrusted(store: Cache, key: string): Promise<void> {
    try {
      await store.increment(key, trustedWindowMs)
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('lockout_attempt_not_settled')
    }
  }

  const keysOf = async (account: string, guesser: Guesser) => {
    const name = await keys.pseudonym('account', account)
    const strangers = `lockout:${name}`
    const own =
      guesser.kind === 'stranger'
        ? strangers
        : `lockout:${guesser.kind}:${await keys.pseudonym('account', `${account} ${guesser.kind} ${guesser.id}`)}`
    return { strangers, own, trusted: `lockout:trusted:${name}` }
  }
  const inEither = async <T>(use: (store: Cache) => Promise<T>): Promise<T> => {
    try {
      return await use(cache)
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('lockout_counts_locally')
      return use(localCache)
    }
  }

  return {
    /**
     * `account` names what is guessed at: an address, or one way into it. Throws `unavailable` where too many are
     * judged already.
     */
    async begin(account: string, guesser: Guesser = stranger): Promise<Attempt> {
      const { strangers, own, trusted } = await keysOf(account, guesser)
      const isTrusted = guesser.kind === 'device' || guesser.kind === 'session'
      return inEither(async (store) => {
        const attempt = await beginIn(store, own, isTrusted ? trusted : null)
        return attempt ?? (await beginIn(store, strangers, null)) ?? locked
      })
    },
    /** Lets somebody in again who has proved by other means who they are. */
    async forgive(account: string): Promise<void> {
      const { strangers, trusted } = await keysOf(account, stranger)
      await inEither(async (store) => {
        await Promise.all([store.delete(strangers), store.delete(trusted)])
      })
    },
  }
}

export type Lockout = ReturnType<typeof createLockout>
