import { createDefaultHttpClient } from '@azure/core-rest-pipeline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { documentsContract } from '../../../test/contracts/documents.contract.ts'
import { type CosmosStandIn, type Fault, startCosmosStandIn } from '../../../test/stand-ins/cosmos.ts'
import { type AnyCollection, collection, DocumentExists, VersionMismatch } from '../../ports/documents.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createCosmosClient } from './client.ts'
import { createCosmosDocuments, openCosmosDocuments } from './documents.ts'
import { type Layout, layout, layoutBefore } from './layout.ts'
import { setUpCosmos } from './setup.ts'

interface Thing {
  readonly id: string
  readonly owner: string
  readonly rank: number
  readonly expiresAt?: string
}

const things = collection<Thing>()({
  name: 'Things',
  partition: 'owner',
  paths: { byRank: { by: [], order: 'rank' } },
  ttl: 'expiresAt',
})
/** Neither expires nor is listed. */
const claims = collection<{ id: string; of: string }>()({ name: 'Claims', partition: 'id', paths: {} })

async function prepare(
  standIn: CosmosStandIn,
  collections: readonly AnyCollection[],
  places: Layout = layout,
) {
  const client = createCosmosClient(standIn)
  await setUpCosmos({ client, databaseName: 'test', collections, layout: places })
  return client.database('test')
}

for (const [where, places] of [
  ['together', layout],
  ['apart', layoutBefore],
] as const)
  documentsContract(`cosmos, collections ${where}`, async ({ clock, collections }) => {
    const standIn = await startCosmosStandIn()
    const database = await prepare(standIn, collections, places)
    return {
      documents: createCosmosDocuments({ database, clock, log: createMemoryLog(), layout: places }),
      close: standIn.close,
    }
  })

/** A store whose pauses take no time but on its clock. */
async function openStore() {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  const database = await prepare(standIn, [things, claims])
  const clock = createManualClock()
  const log = createMemoryLog()
  const pauses: number[] = []
  const sleep = async (ms: number) => {
    pauses.push(ms)
    clock.advance(ms)
  }
  const documents = createCosmosDocuments({ database, clock, log, sleep })
  // The SDK reads each container's definition once.
  await documents.insert(things, { id: 'first', owner: 'somebody', rank: 0 })
  await documents.insert(claims, { id: 'first', of: 'somebody' })
  const itemsOf = async (c: AnyCollection) =>
    (await database.container(layout(c).container).items.query('SELECT * FROM c').fetchAll()).resources
  const requestsOf = async (work: () => Promise<unknown>) => {
    const before = standIn.answered.length
    await work()
    return standIn.answered.slice(before).map(({ operation }) => operation)
  }
  return { documents, standIn, clock, log, pauses, itemsOf, requestsOf }
}

const thing = (id: string, rank = 0): Thing => ({ id, owner: 'ann', rank })
const key = (id: string) => ({ partition: 'ann', id })
const on = (operation: string) => (request: { readonly operation: string }) => request.operation === operation

describe('while Cosmos DB has no time', () => {
  test('429 twice, then success, after the pauses it asked for', async () => {
    const { documents, standIn, pauses, itemsOf } = await openStore()
    standIn.fail({ times: 2, what: { status: 429, headers: { 'x-ms-retry-after-ms': '37' } } })
    await documents.insert(things, thing('a'))
    expect(pauses).toEqual([37, 37])
    expect(await itemsOf(things)).toHaveLength(2)
  })

  test.each([429, 449, 503, 500, 408])('%i is tried again, by reads and writes alike', async (status) => {
    const { documents, standIn, pauses } = await openStore()
    const again = () => standIn.fail({ what: { status } })
    again()
    const { version } = await documents.insert(things, thing('a'))
    again()
    expect((await documents.read(things, key('a')))?.version).toBe(version)
    again()
    const replaced = await documents.replace(things, thing('a', 1), version)
    again()
    const page = await documents.query(things, { path: 'byRank', partition: 'ann', equals: {}, limit: 5 })
    expect(page.items).toEqual([replaced])
    again()
    expect((await documents.scan(things)).items).toHaveLength(2)
    again()
    await documents.transact(things, 'ann', [{ insert: thing('b') }])
    again()
    expect(await documents.remove(things, key('a'))).toBe(true)
    expect(pauses).toHaveLength(7)
    for (const pause of pauses) expect(pause).toBeLessThanOrEqual(50)
  })

  test('patience ends, and says when to come back', async () => {
    const { documents, standIn, pauses } = await openStore()
    standIn.fail({ times: 100, what: { status: 429, headers: { 'x-ms-retry-after-ms': '2000' } } })
    const refused = await documents.read(things, key('a')).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(PortUnavailable)
    expect(refused).toMatchObject({ port: 'documents', retryAfterSeconds: 2, cause: { status: 429 } })
    expect(pauses).toEqual([2000, 2000])
  })

  test('what cannot get better is not tried again', async () => {
    const { documents, standIn, pauses } = await openStore()
    standIn.fail({ what: { status: 403 } })
    await expect(documents.insert(things, thing('a'))).rejects.toMatchObject({ cause: { status: 403 } })
    expect(pauses).toEqual([])
  })

  test('a missing container is no missing document', async () => {
    const { documents } = await openStore()
    const absent = { ...things, name: 'Messages' }
    for (const ask of [
      () => documents.read(absent, key('a')),
      () => documents.insert(absent, thing('a')),
      () => documents.query(absent, { path: 'byRank', partition: 'ann', equals: {}, limit: 1 }),
    ])
      await expect(ask()).rejects.toBeInstanceOf(PortUnavailable)
  })
})

describe.each(['drop before', 'drop after'] as const)(
  'when the connection breaks: %s it was carried out',
  (what) => {
    const drop = (operation: string): Fault => ({ when: on(operation), what })

    test('a create leaves exactly one document and a right answer', async () => {
      const { documents, standIn, itemsOf } = await openStore()
      standIn.fail(drop('create'))
      const inserted = await documents.insert(claims, { id: 'a', of: 'ann' })
      expect(await itemsOf(claims)).toHaveLength(2)
      expect(await documents.read(claims, { partition: 'a', id: 'a' })).toEqual(inserted)
      await documents.replace(claims, { id: 'a', of: 'ben' }, inserted.version)
    })

    test('a create of what another has made is refused', async () => {
      const { documents, standIn } = await openStore()
      await documents.insert(claims, { id: 'a', of: 'ben' })
      standIn.fail(drop('create'))
      await expect(documents.insert(claims, { id: 'a', of: 'ann' })).rejects.toBeInstanceOf(DocumentExists)
    })

    test('of two creates at once, both cut off, one wins', async () => {
      const { documents, standIn, itemsOf } = await openStore()
      standIn.fail({ ...drop('create'), times: 2 })
      const results = await Promise.allSettled(
        ['ann', 'ben'].map((of) => documents.insert(claims, { id: 'a', of })),
      )
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const winner = results.findIndex(({ status }) => status === 'fulfilled')
      const stored = (await itemsOf(claims)).find(({ id }) => id === 'a')
      expect(stored?.of).toBe(['ann', 'ben'][winner])
    })

    test('a replace happens once, and its version is the one in force', async () => {
      const { documents, standIn } = await openStore()
      const { version } = await documents.insert(things, thing('a'))
      standIn.fail(drop('replace'))
      const replaced = await documents.replace(things, thing('a', 1), version)
      expect(await documents.read(things, key('a'))).toEqual(replaced)
      await expect(documents.replace(things, thing('a', 2), version)).rejects.toBeInstanceOf(VersionMismatch)
    })

    test('a transaction happens once, and answers what it stored', async () => {
      const { documents, standIn, itemsOf } = await openStore()
      const head = await documents.insert(things, thing('head'))
      standIn.fail(drop('batch'))
      const [replaced, inserted] = await documents.transact(things, 'ann', [
        { replace: thing('head', 1), version: head.version },
        { insert: thing('change') },
      ])
      expect(await itemsOf(things)).toHaveLength(3)
      expect(await documents.read(things, key('head'))).toEqual(replaced)
      expect(await documents.read(things, key('change'))).toEqual(inserted)
    })
  },
)

test('a remove whose answer was lost is not claimed by anybody', async () => {
  const { documents, standIn } = await openStore()
  const { version } = await documents.insert(things, thing('a'))
  standIn.fail({ when: on('delete'), what: 'drop after' })
  await expect(documents.remove(things, key('a'), version)).rejects.toBeInstanceOf(PortUnavailable)
  expect(await documents.remove(things, key('a'), version)).toBe(false)
})

describe('an answer that is not quite what was expected', () => {
  type Alter = Extract<Fault['what'], { altered: unknown }>['altered']
  const without =
    (...names: readonly string[]): Alter =>
    (response, body) => {
      for (const name of names) response.removeHeader(name)
      return body.replaceAll('"eTag":', '"nothing":')
    }
  const withStatus =
    (status: number): Alter =>
    (response, body) => {
      response.statusCode = status
      return status === 204 ? '' : body
    }
  const all: readonly (readonly [string, Alter])[] = [
    ['no tag', without('etag')],
    ['no charge', without('x-ms-request-charge')],
    ['no tag and 200', (response, body) => without('etag')(response, withStatus(200)(response, body))],
    ['200', withStatus(200)],
    ['201', withStatus(201)],
    ['202', withStatus(202)],
    ['204', withStatus(204)],
  ]

  test.each(all)('%s: what was written was written, at a version that is good', async (_, altered) => {
    const { documents, standIn } = await openStore()
    const alter = (operation: string) => standIn.fail({ when: on(operation), what: { altered } })
    alter('create')
    const made = await documents.insert(things, thing('a'))
    expect(await documents.read(things, key('a'))).toEqual(made)
    alter('replace')
    const replaced = await documents.replace(things, thing('a', 1), made.version)
    expect(await documents.read(things, key('a'))).toEqual(replaced)
    alter('batch')
    const [changed, more] = await documents.transact(things, 'ann', [
      { replace: thing('a', 2), version: replaced.version },
      { insert: thing('b') },
    ])
    expect(await documents.read(things, key('a'))).toEqual(changed)
    expect(await documents.read(things, key('b'))).toEqual(more)
    await expect(documents.replace(things, thing('a'), made.version)).rejects.toBeInstanceOf(VersionMismatch)
    alter('delete')
    expect(await documents.remove(things, key('a'), changed?.version)).toBe(true)
    expect(await documents.remove(things, key('a'))).toBe(false)
  })

  test('written, and changed by another before it could be read back: a version that was, and is no more', async () => {
    const { documents, standIn } = await openStore()
    standIn.fail({ when: on('create'), what: { altered: without('etag') } })
    const { promise, resolve } = Promise.withResolvers<void>()
    standIn.fail({ when: on('read'), what: { until: promise } })
    const heard = standIn.heard(on('create'))
    const making = documents.insert(claims, { id: 'a', of: 'ann' })
    await heard
    const other = await documents.read(claims, { partition: 'a', id: 'a' }).catch(() => null)
    resolve()
    const made = await making
    expect(made.version).not.toMatch(/undefined|^$/)
    expect(other === null || other.version === made.version).toBe(true)
  })

  test.each([
    ['read', 304],
    ['read', 204],
    ['query', 304],
    ['query', 204],
  ])('a %s that is answered %i finds neither something nor nothing', async (operation, status) => {
    const { documents, standIn } = await openStore()
    await documents.insert(things, thing('a'))
    const ask = async () =>
      operation === 'read' ? documents.read(things, key('a')) : (await documents.scan(things)).items
    standIn.fail({ when: on(operation), what: { altered: (response) => withStatus(status)(response, '') } })
    await expect(ask()).rejects.toBeInstanceOf(PortUnavailable)
  })

  test('what is there without a tag is no document at a version', async () => {
    const { documents, standIn } = await openStore()
    await documents.insert(things, thing('a'))
    standIn.fail({ when: on('read'), what: { altered: (_, body) => body.replace('"_etag"', '"_tag"') } })
    await expect(documents.read(things, key('a'))).rejects.toBeInstanceOf(PortUnavailable)
  })

  test('a pause that is no number is none that was asked for', async () => {
    const { documents, standIn, pauses } = await openStore()
    for (const asked of ['soon', '-5', '', 'Infinity'])
      standIn.fail({
        what: { status: 429, headers: { 'x-ms-retry-after-ms': asked, 'x-ms-request-charge': '?' } },
      })
    await documents.insert(things, thing('a'))
    expect(pauses).toHaveLength(4)
    for (const pause of pauses) expect(pause).toBeGreaterThan(0)
  })

  test('what this replica has not seen yet is asked again, and what is absent is absent', async () => {
    const { documents, standIn, pauses } = await openStore()
    await documents.insert(things, thing('a'))
    const behind = { status: 404, headers: { 'x-ms-substatus': '1002' } }
    standIn.fail({ times: 3, when: on('read'), what: behind })
    expect((await documents.read(things, key('a')))?.value).toEqual(thing('a'))
    standIn.fail({ times: 3, when: on('query'), what: behind })
    expect((await documents.scan(things)).items).toHaveLength(2)
    expect(pauses.length).toBeGreaterThan(0)
    standIn.fail({ times: 1000, when: on('read'), what: behind })
    await expect(documents.read(things, key('a'))).rejects.toBeInstanceOf(PortUnavailable)
    expect(await openStore().then((other) => other.documents.read(things, key('absent')))).toBeNull()
  })
})

test('each call costs what it has to: requests in the ordinary case', async () => {
  const { documents, requestsOf, clock } = await openStore()
  const inAMinute = new Date(clock.now() + 60_000).toISOString()
  expect(await requestsOf(() => documents.read(things, key('a')))).toEqual(['read'])
  expect(await requestsOf(() => documents.insert(things, thing('a')))).toEqual(['create'])
  expect(await requestsOf(() => documents.insert(claims, { id: 'a', of: 'ann' }))).toEqual(['create'])
  await documents.insert(things, { ...thing('b'), expiresAt: inAMinute })
  const stored = await documents.read(things, key('b'))
  expect(await requestsOf(() => documents.replace(things, thing('b'), stored!.version))).toEqual(['replace'])
  const query = { path: 'byRank', partition: 'ann', equals: {}, limit: 1 } as const
  expect(await requestsOf(() => documents.query(things, query))).toEqual(['query'])
  expect(await requestsOf(() => documents.scan(things))).toEqual(['query'])
  const transact = () =>
    documents.transact(things, 'ann', [{ insert: thing('c') }, { remove: 'a', version: '0' }])
  expect(await requestsOf(() => transact().catch(() => {}))).toEqual(['batch'])
  expect(await requestsOf(() => documents.remove(claims, { partition: 'a', id: 'a' }))).toEqual(['delete'])
})

test("the service's own broom comes well after the moment of expiry", async () => {
  const { documents, clock, itemsOf } = await openStore()
  await documents.insert(things, { ...thing('a'), expiresAt: new Date(clock.now() + 10_000).toISOString() })
  const item = (await itemsOf(things)).find(({ id }) => id === 'a')
  expect(item?.ttl).toBe(10 + 3600)
})

test("fields that are Cosmos DB's own are refused", async () => {
  const { documents } = await openStore()
  for (const field of ['ttl', '_etag', '_write'])
    await expect(documents.insert(claims, { id: 'a', of: 'ann', [field]: 1 })).rejects.toThrow(RangeError)
})

test('an id longer than any can be is absent, and cannot be stored', async () => {
  const { documents } = await openStore()
  const id = '漢'.repeat(400)
  expect(await documents.read(claims, { partition: id, id })).toBeNull()
  await expect(documents.insert(claims, { id, of: 'ann' })).rejects.toThrow(RangeError)
})

test('the log says what was charged, and names nobody', async () => {
  const { documents, standIn, log, clock } = await openStore()
  standIn.fail({ what: { status: 429 } })
  await documents.insert(claims, { id: 'ann@example.org', of: 'ann' })
  await documents.insert(claims, { id: 'ann@example.org', of: 'ann' }).catch(() => {})
  standIn.fail({ what: { status: 403 } })
  const refused = await documents.insert(claims, { id: 'ann@example.org', of: 'ann' }).catch((error) => error)
  clock.advance(60_000)
  await documents.read(claims, { partition: 'ann@example.org', id: 'ann@example.org' })
  const requests = log.events.filter(({ event }) => event === 'cosmos_request').map(({ fields }) => fields)
  expect(requests).toContainEqual(
    expect.objectContaining({ collection: 'Claims', operation: 'insert', status: 201, charge: 5.5 }),
  )
  const sums = log.events.filter(({ event }) => event === 'cosmos_charges').map(({ fields }) => fields)
  expect(sums).toContainEqual(
    expect.objectContaining({ collection: 'Claims', operation: 'insert', requests: 5, refused: 3 }),
  )
  expect(JSON.stringify(log.events)).not.toMatch(/ann/)
  expect(`${refused.message} ${refused.cause.message}`).not.toMatch(/ann/)
})

test('without a key the managed identity signs in', async () => {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  await prepare(standIn, [claims])
  const http = createDefaultHttpClient()
  const authorizations: string[] = []
  const { documents, close } = openCosmosDocuments(
    {
      // The SDK sends no token in clear, so TLS ends here.
      endpoint: standIn.endpoint.replace('http:', 'https:'),
      credential: {
        getToken: async () => ({ token: 'of-the-identity', expiresOnTimestamp: Date.now() + 3_600_000 }),
      },
      http: {
        sendRequest(request) {
          authorizations.push(request.headers.get('authorization') ?? '')
          request.url = request.url.replace('https:', 'http:')
          request.headers.set('x-forwarded-proto', 'https')
          request.allowInsecureConnection = true
          delete request.agent
          return http.sendRequest(request)
        },
      },
    },
    { databaseName: 'test', clock: createManualClock(), log: createMemoryLog() },
  )
  await documents.insert(claims, { id: 'a', of: 'ann' })
  expect((await documents.read(claims, { partition: 'a', id: 'a' }))?.value.of).toBe('ann')
  expect(authorizations.length).toBeGreaterThan(1)
  for (const authorization of authorizations)
    expect(decodeURIComponent(authorization)).toBe('type=aad&ver=1.0&sig=of-the-identity')
  close()
})
