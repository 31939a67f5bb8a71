import { expect, onTestFinished, test } from 'vitest'
import { startCosmosStandIn } from '../../../test/stand-ins/cosmos.ts'
import { collections } from '../../app/domains.ts'
import { collection } from '../../ports/documents.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createCosmosClient } from './client.ts'
import { createCosmosDocuments } from './documents.ts'
import { setUpCosmos } from './setup.ts'

interface Thing {
  readonly id: string
  readonly owner: string
  readonly rank: number
  readonly expiresAt?: string
}

const before = collection<Thing>()({ name: 'Things', partition: 'owner', paths: {} })
const after = collection<Thing>()({
  name: 'Things',
  partition: 'owner',
  paths: { byRank: { by: [], order: 'rank' } },
  ttl: 'expiresAt',
})
const unlike = collection<Thing>()({ name: 'Unique', partition: 'owner', paths: {} })
const elsewhere = collection<Thing>()({ name: 'Things', partition: 'id', paths: {} })

async function openAccount() {
  const standIn = await startCosmosStandIn()
  onTestFinished(() => standIn.close())
  const client = createCosmosClient(standIn)
  return { client, options: { client, databaseName: 'toolsinc-db' } }
}

test('makes everything there is, and the second time has nothing to do', async () => {
  const { client, options } = await openAccount()
  const first = await setUpCosmos({ ...options, collections, maxThroughput: 1000 })
  expect(first.changes).toEqual([
    'database toolsinc-db: made',
    ...collections.map(({ name }) => `${name}: made`),
  ])
  const second = await setUpCosmos({ ...options, collections, maxThroughput: 1000 })
  expect(second).toEqual({ ...first, changes: [] })
  expect(second.problems).toEqual([])
  const { resource } = await client.database('toolsinc-db').container('Sessions').read()
  expect(resource).toMatchObject({
    partitionKey: { paths: ['/userId'], version: 2 },
    defaultTtl: -1,
    indexingPolicy: {
      excludedPaths: [{ path: '/*' }],
      compositeIndexes: [
        [
          { path: '/createdAt', order: 'ascending' },
          { path: '/_key', order: 'ascending' },
        ],
      ],
    },
  })
})

test('brings policies into line, says which, and keeps the documents', async () => {
  const { client, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [before] })
  const database = client.database('toolsinc-db')
  const documents = createCosmosDocuments({ database, clock: createManualClock(), log: createMemoryLog() })
  await documents.insert(before, { id: 'a', owner: 'ann', rank: 1 })
  const query = { path: 'byRank', partition: 'ann', equals: {}, limit: 1 } as const
  await expect(documents.query(after, query)).rejects.toThrow('unavailable')
  const { changes, problems } = await setUpCosmos({ ...options, collections: [after] })
  expect([changes, problems]).toEqual([['Things: index policy and time to live replaced'], []])
  expect((await documents.query(after, query)).items).toHaveLength(1)
  expect((await setUpCosmos({ ...options, collections: [after] })).changes).toEqual([])
  expect((await setUpCosmos({ ...options, collections: [before] })).changes).toHaveLength(1)
})

test('another partition key, or a unique key policy, is a problem and changes nothing', async () => {
  const { client, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [after] })
  const moved = await setUpCosmos({ ...options, collections: [elsewhere] })
  expect(moved.changes).toEqual([])
  expect(moved.problems).toEqual([expect.stringContaining('partitioned by /owner')])
  await client.database('toolsinc-db').containers.create({
    id: 'Unique',
    partitionKey: { paths: ['/owner'] },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/rank'] }] },
  })
  const unique = await setUpCosmos({ ...options, collections: [unlike] })
  expect(unique.problems).toEqual([expect.stringContaining('unique key policy')])
  expect(unique.advice).toContain('Things: belongs to no collection and is left alone')
})

test('says when the account lets one process read what is older than another wrote', async () => {
  const { options } = await openAccount()
  const { advice } = await setUpCosmos({ ...options, collections: [] })
  expect(advice).toEqual([expect.stringContaining('only with Strong')])
})
