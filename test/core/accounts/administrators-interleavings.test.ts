import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../../../src/adapters/memory/clock.ts'
import { createInProcessDefer } from '../../../src/adapters/memory/defer.ts'
import { createMemoryDocuments } from '../../../src/adapters/memory/documents.ts'
import { createSequentialIds } from '../../../src/adapters/memory/ids.ts'
import { createMemoryLog } from '../../../src/adapters/memory/log.ts'
import { createMemoryRealtime } from '../../../src/adapters/memory/realtime.ts'
import { createAdministrators } from '../../../src/core/accounts/users/administrators.ts'
import { createChangeUser } from '../../../src/core/accounts/users/change-user.ts'
import { isRoster, staff } from '../../../src/core/accounts/users/staff.model.ts'
import {
  defaultPreferences,
  isActiveAdministrator,
  type User,
  userEmails,
  users,
} from '../../../src/core/accounts/users/users.model.ts'
import { AppError } from '../../../src/core/kernel/errors.ts'
import { createEvent } from '../../../src/core/kernel/events.ts'
import type { DocumentStore } from '../../../src/ports/documents.ts'

const people = ['u0', 'u1', 'u2'] as const
const changes = {
  demote: { role: 'user' },
  promote: { role: 'admin' },
  suspend: { status: 'suspended' },
  activate: { status: 'active' },
} as const

interface Action {
  readonly who: number
  readonly what: keyof typeof changes
}

const accountOf = (id: string, role: User['role']): User => ({
  id,
  email: `${id}@tools.example`,
  name: id,
  avatar: null,
  role,
  status: 'active',
  emailVerified: true,
  passwordHash: 'hash',
  securityEpoch: 1,
  preferences: defaultPreferences,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  lastLoginAt: null,
})

const ids = createSequentialIds()

/** One process of the app, as far as this is concerned. */
function openProcess(documents: DocumentStore, clock: ManualClock) {
  const log = createMemoryLog()
  const defer = createInProcessDefer({ log })
  const needs = { documents, clock, ids, log, defer, realtime: createMemoryRealtime({ clock }) }
  const administrators = createAdministrators(needs)
  const changeUser = createChangeUser(needs, administrators, createEvent('users.epoch-raised'))
  return {
    sweep: administrators.sweep,
    /** The code of what it was refused with, or null. */
    async act({ who, what }: Action): Promise<string | null> {
      try {
        await changeUser(people[who] ?? '', (user) => ({ ...user, ...changes[what] }))
        return null
      } catch (error) {
        if (error instanceof AppError) return error.code
        throw error
      }
    },
  }
}

const action = fc.record({
  who: fc.nat({ max: people.length - 1 }),
  what: fc.constantFrom('demote', 'demote', 'suspend', 'promote', 'activate'),
}) as fc.Arbitrary<Action>

test('in whatever order the steps of three processes come, one of which may die at any write, somebody is left', async () => {
  let refusals = 0
  let deaths = 0
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.tuple(...Array.from({ length: 3 }, () => fc.array(action, { minLength: 1, maxLength: 4 }))),
      fc.option(fc.nat({ max: 10 })),
      fc.boolean(),
      fc.nat({ max: 3 }),
      async (scheduler, plans, diesAt, isLate, minutes) => {
        const clock = createManualClock()
        const store = createMemoryDocuments({ clock })
        for (const [i, id] of people.entries()) {
          const user = accountOf(id, i < 2 ? 'admin' : 'user')
          await store.insert(users, user)
          await store.insert(userEmails, { id: user.email, userId: id })
          if (user.role === 'admin')
            await store.insert(staff, { id, directory: 'staff', name: id, avatar: null, role: 'admin' })
        }
        const active = async () =>
          (await Promise.all(people.map((id) => store.read(users, { partition: id, id })))).flatMap(
            (stored) => (stored && isActiveAdministrator(stored.value) ? [stored.value.id] : []),
          )
        const roster = async () => {
          const stored = await store.read(staff, { partition: 'administrators', id: 'administrators' })
          return stored && isRoster(stored.value) ? stored.value : null
        }
        /** Somebody is there, and whoever is counted on is one in truth: at every moment. */
        async function expectTruth(after: string): Promise<void> {
          const there = await active()
          expect(there.length, after).toBeGreaterThanOrEqual(1)
          const { active: listed, held } = (await roster()) ?? { active: [], held: [] }
          const counted = listed.filter((id) => !held.some(({ userId }) => userId === id))
          for (const id of counted) expect(there, after).toContain(id)
        }

        /** What a dead process had sent and the store had not got yet. */
        const late: (() => Promise<unknown>)[] = []
        let writes = 0
        let isDead = false
        const stepwise = (mayDie: boolean): DocumentStore =>
          Object.fromEntries(
            Object.entries(store).map(([name, operation]) => [
              name,
              (...given: readonly unknown[]) => {
                const run = () => (operation as (...all: readonly unknown[]) => Promise<unknown>)(...given)
                const isWrite = name === 'insert' || name === 'replace'
                if (mayDie && !isDead && isWrite && writes++ === diesAt) {
                  isDead = true
                  deaths++
                  if (isLate) late.push(run)
                }
                if (mayDie && isDead) return new Promise(() => {})
                return scheduler.schedule(Promise.resolve(), name).then(async () => {
                  const outcome = await run()
                  await expectTruth(name)
                  return outcome
                })
              },
            ]),
          ) as unknown as DocumentStore

        const runs = plans.map(async (plan, i) => {
          const process = openProcess(stepwise(i === 2), clock)
          for (const each of plan) if (await process.act(each)) refusals++
        })
        // Long enough for a step to take, and for others to lose patience.
        for (let i = 0; i < minutes; i++)
          void scheduler.schedule(Promise.resolve(), 'a minute passes').then(() => clock.advance(61_000))
        // The third may never end.
        await scheduler.waitFor(Promise.all(diesAt === null ? runs : runs.slice(0, 2)))
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve))
          if (scheduler.count() === 0) break
          await scheduler.waitOne()
        }

        clock.advance(61_000)
        const afterwards = openProcess(store, clock)
        await afterwards.sweep()
        await expectTruth('the sweep')
        for (const write of late) await write().catch(() => null)
        await expectTruth('what was late')
        // What was late may have been the hold itself.
        await afterwards.sweep()
        const { active: listed = [], held } = (await roster()) ?? {}
        expect([[...listed].sort(), held]).toEqual([await active(), []])

        // Of those who are there now, one is not let go.
        const there = await active()
        const outcomes = []
        for (const id of there)
          outcomes.push(await afterwards.act({ who: Number(id.slice(1)), what: 'demote' }))
        expect(outcomes).toEqual([...there.slice(1).map(() => null), 'last_administrator'])
      },
    ),
    { numRuns: 1000, interruptAfterTimeLimit: 25_000 },
  )
  expect(refusals).toBeGreaterThan(0)
  expect(deaths).toBeGreaterThan(0)
})
