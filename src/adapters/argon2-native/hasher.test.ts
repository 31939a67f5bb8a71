import { setImmediate } from 'node:timers/promises'
import { hashSync } from '@node-rs/argon2'
import { expect, test } from 'vitest'
import { hasherContract, passwords } from '../../../test/contracts/hasher.contract.ts'
import { createNativeHasher } from './hasher.ts'

const cost = { memoryKib: 7168, iterations: 2, parallelism: 1 }

hasherContract('argon2-native', () => ({
  hasher: createNativeHasher({ cost, concurrency: 2, queue: 100 }),
  crowded: createNativeHasher({ cost, concurrency: 1, queue: 1 }),
  tooCostly: hashSync(passwords[0] ?? '', { memoryCost: 8, timeCost: 11, parallelism: 1 }),
  belowPolicy: hashSync(passwords[0] ?? '', { memoryCost: 4096, timeCost: 2, parallelism: 1 }),
}))

/** The turns of the event loop in which the outcomes of so many jobs at once arrived, and how many in each. */
async function arrivals(jobs: readonly Promise<unknown>[]): Promise<readonly number[]> {
  let [turn, isOver] = [0, false]
  const counts = new Map<number, number>()
  const count = () => counts.set(turn, (counts.get(turn) ?? 0) + 1)
  const all = Promise.all(jobs.map((job) => job.then(count, count))).then(() => {
    isOver = true
  })
  while (!isOver) {
    await setImmediate()
    turn++
  }
  await all
  return [...counts.values()]
}

test('while others wait, outcomes arrive as many at a time as run at a time; the last wait for none', async () => {
  const hasher = createNativeHasher({ cost, concurrency: 3, queue: 100 })
  const stored = await hasher.hash('SecurePass123!')
  const counts = await arrivals(Array.from({ length: 12 }, () => hasher.verify(stored, 'SecurePass123!')))
  for (const count of counts.slice(0, 2)) expect(count).toBeGreaterThanOrEqual(3)
  expect(counts.reduce((sum, count) => sum + count)).toBe(12)
  expect(await hasher.verify(stored, 'SecurePass123!')).toBe(true)
})

test('a job that fails keeps nobody waiting', async () => {
  const hasher = createNativeHasher({ cost, concurrency: 2, queue: 100 })
  const notText = null as unknown as string
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 5 }, () => hasher.hash(notText)),
    ...Array.from({ length: 4 }, () => hasher.verify('nonsense', 'SecurePass123!')),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    ...Array.from({ length: 5 }, () => 'rejected'),
    ...Array.from({ length: 4 }, () => 'fulfilled'),
  ])
})
