import { isRecent } from '../../ports/clock.ts'
import {
  type FinishedTrace,
  NotTaken,
  type TelemetryExporter,
  type TraceReceiver,
} from '../../ports/finished-traces.ts'
import type { Log } from '../../ports/log.ts'
import type { Metrics } from './metrics.ts'

/** Steps that may wait to be sent: some hundred bytes each. */
const mostWaiting = 4_096
const batchSteps = 512
/** Then nobody waits for the next turn: a busy server has filled the rest before. */
const enoughSteps = mostWaiting / 2
const sendEveryMs = 2_000
const metricsEveryMs = 60_000
/** Turns are halved so often at most. */
const mostPauses = 5

export interface Exporting extends TraceReceiver {
  /** Sends what is left, and nothing more by itself from then on. */
  close(): Promise<void>
}

/**
 * Takes traces to an exporter in batches, and once a minute the metrics. What waits is bounded: what finds no room, or
 * is refused, is dropped and counted. While the other side is down or busy it is asked less and less often.
 */
export function createExporting({
  exporter,
  metrics,
  holdOpen,
  now,
  log,
}: {
  readonly exporter: TelemetryExporter
  readonly metrics: Pick<Metrics, 'read' | 'count'>
  /**
   * Where a runtime stops with the answer, and runs no timers beyond it: it is shown each sending, to wait for it. Then
   * what a request brought is sent at its end. Null where timers run.
   */
  readonly holdOpen: ((work: Promise<void>) => void) | null
  readonly now: () => number
  readonly log: Log
}): Exporting {
  let queue: FinishedTrace[] = []
  let waiting = 0
  let failures = 0
  let metricsAtMs = now()
  const sinceMs = now()
  let sending: Promise<void> | null = null

  const drop = (traces: number) => metrics.count('telemetry.dropped', {}, traces)

  function nextBatch(): FinishedTrace[] {
    let steps = 0
    const end = queue.findIndex((trace) => {
      steps += trace.steps.length
      return steps > batchSteps
    })
    const batch = queue.splice(0, end === -1 ? queue.length : Math.max(1, end))
    waiting -= batch.reduce((sum, { steps: { length } }) => sum + length, 0)
    return batch
  }

  function putBack(batch: readonly FinishedTrace[]): void {
    queue = [...batch, ...queue]
    waiting += batch.reduce((sum, { steps: { length } }) => sum + length, 0)
  }

  /** Whether it was taken. Once for an outage there is a line in the log. */
  async function tried(send: () => Promise<void>): Promise<NotTaken | null> {
    try {
      await send()
      failures = 0
      return null
    } catch (error) {
      if (failures++ === 0) log.warn('telemetry_not_sent', { reason: reasonOf(error) })
      return error instanceof NotTaken ? error : new NotTaken(false, { cause: error })
    }
  }

  async function sendMetrics(): Promise<void> {
    metricsAtMs = now()
    await tried(() => exporter.sendMetrics(metrics.read(), sinceMs, metricsAtMs))
  }

  async function sendTraces(): Promise<void> {
    while (queue.length > 0) {
      const batch = nextBatch()
      const refused = await tried(() => exporter.sendTraces(batch))
      if (!refused) continue
      if (!refused.isWorthAgain || holdOpen !== null) drop(refused.refused ?? batch.length)
      else return putBack(batch)
    }
  }

  async function sendAll(): Promise<void> {
    await sendTraces()
    if (!isRecent(metricsAtMs, metricsEveryMs, now())) await sendMetrics()
  }

  /** One at a time, where one process does all of it. */
  function sendOnce(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = null
    })
    return sending
  }

  let turns = 0
  /** After failures fewer and fewer turns are taken: the second, the fourth, … about one a minute. */
  async function sendOnTime(): Promise<void> {
    try {
      turns++
      if (failures > 0 && turns % 2 ** Math.min(failures, mostPauses) !== 0) return
      await sendOnce()
    } catch (error) {
      log.error('telemetry_failed', error)
    }
  }

  const timer = holdOpen ? undefined : setInterval(sendOnTime, sendEveryMs)
  // A process that has nothing else to do ends.
  if (typeof timer === 'object') timer.unref()

  return {
    take(trace) {
      if (waiting + trace.steps.length > mostWaiting) return drop(1)
      queue.push(trace)
      waiting += trace.steps.length
      if (holdOpen) holdOpen(sendAll())
      else if (waiting >= enoughSteps && !sending && failures === 0) void sendOnTime()
    },
    flush: () => (holdOpen ? sendAll() : sendOnce()),
    async close() {
      clearInterval(timer)
      await sendOnce()
      await sendMetrics()
      drop(queue.length)
      queue = []
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof NotTaken ? error.message : 'failed')
