import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { defineError } from '../../kernel/errors.ts'
import type { Keys } from '../keys/keys.ts'
import { createDeletions } from './deletions.ts'
import { keptMs } from './idempotency.model.ts'
import { createIdempotencyPersonalData } from './personal-data.ts'

/** Longer than any request may take: after a crash the key is free again. */
const runningMs = 60_000

const Answer = z.object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() })
export type Answer = z.infer<typeof Answer>

const Entry = z.object({ fingerprint: z.string(), answer: Answer.optional() })

export const idempotencyInFlight = defineError(
  'conflict',
  'idempotency_in_flight',
  'The first request with this key is still being answered. Try again in a moment.',
)
export const idempotencyKeyReused = defineError(
  'conflict',
  'idempotency_key_reused',
  'This key has already been used with another request.',
)

export interface Request {
  /** The person, or whatever stands for one. */
  readonly scope: string
  readonly route: string
  /** As the client sent it. */
  readonly key: string
  readonly body: string
}

export type Begun =
  | { readonly replay: Answer }
  /** `finish` keeps the answer for the next 24 hours; `abandon` frees the key. */
  | { readonly finish: (answer: Answer) => Promise<void>; readonly abandon: () => Promise<void> }

/** While the cache is down nothing is remembered, and requests go on: refusing them would lose what people send. */
export function createIdempotency(
  needs: Needs<'cache' | 'clock' | 'log'>,
  domain: { readonly keys: Pick<Keys, 'pseudonym'> },
) {
  const { cache, log } = needs
  const { keys } = domain
  async function begin({ scope, route, key, body }: Request): Promise<Begun> {
    const [name, fingerprint] = await Promise.all([
      keys.pseudonym('idempotency key', JSON.stringify([scope, route, key])),
      keys.pseudonym('idempotency body', body),
    ])
    const cacheKey = `idem:${name}`
    const running = JSON.stringify({ fingerprint })
    try {
      if (!(await cache.compareAndSwap(cacheKey, null, running, runningMs))) {
        const entry = Entry.parse(JSON.parse((await cache.get(cacheKey)) ?? '{"fingerprint":""}'))
        if (entry.fingerprint === '') throw idempotencyInFlight({ retryAfterSeconds: 1 })
        if (entry.fingerprint !== fingerprint) throw idempotencyKeyReused()
        if (!entry.answer) throw idempotencyInFlight({ retryAfterSeconds: 1 })
        return { replay: entry.answer }
      }
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      log.warn('idempotency_key_ignored', { route })
      return { finish: async () => {}, abandon: async () => {} }
    }
    const settle = async (work: Promise<unknown>) => {
      try {
        await work
      } catch (error) {
        log.error('idempotent_answer_not_kept', error, { route })
      }
    }
    return {
      finish: (answer) => settle(cache.set(cacheKey, JSON.stringify({ fingerprint, answer }), keptMs)),
      abandon: () => settle(cache.delete(cacheKey)),
    }
  }

  return {
    ...emptyFace,
    personalData: createIdempotencyPersonalData(needs),
    begin,
    deletions: createDeletions(needs, domain),
  }
}

export type Idempotency = ReturnType<typeof createIdempotency>
export type BeginIdempotent = Idempotency['begin']

export const idempotencyDomain = { collections: [], create: createIdempotency }
