import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Clock } from '../../src/ports/clock.ts'
import type { Defer } from '../../src/ports/defer.ts'
import type { Ids } from '../../src/ports/ids.ts'
import type { Log } from '../../src/ports/log.ts'
import type { SecretName, Secrets } from '../../src/ports/secrets.ts'

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
  open: (log: Log) => { defer: Defer<string>; settled: () => Promise<void> },
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

    test('work that is to wait waits, and is begun at once when everything is to be finished', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      const { defer, settled } = open(createLog())
      const done: string[] = []
      defer.run('later', async () => void done.push('later'), { afterMs: 3_600_000 })
      defer.run('soon', async () => void done.push('soon'), { afterMs: 1 })
      defer.run('now', async () => void done.push('now'))
      await vi.advanceTimersByTimeAsync(1)
      expect(done).toEqual(['now', 'soon'])
      await settled()
      expect(done).toEqual(['now', 'soon', 'later'])
    })

    test('work that waits again and again keeps nothing else from happening', async () => {
      const { defer, settled } = open(createLog())
      let hasHappened = false
      const look = async () => {
        if (!hasHappened) defer.run('look', look, { afterMs: 3_600_000 })
      }
      defer.run('look', look, { afterMs: 3_600_000 })
      setImmediate(() => {
        hasHappened = true
      })
      await settled()
      expect(hasHappened).toBe(true)
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

export interface OpenedSecrets {
  readonly secrets: Secrets
  readonly now: () => number
  /** Has the next signing key made, to be used from later on, and lets pass what it takes to be seen. */
  readonly renew: () => unknown
  readonly close?: () => unknown
}

export const secretsContract = (name: string, open: () => Promise<OpenedSecrets>) =>
  describe(`secrets: ${name}`, () => {
    let opened: OpenedSecrets
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.close?.())
    const names: readonly SecretName[] = ['signing-keys', 'master-key']

    test.each(names)(
      '%s: one version at least is active, the newest comes first, each has its own id',
      async (secret) => {
        const versions = await opened.secrets.versions(secret)
        const times = versions.map(({ activeFrom }) => Date.parse(activeFrom))
        expect(Math.min(...times)).toBeLessThanOrEqual(opened.now())
        expect(times).toEqual(times.toSorted((a, b) => b - a))
        expect(new Set(versions.map(({ id }) => id)).size).toBe(versions.length)
        for (const { value } of versions) expect(value).not.toBe('')
      },
    )

    test.each(names)('%s: whoever asks, at once or again, hears the same', async (secret) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => opened.secrets.versions(secret)))
      for (const answer of answers) expect(answer).toEqual(answers[0])
      expect(await opened.secrets.versions(secret)).toEqual(answers[0])
    })

    test('a new version appears without a restart, before it is used, and beside the one before', async () => {
      const before = await opened.secrets.versions('signing-keys')
      await opened.renew()
      const [successor, ...others] = await opened.secrets.versions('signing-keys')
      expect(before).not.toContainEqual(successor)
      expect(Date.parse(successor?.activeFrom ?? '')).toBeGreaterThan(opened.now())
      expect(others).toEqual(before)
    })
  })
