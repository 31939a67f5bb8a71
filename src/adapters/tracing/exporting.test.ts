import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sampleTraces } from '../../../test/stand-ins/sample-traces.ts'
import { type FinishedTrace, NotTaken, type TelemetryExporter } from '../../ports/finished-traces.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createExporting } from './exporting.ts'
import { createMetrics } from './metrics.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [sample] = sampleTraces as [FinishedTrace]
const steps = sample.steps.length

function open({ holdOpen = null }: { holdOpen?: ((work: Promise<void>) => void) | null } = {}) {
  const sent: FinishedTrace[][] = []
  const world = { failure: null as Error | null, metricBatches: 0, attempts: 0 }
  const exporter: TelemetryExporter = {
    async sendTraces(traces) {
      world.attempts++
      if (world.failure) throw world.failure
      sent.push([...traces])
    },
    async sendMetrics() {
      if (world.failure) throw world.failure
      world.metricBatches++
    },
  }
  const metrics = createMetrics()
  const log = createMemoryLog()
  const exporting = createExporting({ exporter, metrics, holdOpen, now: () => Date.now(), log })
  const dropped = () =>
    metrics.read().flatMap(({ name, points }) => (name === 'telemetry.dropped' ? points : []))[0] ?? {
      value: 0,
    }
  return { sent, world, log, exporting, dropped: () => (dropped() as { value: number }).value }
}
const total = (sent: readonly (readonly FinishedTrace[])[]) => sent.flat().length

test('goes out in batches, in order, and once a minute the metrics', async () => {
  const { sent, world, exporting } = open()
  for (let n = 0; n < 400; n++) exporting.take({ ...sample, droppedSteps: n })
  expect(sent).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(sent.flat().map(({ droppedSteps }) => droppedSteps)).toEqual(
    Array.from({ length: 400 }, (_, n) => n),
  )
  for (const batch of sent) expect(batch.length * steps).toBeLessThanOrEqual(512)
  expect(world.metricBatches).toBe(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(world.metricBatches).toBe(1)
  await exporting.close()
  expect(world.metricBatches).toBe(2)
})

test('what finds no room is dropped and counted', async () => {
  const { sent, exporting, dropped } = open()
  for (let n = 0; n < 10_000; n++) exporting.take(sample)
  await exporting.flush()
  const waiting = 4_096
  const onItsWay = 512
  expect(total(sent) * steps).toBeLessThanOrEqual(waiting + onItsWay)
  expect(total(sent) + dropped()).toBe(10_000)
})

test('a busy server waits for no turn, and drops nothing', async () => {
  const { sent, exporting, dropped } = open()
  for (let n = 0; n < 10_000; n++) {
    exporting.take(sample)
    await Promise.resolve()
  }
  expect(total(sent) * steps).toBeGreaterThan((10_000 * steps) / 2)
  await exporting.flush()
  expect(total(sent)).toBe(10_000)
  expect(dropped()).toBe(0)
})

test('while the other side is down nobody asks more often because much waits', async () => {
  const { world, exporting } = open()
  world.failure = new NotTaken(true, { status: 503 })
  for (let n = 0; n < 10_000; n++) {
    exporting.take(sample)
    await Promise.resolve()
  }
  expect(world.attempts).toBe(1)
})

test('what is refused for good is dropped and counted; what is worth it is sent again, less and less often', async () => {
  const { sent, world, log, exporting, dropped } = open()
  world.failure = new NotTaken(false, { status: 400 })
  exporting.take(sample)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(dropped()).toBe(1)
  world.failure = new NotTaken(true, { status: 503 })
  exporting.take(sample)
  await vi.advanceTimersByTimeAsync(40 * 60_000)
  expect(dropped()).toBe(1)
  expect(world.attempts).toBeLessThan(60)
  expect(log.events.map(({ event, fields }) => [event, fields])).toEqual([
    ['telemetry_not_sent', { reason: 'answered 400' }],
  ])
  world.failure = null
  await vi.advanceTimersByTimeAsync(70_000)
  expect(total(sent)).toBe(1)
  await exporting.close()
})

test('of a batch of which a part was taken, what was refused is dropped and counted', async () => {
  const { world, exporting, dropped } = open()
  world.failure = new NotTaken(false, { status: 206, refused: 2 })
  for (let n = 0; n < 5; n++) exporting.take(sample)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(dropped()).toBe(2)
  world.failure = null
  await exporting.close()
  expect(world.attempts).toBe(1)
})

test('an exporter that breaks costs what it was given, and no request', async () => {
  const { world, exporting, dropped, log } = open()
  world.failure = new TypeError('a text with ann@example.com')
  exporting.take(sample)
  await exporting.flush()
  expect(dropped()).toBe(1)
  expect(JSON.stringify(log.events)).not.toContain('ann@')
})

test('a process that stops sends what is left, and counts what nobody takes', async () => {
  const { sent, exporting } = open()
  exporting.take(sample)
  await exporting.close()
  expect(total(sent)).toBe(1)
  const other = open()
  other.world.failure = new NotTaken(true)
  other.exporting.take(sample)
  await other.exporting.close()
  expect(other.dropped()).toBe(1)
})

test('where the runtime stops with the answer, each sending is shown to it', async () => {
  const held: Promise<void>[] = []
  const { sent, exporting } = open({ holdOpen: (work) => void held.push(work) })
  exporting.take(sample)
  await Promise.all(held)
  expect(total(sent)).toBe(1)
  expect(vi.getTimerCount()).toBe(0)
})
