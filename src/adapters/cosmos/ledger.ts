import { type Clock, isRecent } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'

/** One request to Cosmos DB. */
export interface CosmosEntry {
  readonly collection: string
  readonly operation: string
  /** 0 without an answer. */
  readonly status: number
  /** Request units. */
  readonly charge: number
  readonly durationMs: number
}

const periodMs = 60_000

/**
 * Each request goes to the log at level debug, and about once a minute the sum of each kind at level info: what is paid
 * for, and by what. It has no timer, so an idle process says nothing.
 */
export function createLedger({
  clock,
  log,
  onEntry = () => {},
}: {
  readonly clock: Clock
  readonly log: Log
  readonly onEntry?: (entry: CosmosEntry) => void
}) {
  const sums = new Map<string, { requests: number; refused: number; charge: number }>()
  let since = clock.now()

  const report = (): void => {
    const seconds = Math.round((clock.now() - since) / 1000)
    for (const [kind, { requests, refused, charge }] of sums) {
      const [collection, operation] = kind.split(' ')
      const rounded = Math.round(charge * 100) / 100
      log.info('cosmos_charges', { collection, operation, requests, refused, charge: rounded, seconds })
    }
    sums.clear()
    since = clock.now()
  }

  return {
    enter(entry: CosmosEntry): void {
      const { collection, operation, status, charge } = entry
      log.debug('cosmos_request', { ...entry })
      onEntry(entry)
      const kind = `${collection} ${operation}`
      const sum = sums.get(kind) ?? { requests: 0, refused: 0, charge: 0 }
      sum.requests++
      sum.charge += charge
      if (status === 0 || status >= 400) sum.refused++
      sums.set(kind, sum)
      if (!isRecent(since, periodMs, clock.now())) report()
    },
    report,
  }
}
