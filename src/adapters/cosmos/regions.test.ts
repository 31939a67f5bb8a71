import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { documentsContract } from '../../../test/contracts/documents.contract.ts'
import { type Condition, startCosmosRegions } from '../../../test/stand-ins/cosmos-regions.ts'
import { collection } from '../../ports/documents.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createCosmosClient, type StartTimer } from './client.ts'
import { openCosmosDocuments } from './documents.ts'
import { regionalOrigin } from './regions.ts'
import { setUpCosmos } from './setup.ts'

interface Thing {
  readonly id: string
  readonly owner: string
  readonly rank: number
}

const things = collection<Thing>()({
  name: 'Things',
  partition: 'owner',
  paths: { byRank: { by: [], order: 'rank' } },
})
const thing = (id: string, rank = 0): Thing => ({ id, owner: 'ann', rank })
const key = (id: string) => ({ partition: 'ann', id })
const [east, west] = ['East US', 'West Europe'] as const

let account: Awaited<ReturnType<typeof startCosmosRegions>>
beforeEach(async () => {
  account = await startCosmosRegions()
  const client = createCosmosClient(account)
  await setUpCosmos({ client, databaseName: 'test', collections: [things] })
  client.dispose()
  account.requests.length = 0
})
afterEach(() => account.close())

/** A process of its own: pauses take time on its clock alone, and what is silent is given up at once. */
function openProcess({
  preferredRegions,
  endpoint = account.endpoint,
}: {
  readonly preferredRegions?: readonly string[]
  readonly endpoint?: string
} = {}) {
  const clock = createManualClock()
  /** Time passes when nothing is left to wait for but what will not come. */
  const timers = new Set<{
    readonly endsAt: number
    readonly run: () => void
    readonly isOfRequest: boolean
  }>()
  const pass = () => {
    const waiting = [...timers].filter(({ isOfRequest }) => isOfRequest).length
    const [next] = [...timers].toSorted((a, b) => a.endsAt - b.endsAt)
    if (!next || waiting > account.unanswered()) return
    timers.delete(next)
    clock.advance(Math.max(0, next.endsAt - clock.now()))
    next.run()
  }
  const watch = setInterval(pass, 3)
  onTestFinished(() => clearInterval(watch))
  const timer =
    (isOfRequest: boolean): StartTimer =>
    (run, ms) => {
      const started = { endsAt: clock.now() + ms, run, isOfRequest }
      timers.add(started)
      return () => void timers.delete(started)
    }
  const { documents, close } = openCosmosDocuments(
    { endpoint, key: account.key, ...(preferredRegions && { preferredRegions }), startTimer: timer(true) },
    {
      databaseName: 'test',
      clock,
      log: createMemoryLog(),
      sleep: async (ms) => void clock.advance(ms),
      startTimer: timer(false),
    },
  )
  return { documents, clock, close }
}

type Documents = ReturnType<typeof openProcess>['documents']

/** Everything that is asked of a store, each to be right. */
async function useAll(documents: Documents, name: string): Promise<void> {
  const made = await documents.insert(things, thing(name))
  expect((await documents.read(things, key(name)))?.version).toBe(made.version)
  const replaced = await documents.replace(things, thing(name, 1), made.version)
  const [changed] = await documents.transact(things, 'ann', [
    { replace: thing(name, 2), version: replaced.version },
    { insert: thing(`${name}-more`, 3) },
  ])
  const page = await documents.query(things, { path: 'byRank', partition: 'ann', equals: {}, limit: 100 })
  expect(page.items).toContainEqual(changed)
  expect((await documents.scan(things)).items).toContainEqual(changed)
  expect(await documents.remove(things, key(name), changed?.version)).toBe(true)
  expect(await documents.remove(things, key(`${name}-more`))).toBe(true)
}

const askedOf = (region: string, kind?: string) =>
  account.requests.filter((each) => each.region === region && (kind === undefined || each.kind === kind))

/** All that a store promises, by a process that knew the region before it was gone. */
documentsContract('cosmos, in the region that has taken over', async ({ clock, collections }) => {
  const regions = await startCosmosRegions()
  const account = { endpoint: regions.endpoint, key: regions.key }
  const control = createCosmosClient(account)
  await setUpCosmos({ client: control, databaseName: 'test', collections })
  control.dispose()
  const { documents, close } = openCosmosDocuments(account, {
    databaseName: 'test',
    clock,
    log: createMemoryLog(),
    sleep: async () => {},
  })
  for (const each of collections) await documents.read(each, { partition: 'nobody', id: 'nothing' })
  regions.failOver(west)
  await regions.become(east, 'closed')
  return {
    documents,
    async close() {
      close()
      await regions.close()
    },
  }
})

const conditions: readonly (readonly [string, Condition])[] = [
  ['refuses connections', 'closed'],
  ['does not answer at all', 'silent'],
  ['answers 503', { status: 503 }],
  ['is out of reach for something on the way', { status: 522 }],
  ['answers 403/1008', { status: 403, substatus: 1008 }],
  ['is up, and only reads', 'up'],
]

describe.each(conditions)(
  'when the region that took writes %s and another has taken over',
  (_, condition) => {
    test.each([undefined, [east], [west, east]])(
      'all goes on without a restart, with %j',
      async (preferred) => {
        const { documents, clock } = openProcess(preferred && { preferredRegions: preferred })
        await useAll(documents, 'before')
        expect(askedOf(east, 'write').length).toBeGreaterThan(0)
        account.failOver(west)
        await account.become(east, condition)
        await account.become('account', 'up')
        const failedAt = clock.now()
        await useAll(documents, 'after')
        await useAll(documents, 'later')
        expect(clock.now() - failedAt).toBeLessThan(10_000)
      },
    )

    test('also while the endpoint of the account leads nowhere', async () => {
      const { documents } = openProcess()
      await useAll(documents, 'before')
      account.failOver(west)
      await account.become(east, condition)
      await account.become('account', condition === 'up' ? 'closed' : condition)
      await useAll(documents, 'after')
    })

    test('and it is used again once it is back and takes writes', async () => {
      const { documents, clock } = openProcess()
      await useAll(documents, 'before')
      account.failOver(west)
      await account.become(east, condition)
      await useAll(documents, 'meanwhile')
      await account.become(east, 'up')
      account.failOver(east)
      clock.advance(60_000)
      account.requests.length = 0
      await useAll(documents, 'after')
      account.requests.length = 0
      await useAll(documents, 'again')
      expect(askedOf(west)).toEqual([])
    })
  },
)

test('until another takes over writes end with patience, and reads go on', async () => {
  const { documents, clock } = openProcess()
  await documents.insert(things, thing('a'))
  await account.become(east, 'silent')
  await account.become('account', 'silent')
  const askedAt = clock.now()
  await expect(documents.insert(things, thing('b'))).rejects.toBeInstanceOf(PortUnavailable)
  expect(clock.now() - askedAt).toBeLessThanOrEqual(5_000)
  expect((await documents.read(things, key('a')))?.value).toEqual(thing('a'))
  account.failOver(west)
  await documents.insert(things, thing('b'))
})

test('what is silent is met by one request in a while, not by each', async () => {
  const { documents, clock } = openProcess({ preferredRegions: [east] })
  account.failOver(west)
  await useAll(documents, 'before')
  await account.become(east, 'silent')
  await documents.read(things, key('a'))
  account.requests.length = 0
  await Promise.all(Array.from({ length: 50 }, () => documents.read(things, key('a'))))
  expect(askedOf(east)).toEqual([])
  clock.advance(6_000)
  await Promise.all(Array.from({ length: 50 }, () => documents.read(things, key('a'))))
  expect(askedOf(east)).toHaveLength(1)
})

test('with one region there is nowhere else to go, and it is asked again when it says', async () => {
  const only = await startCosmosRegions({ names: [east] })
  onTestFinished(() => only.close())
  const client = createCosmosClient(only)
  await setUpCosmos({ client, databaseName: 'test', collections: [things] })
  const pauses: number[] = []
  const { documents } = openCosmosDocuments(
    { endpoint: only.endpoint, key: only.key },
    {
      databaseName: 'test',
      clock: createManualClock(),
      log: createMemoryLog(),
      sleep: async (ms) => void pauses.push(ms),
    },
  )
  await documents.insert(things, thing('a'))
  const busy = { status: 503, headers: { 'x-ms-retry-after-ms': '700' } }
  only.store.fail({ times: 2, what: busy })
  expect((await documents.read(things, key('a')))?.value).toEqual(thing('a'))
  only.store.fail({ times: 2, what: busy })
  await documents.insert(things, thing('b'))
  expect(pauses).toEqual([700, 700, 700, 700])
})

test('500 at once ask once for the account, at the start and when its region is gone', async () => {
  const { documents } = openProcess()
  const readAll = () =>
    Promise.all(Array.from({ length: 500 }, (_, i) => documents.read(things, key(String(i)))))
  await readAll()
  expect(account.requests.filter(({ kind }) => kind === 'account')).toHaveLength(1)
  account.requests.length = 0
  account.failOver(west)
  await account.become(east, 'closed')
  await account.become('account', 'up')
  await readAll()
  expect(account.requests.filter(({ kind }) => kind === 'account').length).toBeLessThanOrEqual(1)
})

test('reads go to the preferred region and writes to the one that takes them', async () => {
  const { documents } = openProcess({ preferredRegions: ['north pole', 'westeurope'] })
  await documents.read(things, key('a'))
  account.requests.length = 0
  await useAll(documents, 'a')
  expect(askedOf(west, 'write')).toEqual([])
  expect(askedOf(east, 'read')).toEqual([])
  expect(askedOf(east, 'write').length).toBeGreaterThan(0)
  expect(askedOf(west, 'read').length).toBeGreaterThan(0)
})

test('what a write left is judged where it was written, not where reading is near', async () => {
  const { documents } = openProcess({ preferredRegions: [west] })
  await documents.insert(things, thing('first'))
  account.stayBehind(west)
  account.store.fail({ when: ({ operation }) => operation === 'create', what: 'drop after' })
  const made = await documents.insert(things, thing('a'))
  account.store.fail({ when: ({ operation }) => operation === 'replace', what: 'drop after' })
  const replaced = await documents.replace(things, thing('a', 1), made.version)
  account.store.fail({ when: ({ operation }) => operation === 'batch', what: 'drop after' })
  await documents.transact(things, 'ann', [{ replace: thing('a', 2), version: replaced.version }])
  expect(await documents.read(things, key('a'))).toBeNull()
  account.catchUp(west)
  expect((await documents.read(things, key('a')))?.value).toEqual(thing('a', 2))
})

test('a replica that is behind what was asked of it is no absence: the region that writes is asked', async () => {
  const { documents } = openProcess({ preferredRegions: [west] })
  const made = await documents.insert(things, thing('a'))
  await account.become(west, { status: 404, substatus: 1002 })
  expect(await documents.read(things, key('a'))).toEqual(made)
  const page = await documents.query(things, { path: 'byRank', partition: 'ann', equals: {}, limit: 5 })
  expect(page.items).toEqual([made])
})

test('a process that starts while the endpoint of the account is gone knows its regions by their names', () => {
  const home = 'https://tools-inc.documents.azure.com'
  expect(regionalOrigin(home, 'West US 2')).toBe('https://tools-inc-westus2.documents.azure.com')
  expect(regionalOrigin('https://a.documents.azure.cn:8443', 'China East')).toBe(
    'https://a-chinaeast.documents.azure.cn:8443',
  )
  expect([
    regionalOrigin('http://127.0.0.1:8081', 'East US'),
    regionalOrigin('http://localhost:80', 'x'),
  ]).toEqual([undefined, undefined])
})
