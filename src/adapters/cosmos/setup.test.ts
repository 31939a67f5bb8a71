import { expect, onTestFinished, test } from 'vitest'
import { type Consistency, startCosmosStandIn } from '../../../test/stand-ins/cosmos.ts'
import { collections } from '../../app/domains.ts'
import { collection } from '../../ports/documents.ts'
import { createManualClock } from '../memory/clock.ts'
import { createMemoryLog } from '../memory/log.ts'
import { createCosmosClient } from './client.ts'
import { planOf } from './containers.ts'
import { createCosmosDocuments } from './documents.ts'
import { layout, layoutBefore, mostThatShare } from './layout.ts'
import { describePlan } from './plan.ts'
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

async function openAccount(
  account: { readonly isServerless?: boolean; readonly consistency?: Consistency } = {},
) {
  const standIn = await startCosmosStandIn(account)
  onTestFinished(() => standIn.close())
  const client = createCosmosClient(standIn)
  const database = client.database('toolsinc-db')
  return { standIn, client, database, options: { client, databaseName: 'toolsinc-db' } }
}
const throughput = { shared: 4000, own: 1000 }
/** Containers of their own names, as these tests ask about. */
const alone = { layout: layoutBefore }

test('makes everything there is, and the second time has nothing to do', async () => {
  const { database, options } = await openAccount()
  const first = await setUpCosmos({ ...options, collections, throughput })
  const containers = [...new Set(collections.map((c) => layout(c).container))]
  expect(first.changes).toEqual([
    'database toolsinc-db: made',
    ...containers.map((container) => `${container}: made`),
  ])
  expect(first.problems).toEqual([])
  expect(await setUpCosmos({ ...options, collections, throughput })).toEqual({ ...first, changes: [] })
  const { resource } = await database.container('Sessions').read()
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

test('every collection is in one container, and few enough containers share that others may come', () => {
  const plan = planOf(collections)
  expect(plan.flatMap((each) => each.collections).toSorted()).toEqual(
    collections.map(({ name }) => name).toSorted(),
  )
  const sharing = plan.filter(({ hasOwnThroughput }) => !hasOwnThroughput)
  expect(sharing.length).toBeLessThanOrEqual(15)
  expect(mostThatShare).toBe(25)
  for (const { definition } of plan) {
    // Limits of an index policy, as published.
    expect(definition.indexingPolicy.compositeIndexes?.length).toBeLessThanOrEqual(100)
    for (const index of definition.indexingPolicy.compositeIndexes ?? [])
      expect(index.length).toBeLessThanOrEqual(8)
  }
})

test('a collection that nobody placed is in a container with others, whatever it is partitioned by', () => {
  const plan = planOf(collections)
  for (const partition of ['id', 'userId', 'courseId', 'anything'])
    for (const name of ['Notes', 'User', 'UserEmail']) {
      const place = layout({ name, partition })
      expect(place).toMatchObject({ prefix: `${name}|`, hasOwnThroughput: false })
      expect(plan.map(({ definition }) => definition.id)).toContain(place.container)
      expect(collections.map((c) => c.name)).not.toContain(place.container)
    }
})

test('a serverless account is given no throughput, one that is not has what the settings say', async () => {
  const plans = [undefined, throughput].map((each) =>
    describePlan(collections, { databaseName: 'toolsinc-db', throughput: each }),
  )
  for (const [i, isServerless] of [true, false].entries()) {
    const { database, options } = await openAccount({ isServerless })
    const report = await setUpCosmos({ ...options, collections, ...(isServerless ? {} : { throughput }) })
    expect(report.problems).toEqual([])
    const { resources } = await database.containers.readAll().fetchAll()
    expect(resources.map(({ id }) => id)).toEqual(plans[i]?.containers.map(({ resource }) => resource.id))
    if (isServerless) {
      const refused = setUpCosmos({ ...options, databaseName: 'other', collections, throughput })
      await expect(refused).rejects.toMatchObject({ code: 400 })
      continue
    }
    const maxOf = async (of: { readOffer(): Promise<any> }) =>
      (await of.readOffer()).resource?.content.offerAutopilotSettings.maxThroughput ?? null
    expect(await maxOf(database)).toBe(plans[i]?.database.autoscaleMaxThroughput)
    for (const { resource, autoscaleMaxThroughput } of plans[i]?.containers ?? [])
      expect(await maxOf(database.container(resource.id))).toBe(autoscaleMaxThroughput)
  }
})

test('says where throughput is not as the settings say, and changes nothing that is paid for', async () => {
  const { database, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [], throughput })
  await database.containers.create({ id: 'Users', partitionKey: { paths: ['/id'] }, defaultTtl: -1 })
  await database.containers.create({ id: 'Inbox', partitionKey: { paths: ['/userId'] }, maxThroughput: 2000 })
  const { problems, advice } = await setUpCosmos({
    ...options,
    collections,
    throughput: { ...throughput, shared: 5000 },
  })
  expect(problems).toEqual([])
  expect(advice).toEqual(
    expect.arrayContaining([
      'database toolsinc-db: has at most 4000 RU/s, and the settings say 5000',
      expect.stringContaining('Users: shares the throughput of the database'),
      'Inbox: has at most 2000 RU/s, and the settings say 1000',
    ]),
  )
  await setUpCosmos({ ...options, databaseName: 'serverless-before', collections: [] })
  const later = await setUpCosmos({
    ...options,
    databaseName: 'serverless-before',
    collections: [],
    throughput,
  })
  expect(later.advice).toEqual([expect.stringMatching(/^database .*: was made without throughput to share/)])
})

test('three at once make each of them once', async () => {
  const { database, options } = await openAccount()
  const reports = await Promise.all([1, 2, 3].map(() => setUpCosmos({ ...options, collections, throughput })))
  const containers = planOf(collections).map(({ definition }) => definition.id)
  expect(reports.flatMap(({ changes }) => changes).toSorted()).toEqual(
    ['database toolsinc-db', ...containers].map((id) => `${id}: made`).toSorted(),
  )
  expect(reports.flatMap(({ problems }) => problems)).toEqual([])
  expect((await database.containers.readAll().fetchAll()).resources).toHaveLength(containers.length)
})

/** Where documents are: whoever takes a collection somewhere else has to move them first, as ADR 74 says. */
const places = {
  ById: 'UserEmails Identities ServiceTokens Heartbeats Files CourseImports CourseRules CertificateCodes DirectPairs Announcements Deletions Exports',
  ByUser: 'Consents FilesByOwner Certificates FormClaims Blocks LeftConversations',
  ByCourse: 'CourseVersions Lessons CourseMembers',
  ByOther: 'Staff OneTimeTokens CourseCounts CourseImportRuns CourseImportRows Mentors CourseRequests Shares',
  Users: 'Users',
  Sessions: 'Sessions',
  Messages: 'Messages',
  Inbox: 'Inbox',
  Progress: 'Progress',
  Courses: 'Courses',
  Reports: 'Reports',
  FileChores: 'FileChores',
}
test.each(Object.entries(places))('in %s are still %s', (container, names) => {
  for (const name of names.split(' ')) {
    const c = collections.find((each) => each.name === name)
    if (c) expect(layout(c).container, name).toBe(container)
  }
})

test('what cannot be made because too many share is a problem, and the rest is made', async () => {
  const { database, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [], throughput })
  for (let i = 0; i < mostThatShare - 1; i++)
    await database.containers.create({ id: `Other${i}`, partitionKey: { paths: ['/id'] } })
  const sharing = planOf(collections).filter(({ hasOwnThroughput }) => !hasOwnThroughput)
  const { changes, problems } = await setUpCosmos({ ...options, collections, throughput })
  expect(problems).toHaveLength(sharing.length - 1)
  for (const problem of problems) expect(problem).toContain('25 containers share')
  expect(changes).toHaveLength(planOf(collections).length - problems.length)
})

test("the stand-in refuses what the service refuses of throughput, in the service's words", async () => {
  const { client, database } = await openAccount()
  const partitionKey = { paths: ['/id'] }
  await expect(client.databases.create({ id: 'toolsinc-db', maxThroughput: 500 })).rejects.toMatchObject({
    code: 400,
  })
  await client.databases.create({ id: 'toolsinc-db', maxThroughput: 1000 })
  for (const wrong of [{ maxThroughput: 1500 }, { throughput: 300 }, { throughput: 450 }])
    await expect(database.containers.create({ id: 'Wrong', partitionKey, ...wrong })).rejects.toMatchObject({
      code: 400,
    })
  for (let i = 0; i < 25; i++) await database.containers.create({ id: `C${i}`, partitionKey })
  const beyond = () => database.containers.create({ id: 'Beyond', partitionKey })
  await expect(beyond()).rejects.toMatchObject({
    code: 400,
    substatus: 1019,
    body: {
      message: expect.stringContaining(
        'Collection create forbidden as collection count in database offer has exceeded 25.',
      ),
    },
  })
  await database.containers.create({ id: 'Own', partitionKey, throughput: 400 })
  await expect(beyond()).rejects.toMatchObject({ code: 400 })
  await database.container('C7').delete()
  await beyond()
})

test('brings policies into line, says which, and keeps the documents', async () => {
  const { database, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [before], ...alone })
  const clock = createManualClock()
  const documents = createCosmosDocuments({ database, clock, log: createMemoryLog(), ...alone })
  await documents.insert(before, { id: 'a', owner: 'ann', rank: 1 })
  const query = { path: 'byRank', partition: 'ann', equals: {}, limit: 1 } as const
  await expect(documents.query(after, query)).rejects.toThrow('unavailable')
  const { changes, problems } = await setUpCosmos({ ...options, collections: [after], ...alone })
  expect([changes, problems]).toEqual([['Things: index policy and time to live replaced'], []])
  expect((await documents.query(after, query)).items).toHaveLength(1)
  expect((await setUpCosmos({ ...options, collections: [after], ...alone })).changes).toEqual([])
  expect((await setUpCosmos({ ...options, collections: [before], ...alone })).changes).toHaveLength(1)
})

test('another partition key, or a unique key policy, is a problem and changes nothing', async () => {
  const { client, options } = await openAccount()
  await setUpCosmos({ ...options, collections: [after], ...alone })
  const moved = await setUpCosmos({ ...options, collections: [elsewhere], ...alone })
  expect(moved.changes).toEqual([])
  expect(moved.problems).toEqual([expect.stringContaining('partitioned by /owner')])
  await client.database('toolsinc-db').containers.create({
    id: 'Unique',
    partitionKey: { paths: ['/owner'] },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/rank'] }] },
  })
  const unique = await setUpCosmos({ ...options, collections: [unlike], ...alone })
  expect(unique.problems).toEqual([expect.stringContaining('unique key policy')])
  expect(unique.advice).toContain('Things: belongs to no collection and is left alone')
})

test('says when the account lets one process read what is older than another wrote', async () => {
  const { options } = await openAccount({ consistency: 'Session' })
  const { advice } = await setUpCosmos({ ...options, collections: [] })
  expect(advice).toEqual([expect.stringContaining('only with Strong')])
})
