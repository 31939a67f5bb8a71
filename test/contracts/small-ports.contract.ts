import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/ports/clock.ts'
import type { Defer } from '../../src/ports/defer.ts'
import type { Ids } from '../../src/ports/ids.ts'
import type { Log } from '../../src/ports/log.ts'

export const clockContract = (name: string, clock: Clock) =>
  test(`clock: ${name} says whole milliseconds and never goes back`, () => {
    const times = Array.from({ length: 100 }, () => clock.now())
    expect(times.every(Number.isInteger)).toBe(true)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

export const idsContract = (name: string, ids: Ids) =>
  test(`ids: ${name} are distinct UUIDv7 in ascending order`, () => {
    const issued = Array.from({ length: 5_000 }, () => ids.next())
    expect(new Set(issued).size).toBe(issued.length)
    expect(issued).toEqual(issued.toSorted())
    for (const id of issued)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  })

export const deferContract = (
  name: string,
  open: (log: Log) => { defer: Defer; settled: () => Promise<void> },
  createLog: () => Log & { readonly events: readonly { event: string; error?: unknown; fields: object }[] },
) =>
  describe(`defer: ${name}`, () => {
    test('work is finished before it is settled, and so is the work that it starts', async () => {
      const { defer, settled } = open(createLog())
      const done: string[] = []
      defer.run('outer', async () => {
        await Promise.resolve()
        defer.run('inner', async () => void done.push('inner'))
        done.push('outer')
      })
      await settled()
      expect(done).toEqual(['outer', 'inner'])
    })

    test.each([
      ['rejects', async () => Promise.reject(new Error('lost?'))],
      [
        'throws',
        () => {
          throw new Error('lost?')
        },
      ],
    ])('work that %s is logged under its name and never thrown', async (_, task) => {
      const log = createLog()
      const { defer, settled } = open(log)
      defer.run('failing', task)
      await settled()
      expect(log.events).toMatchObject([{ event: 'deferred_work_failed', fields: { task: 'failing' } }])
      expect(String(log.events[0]?.error)).toContain('lost?')
    })
  })
