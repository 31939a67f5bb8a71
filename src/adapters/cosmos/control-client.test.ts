import { expect, onTestFinished, test } from 'vitest'
import { type Fault, startCosmosStandIn } from '../../../test/stand-ins/cosmos.ts'
import { collection } from '../../ports/documents.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemoryLog } from '../memory/log.ts'
import { CosmosFailure, type StartTimer } from './client.ts'
import { createCosmosControlClient } from './control-client.ts'
import { createCosmosDocuments } from './documents.ts'
import { layout } from './layout.ts'
import { setUpCosmos } from './setup.ts'

const things = collection<{ id: string; owner: string }>()({ name: 'Things', partition: 'owner', paths: {} })
const setUp = { databaseName: 'test', collections: [things] }

async function openAccount() {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  const pauses: number[] = []
  const limits = new Set<number>()
  const timers = new Set<() => void>()
  const startTimer: StartTimer = (run, ms) => {
    limits.add(ms)
    timers.add(run)
    return () => void timers.delete(run)
  }
  const client = createCosmosControlClient({
    ...standIn,
    startTimer,
    sleep: async (ms) => void pauses.push(ms),
  })
  const timeIsUp = () => {
    for (const run of timers) run()
  }
  const control = (what: Fault['what'], times = 1, method?: string): void =>
    standIn.fail({
      when: (asked) => {
        const isControl = !['read', 'create', 'replace', 'delete', 'batch', 'query'].includes(asked.operation)
        return isControl && (method === undefined || asked.method === method)
      },
      times,
      what,
    })
  return { standIn, client, pauses, limits, timeIsUp, control }
}

const namesIn = async ({ client }: Awaited<ReturnType<typeof openAccount>>) =>
  (await client.database('test').containers.readAll().fetchAll()).resources.map(({ id }) => id)

test('setup waits as long as the service takes to make something', async () => {
  const account = await openAccount()
  const { promise, resolve } = Promise.withResolvers<void>()
  account.control({ until: promise }, 3, 'POST')
  const done = setUpCosmos({ client: account.client, ...setUp })
  resolve()
  expect((await done).changes).toContain('database test: made')
  expect([...account.limits]).toEqual([60_000])
})

test('what was made although the answer took too long is made', async () => {
  const account = await openAccount()
  await account.client.databases.create({ id: 'test' })
  const { promise, resolve } = Promise.withResolvers<void>()
  account.control({ afterwards: promise }, 1, 'POST')
  const done = setUpCosmos({ client: account.client, ...setUp })
  await account.standIn.heard(({ method, operation }) => method === 'POST' && operation !== 'query')
  account.timeIsUp()
  expect((await done).problems).toEqual([])
  resolve()
  expect(await namesIn(account)).toEqual([layout(things).container])
})

test.each([429, 503, 449, 500])('%i is waited for, as long as it says', async (status) => {
  const account = await openAccount()
  account.control({ status, headers: { 'x-ms-retry-after-ms': '7000' } }, 20)
  await setUpCosmos({ client: account.client, ...setUp })
  expect(account.pauses).toEqual(Array(20).fill(7000))
  expect(await namesIn(account)).toEqual([layout(things).container])
})

test('patience ends', async () => {
  const account = await openAccount()
  account.control({ status: 429 }, 1000)
  await expect(setUpCosmos({ client: account.client, ...setUp })).rejects.toBeInstanceOf(CosmosFailure)
  expect(account.pauses.length).toBeLessThan(100)
})

test.each(['drop before', 'drop after'] as const)(
  '%s: each connection breaks once, and all is there',
  async (what) => {
    const account = await openAccount()
    for (let request = 0; request < 20; request++) {
      account.control(what, 1)
      await setUpCosmos({ client: account.client, ...setUp })
    }
    expect(await namesIn(account)).toEqual([layout(things).container])
    account.control(what, 1, 'DELETE')
    await account.client.database('test').delete()
    account.control(what, 1, 'POST')
    await account.client.databases.create({ id: 'test' })
    account.control(what, 1, 'POST')
    await setUpCosmos({ client: account.client, ...setUp })
    expect(await namesIn(account)).toEqual([layout(things).container])
  },
)

test('what is there already, and was not made by a lost request, is a conflict', async () => {
  const account = await openAccount()
  await account.client.databases.create({ id: 'test' })
  await expect(account.client.databases.create({ id: 'test' })).rejects.toMatchObject({ code: 409 })
  await expect(account.client.database('absent').delete()).rejects.toMatchObject({ code: 404 })
})

test('of documents the store itself says what is sent again', async () => {
  const account = await openAccount()
  await setUpCosmos({ client: account.client, ...setUp })
  const documents = createCosmosDocuments({
    database: account.client.database('test'),
    clock: createManualClock(),
    log: createMemoryLog(),
    sleep: async () => {},
  })
  account.standIn.fail({ when: ({ operation }) => operation === 'create', what: 'drop after' })
  const made = await documents.insert(things, { id: 'a', owner: 'ann' })
  expect(await documents.read(things, { partition: 'ann', id: 'a' })).toEqual(made)
  expect(account.pauses).toEqual([])
})
