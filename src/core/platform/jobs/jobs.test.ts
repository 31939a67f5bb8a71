import { expect, test } from 'vitest'
import { createMemoryLog } from '../../../adapters/memory/log.ts'
import type { Job } from '../../kernel/domain.ts'
import { createRunDueJobs, oneAtATime } from './jobs.ts'

const minuteMs = 60_000
const midnight = Date.parse('2026-01-02T00:00:00.000Z')

function createRecordedJobs() {
  const ran: string[] = []
  const record = (name: string, everyMs: number): Job => ({
    name,
    everyMs,
    run: async () => void ran.push(name),
  })
  const jobs = [
    record('every-second', 1_000),
    record('every-minute', minuteMs),
    record('every-hour', 60 * minuteMs),
    record('every-day', 24 * 60 * minuteMs),
  ]
  return { jobs, ran }
}

test.each([
  ['at midnight', midnight - minuteMs, midnight, ['every-second', 'every-minute', 'every-hour', 'every-day']],
  ['a minute later', midnight, midnight + minuteMs, ['every-second', 'every-minute']],
  [
    'on the hour, late',
    midnight + 59 * minuteMs,
    midnight + 60 * minuteMs + 700,
    ['every-second', 'every-minute', 'every-hour'],
  ],
  [
    'after a day without a tick',
    midnight + 5,
    midnight + 25 * 60 * minuteMs,
    ['every-second', 'every-minute', 'every-hour', 'every-day'],
  ],
  ['twice at one time', midnight, midnight, []],
])('%s', async (_, sinceMs, nowMs, expected) => {
  const { jobs, ran } = createRecordedJobs()
  await createRunDueJobs({ log: createMemoryLog() }, jobs)(sinceMs, nowMs)
  expect(ran).toEqual(expected)
})

test('an hour of ticks runs an hourly job once', async () => {
  const { jobs, ran } = createRecordedJobs()
  const runDueJobs = createRunDueJobs({ log: createMemoryLog() }, jobs)
  const ticks = Array.from({ length: 60 }, (_, i) => midnight + 30 * minuteMs + i * minuteMs)
  for (const tick of ticks) await runDueJobs(tick - minuteMs, tick)
  expect(ran.filter((name) => name === 'every-hour')).toHaveLength(1)
})

test('a job that fails is logged, and keeps no other from running', async () => {
  const { jobs, ran } = createRecordedJobs()
  const log = createMemoryLog()
  const broken: Job = { name: 'broken', everyMs: 1, run: async () => Promise.reject(new Error('no')) }
  await createRunDueJobs({ log }, [broken, ...jobs])(midnight, midnight + minuteMs)
  expect(ran).toContain('every-minute')
  expect(log.events).toMatchObject([{ level: 'error', event: 'job_failed', fields: { job: 'broken' } }])
})

test('a job that still runs is left out until it has ended, well or not', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const slow: Job = {
    name: 'slow',
    everyMs: 1,
    run() {
      const run = Promise.withResolvers<void>()
      begun.push(run)
      return run.promise
    },
  }
  const { run } = oneAtATime(slow)
  const first = run()
  await run()
  expect(begun).toHaveLength(1)
  begun[0]?.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  const second = run()
  expect(begun).toHaveLength(2)
  begun[1]?.resolve()
  await second
})
