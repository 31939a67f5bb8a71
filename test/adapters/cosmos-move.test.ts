import { expect, onTestFinished, test } from 'vitest'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { layout, layoutBefore, mostThatShare, partitionField } from '../../src/adapters/cosmos/layout.ts'
import { leaseOf } from '../../src/adapters/cosmos/lease.ts'
import { moveCosmos, removeMoved } from '../../src/adapters/cosmos/move.ts'
import { createRequests } from '../../src/adapters/cosmos/requests.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { createManualClock } from '../../src/adapters/memory/clock.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { collections } from '../../src/app/domains.ts'
import { readConfig } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { AccessPath, AnyCollection, DocumentStore } from '../../src/ports/documents.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { createTestApp, origin } from '../app.ts'
import { openCostApp, tokenFor } from '../cost/measure.ts'
import { reads } from '../cost/reads.ts'
import { fillCostStore } from '../cost/store.ts'
import { type CosmosRequest, startCosmosStandIn } from '../stand-ins/cosmos.ts'

const moving = collections.filter((c: AnyCollection) => layout(c).prefix !== undefined)
const startAt = Date.UTC(2026, 10, 24)

/** A database as it was before, and the stores of both versions on it. */
async function openBefore() {
  const standIn = await startCosmosStandIn()
  const client = createCosmosClient(standIn)
  onTestFinished(async () => {
    client.dispose()
    await standIn.close()
  })
  const options = { client, databaseName: 'toolsinc-db', collections }
  await setUpCosmos({ ...options, layout: layoutBefore })
  const database = client.database('toolsinc-db')
  const clock = createManualClock(startAt)
  const log = createMemoryLog()
  const sleep = async (ms: number) => clock.advance(ms)
  const store = (on: Clock, places = layout) =>
    createCosmosDocuments({ database, clock: on, log: createMemoryLog(), layout: places, sleep })
  const move = (isAppStopped: boolean) =>
    moveCosmos({ database, collections, clock, log, sleep, isAppStopped })
  return {
    ...{ standIn, database, clock, log, store, move },
    before: store(clock, layoutBefore),
    after: store(clock),
    setUp: () => setUpCosmos({ ...options, isMoving: true }),
    removeMoved: () => removeMoved({ database, collections, clock, log, sleep }),
    requests: () => createRequests({ database, clock, log, sleep, patienceMs: 1000 }),
  }
}
type Before = Awaited<ReturnType<typeof openBefore>>

/** Some with an id that cannot be one in Cosmos DB, some that expire. */
function documentOf(c: AnyCollection, i: number) {
  const paths = Object.values(c.paths as Record<string, AccessPath<any>>)
  const fields = paths.flatMap((path) => [...path.by, path.order].map(String))
  return {
    ...Object.fromEntries(fields.map((field) => [field, `${field} ${i}`])),
    [String(c.partition)]: `whose ${i % 2}`,
    id: i % 3 === 0 ? `ann${i}@b.example/?#` : `plain-${i}`,
    ...(c.ttl === undefined || i % 2 === 0
      ? {}
      : { [c.ttl]: new Date(startAt + (i + 1) * 3_600_000).toISOString() }),
  }
}
const keyIn = (c: AnyCollection, value: any) => ({
  partition: String(value[String(c.partition)]),
  id: value.id,
})

async function fill(documents: DocumentStore, n = 4): Promise<void> {
  for (const c of moving) for (let i = 0; i < n; i++) await documents.insert(c, documentOf(c, i))
}

async function allOf(documents: DocumentStore, c: AnyCollection): Promise<readonly any[]> {
  const found: any[] = []
  let after: string | undefined
  do {
    const page = await documents.scan(c, { limit: 50, ...(after === undefined ? {} : { after }) })
    found.push(...page.items.map(({ value }) => value))
    after = page.next
  } while (after !== undefined)
  return found.toSorted((a, b) => (JSON.stringify(keyIn(c, a)) < JSON.stringify(keyIn(c, b)) ? -1 : 1))
}

async function contentOf(documents: DocumentStore) {
  const content: Record<string, readonly any[]> = {}
  for (const c of collections) content[c.name] = await allOf(documents, c)
  return content
}

async function expectMoved({ before, after, move }: Before): Promise<void> {
  expect(await move(true)).toEqual({ changes: [], problems: [] })
  expect(await contentOf(after)).toEqual(await contentOf(before))
}

const isWriteTo = (name: string) => {
  const { container, prefix = '' } = layout(collections.find((c) => c.name === name)!)
  return ({ operation, collection, partition }: CosmosRequest) =>
    ['create', 'replace', 'delete'].includes(operation) &&
    collection === container &&
    String(partition).startsWith(prefix)
}

test('the app answers after the move as it did before, with data of every collection', async () => {
  const opened = await openBefore()
  const { store, move, setUp } = opened
  const one = await openCostApp(startAt, ({ clock }) => ({ documents: store(clock, layoutBefore) }))
  const settings = readConfig({ NODE_ENV: 'test' }).config.app
  const scene = await fillCostStore(one.ports, settings, 4, { isElsewhere: true })
  const { defer: _, log: __, localCache: ___, ...shared } = one.ports
  const appOn = (documents: DocumentStore) => createTestApp({ ports: () => ({ ...shared, documents }) })
  const earlier = store(one.clock, layoutBefore)
  const content = await contentOf(earlier)
  // What the store of that walk does not have.
  for (const c of moving) if (content[c.name]?.length === 0) await earlier.insert(c, documentOf(c, 1))
  const answersOf = async (documents: DocumentStore) => {
    const testApp = await appOn(documents)
    const answers = new Map<string, string>()
    for (const read of reads) {
      const { method = 'GET', path, as, headers } = read.send(scene)
      if (method !== 'GET') continue
      const authorization = as ? { authorization: `Bearer ${await tokenFor(testApp, as)}` } : {}
      const answer = await testApp.app.request(`${origin}${path}`, {
        headers: { 'x-background': 'true', ...headers, ...authorization },
      })
      answers.set(read.name, `${answer.status} ${await answer.text()}`)
    }
    await testApp.settled()
    return answers
  }
  await answersOf(earlier)
  // What differs from one time to the next says nothing about the move: who was seen when, and links that are signed.
  const [first, second] = [await answersOf(earlier), await answersOf(earlier)]
  const steady = [...first].filter(([name, answer]) => second.get(name) === answer)
  expect(steady.length).toBeGreaterThan(first.size * 0.7)

  await setUp()
  const report = await move(true)
  expect(report.problems).toEqual([])
  for (const c of moving) expect(report.changes.join('\n')).toContain(`${c.name}: moved to`)
  const later = store(one.clock)
  expect(await contentOf(later)).toEqual(await contentOf(earlier))
  const third = await answersOf(later)
  expect(steady.filter(([name, answer]) => third.get(name) !== answer)).toEqual([])
}, 300_000)

test('each item keeps the write that made it so and the moment it expires, and is swept no earlier', async () => {
  const opened = await openBefore()
  const { before, database, clock, setUp, move } = opened
  await fill(before)
  clock.advance(1_800_000)
  await setUp()
  await move(true)
  const itemsIn = async (container: string) =>
    (await database.container(container).items.query('SELECT * FROM c').fetchAll()).resources
  for (const c of moving) {
    const { container, prefix = '' } = layout(c)
    const now = (await itemsIn(container)).filter((item) => String(item[partitionField]).startsWith(prefix))
    const then = await itemsIn(c.name)
    expect(now).toHaveLength(then.length)
    for (const item of then) {
      const moved = now.find(({ _write }) => _write === item._write)
      const { ttl, [partitionField]: partition, _etag, _rid, _self, _ts, _attachments, ...same } = moved
      expect(item).toMatchObject(same)
      expect(ttl).toBe(item.ttl === undefined ? undefined : item.ttl - 1_800)
    }
  }
  await expectMoved(opened)
})

test('while the version before runs it brings what there is, and later what came and went since', async () => {
  const opened = await openBefore()
  const { before, after, clock, setUp, move } = opened
  await fill(before, 6)
  await setUp()
  expect((await move(false)).problems).toEqual([])
  for (const c of moving) {
    const [gone, changed] = [documentOf(c, 0), documentOf(c, 1)]
    expect(await before.remove(c, keyIn(c, gone))).toBe(true)
    const stored = await before.read(c, keyIn(c, changed))
    await before.replace(c, { ...changed, note: 'changed' }, stored!.version)
    await before.insert(c, documentOf(c, 9))
  }
  // Some of it expires before the rest is brought.
  clock.advance(4 * 3_600_000)
  for (const c of moving)
    await expect(after.read(c, keyIn(c, documentOf(c, 2)))).rejects.toBeInstanceOf(PortUnavailable)
  const { changes, problems } = await move(true)
  expect(problems).toEqual([])
  // The changed one of those that expire is gone by now.
  for (const c of moving)
    expect(changes).toContain(`${c.name}: ${c.ttl === undefined ? 2 : 1} written, 1 removed`)
  await expectMoved(opened)
})

test.each([1, 4, 9, 43])(
  'broken off after %i writes it goes on, once that one is known to be gone',
  async (cutAfter) => {
    const opened = await openBefore()
    const { standIn, before, clock, setUp, move } = opened
    await fill(before, 3)
    await setUp()
    let [writes, isCut] = [0, false]
    standIn.fail({
      times: Number.POSITIVE_INFINITY,
      when: ({ operation }) => {
        if (['create', 'replace', 'delete'].includes(operation)) writes++
        isCut ||= writes === cutAfter + 1
        return isCut && writes > 0
      },
      what: { status: 403 },
    })
    await expect(move(true)).rejects.toThrow()
    ;[writes, isCut] = [Number.NEGATIVE_INFINITY, false]
    clock.advance(60_000)
    expect((await move(true)).problems).toEqual([expect.stringMatching(/is being moved by somebody else/)])
    clock.advance(120_000)
    expect((await move(true)).problems).toEqual([])
    await expectMoved(opened)
  },
)

test.each(['drop before', 'drop after'] as const)('an answer that is lost is no harm: %s', async (what) => {
  const opened = await openBefore()
  const { standIn, before, setUp, move } = opened
  await fill(before, 2)
  await setUp()
  for (const operation of ['create', 'replace', 'read', 'query'])
    standIn.fail({ times: 5, when: (request) => request.operation === operation, what })
  expect((await move(true)).problems).toEqual([])
  await expectMoved(opened)
})

test('twice at once: each collection by one of them, and the second time there is nothing to do', async () => {
  const opened = await openBefore()
  const { before, setUp, move } = opened
  await fill(before)
  await setUp()
  const reports = await Promise.all([move(true), move(true), move(true)])
  const moves = reports.flatMap(({ changes }) => changes.filter((line) => line.includes(': moved to ')))
  expect(moves.toSorted()).toEqual(moving.map((c) => `${c.name}: moved to ${layout(c).container}`).toSorted())
  await expectMoved(opened)
})

test('is not said to be at its end while somebody writes to the old place', async () => {
  const opened = await openBefore()
  const { standIn, before, setUp, move } = opened
  await fill(before)
  await setUp()
  const consents = collections.find((c) => c.name === 'Consents') as AnyCollection
  const writing: Promise<unknown>[] = []
  let [i, isRunning] = [100, true]
  standIn.fail({
    when: (request) => {
      if (isRunning && isWriteTo('Consents')(request))
        writing.push(before.insert(consents, documentOf(consents, i++)))
      return false
    },
    what: 'drop before',
  })
  const { problems } = await move(true)
  isRunning = false
  await Promise.all(writing)
  expect(problems).toEqual([expect.stringMatching(/^Consents: is still being written to/)])
  expect((await move(true)).problems).toEqual([])
  await expectMoved(opened)
})

test('who was asleep for longer than a collection is held does not go on with it', async () => {
  const { clock, setUp, requests } = await openBefore()
  await setUp()
  const [one, two] = [0, 1].map(() => leaseOf({ requests: requests(), clock }, moving[0]!))
  expect(await one!.take()).toBe('taken')
  expect(await two!.take()).toBe('held')
  clock.advance(100_000)
  await one!.renew()
  clock.advance(100_000)
  expect(await two!.take()).toBe('held')
  clock.advance(100_000)
  expect(await two!.take()).toBe('taken')
  await expect(one!.renew()).rejects.toMatchObject({ name: 'LeaseLost' })
  await expect(one!.finish()).rejects.toMatchObject({ name: 'LeaseLost' })
  await two!.finish()
  expect(await one!.take()).toBe('moved')
})

test('what is left is removed only when it was moved and nothing came since', async () => {
  const opened = await openBefore()
  const { before, after, database, setUp, move, removeMoved } = opened
  await fill(before, 2)
  await setUp()
  await move(false)
  expect(await removeMoved()).toEqual({
    changes: [],
    problems: moving.map(({ name }) => `${name}: has not been moved`),
  })
  await move(true)
  const [late] = moving as [AnyCollection]
  await before.insert(late, documentOf(late, 50))
  const content = await contentOf(after)
  const { changes, problems } = await removeMoved()
  expect(problems).toEqual([expect.stringContaining(`${late.name}: 1 documents were written`)])
  expect(changes).toHaveLength(moving.length - 1)
  const { resources } = await database.containers.readAll().fetchAll()
  expect(resources.map(({ id }) => id).filter((id) => moving.some(({ name }) => name === id))).toEqual([
    late.name,
  ])
  expect(await contentOf(after)).toEqual(content)
})

test('a container of that name that this app never made is told, and left alone', async () => {
  const { database, setUp, move, removeMoved } = await openBefore()
  await database.container('Staff').delete()
  await database.containers.create({ id: 'Staff', partitionKey: { paths: ['/team'] } })
  await database.container('Staff').items.create({ id: 'somebody', team: 'theirs' })
  await setUp()
  const problems = [expect.stringMatching(/^Staff: is partitioned by \/team/)]
  expect((await move(true)).problems).toEqual(problems)
  expect((await removeMoved()).problems).toEqual(problems)
  const { resources } = await database.container('Staff').items.query('SELECT * FROM c').fetchAll()
  expect(resources).toHaveLength(1)
})

test('where 25 containers share already, the new ones get throughput of their own', async () => {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  const client = createCosmosClient(standIn)
  const throughput = { shared: 1000, own: 1000 }
  const options = { client, databaseName: 'toolsinc-db', throughput }
  const first = collections.slice(0, mostThatShare)
  await setUpCosmos({ ...options, collections: first, layout: layoutBefore })
  const { problems } = await setUpCosmos({ ...options, collections })
  expect(problems.filter((problem) => problem.includes('cannot be made')).length).toBeGreaterThan(0)
  expect(problems).toEqual(
    expect.arrayContaining([expect.stringMatching(/^UserEmails: its documents belong in ById/)]),
  )
  const { changes } = await setUpCosmos({ ...options, collections, isMoving: true })
  expect(changes).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ById: made with throughput of its own/)]),
  )
})

test('a new database asks nobody whether there was an older one but once for each collection', async () => {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  const client = createCosmosClient(standIn)
  await setUpCosmos({ client, databaseName: 'toolsinc-db', collections })
  const database = client.database('toolsinc-db')
  const documents = createCosmosDocuments({ database, clock: createManualClock(), log: createMemoryLog() })
  const [c] = moving as [AnyCollection]
  const asked = () => standIn.answered.filter(({ collection }) => collection === c.name).length
  await Promise.all(Array.from({ length: 5 }, (_, i) => documents.insert(c, documentOf(c, i))))
  expect(asked()).toBe(1)
  await documents.scan(c)
  expect(asked()).toBe(1)
})
