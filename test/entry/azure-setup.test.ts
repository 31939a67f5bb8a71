import { execFile } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { planOf } from '../../src/adapters/cosmos/containers.ts'
import { layout, layoutBefore } from '../../src/adapters/cosmos/layout.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { collections } from '../../src/app/domains.ts'
import { blobContainers } from '../../src/core/files/file-categories.ts'
import { startAzurite } from '../stand-ins/azurite.ts'
import { startCosmosStandIn } from '../stand-ins/cosmos.ts'

let azurite: Awaited<ReturnType<typeof startAzurite>>
let cosmos: Awaited<ReturnType<typeof startCosmosStandIn>>
beforeAll(async () => {
  azurite = await startAzurite()
  cosmos = await startCosmosStandIn()
})
afterAll(async () => {
  await azurite?.stop()
  await cosmos?.close()
})

const containers = planOf(collections)
const setUp = (environment: Record<string, string>, ...flags: readonly string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', ...environment }
    execFile(process.execPath, ['scripts/azure-setup.ts', ...flags], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
const changesOf = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('changed'))

test('with a storage account alone it makes the containers of blobs, once', async () => {
  const environment = { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString }
  const first = await setUp(environment)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(changesOf(first.stdout)).toEqual([
    ...blobContainers.map((name) => `changed  blob container ${name}`),
    'changed  blob origins of pages',
  ])
  expect(first.stdout).not.toContain('collections')
  const second = await setUp(environment)
  expect([second.code, changesOf(second.stdout)]).toEqual([0, []])
})

test('with Cosmos DB alone it makes the containers of documents, once', async () => {
  const environment = { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY: cosmos.key }
  const first = await setUp(environment)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain(`${collections.length} collections`)
  expect(first.stdout).not.toContain('blob')
  expect(changesOf(first.stdout)).toHaveLength(1 + containers.length)
  const second = await setUp(environment)
  expect([second.code, changesOf(second.stdout)]).toEqual([0, []])
})

test('the plan needs no account, and says who pays for what', async () => {
  const planOn = async (environment: Record<string, string>) => {
    const { code, stdout, stderr } = await setUp(environment, '--plan')
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout)
  }
  const serverless = await planOn({ NODE_ENV: 'production', COSMOS_ENDPOINT: 'https://unreachable.invalid' })
  expect(serverless.database).toMatchObject({
    id: 'toolsinc-db',
    isServerless: true,
    autoscaleMaxThroughput: null,
  })
  expect(serverless.containers.map(({ resource }: any) => resource.id)).toEqual(
    containers.map(({ definition }) => definition.id),
  )
  const paid = await planOn({
    COSMOS_DATABASE: 'other',
    COSMOS_MAX_RU: '4000',
    COSMOS_OWN_MAX_RU: '2000',
  })
  expect(paid.database).toMatchObject({ id: 'other', isServerless: false, autoscaleMaxThroughput: 4000 })
  for (const { throughput, autoscaleMaxThroughput, resource } of paid.containers) {
    expect(autoscaleMaxThroughput).toBe(throughput === 'own' ? 2000 : null)
    const paths = resource.indexingPolicy.includedPaths.map(({ path }: { path: string }) => path)
    expect(paths.includes('/_words/[]/?')).toBe(resource.id === 'Messages')
  }
  const wrong = await setUp({ COSMOS_MAX_RU: '1500' }, '--plan')
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('COSMOS_MAX_RU')])
})

test('a move says what has to be stopped, and goes to its end only by that', async () => {
  const environment = { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY: cosmos.key, COSMOS_DATABASE: 'older' }
  const client = createCosmosClient(cosmos)
  await setUpCosmos({ client, databaseName: 'older', collections, layout: layoutBefore })
  client.dispose()
  const moving = collections.filter((c) => layout(c).prefix !== undefined)
  const told = await setUp(environment)
  expect(told.code).toBe(1)
  for (const { name } of moving) expect(told.stderr).toContain(`problem  ${name}: its documents belong in`)
  expect((await setUp(environment, '--app-is-stopped')).stderr).toContain('goes with --move')
  const begun = await setUp(environment, '--move')
  expect([begun.code, changesOf(begun.stdout)]).toEqual([0, []])
  expect(begun.stdout).toContain('stop every process of the version before')
  const ended = await setUp(environment, '--move', '--app-is-stopped', '--remove-moved')
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  expect(changesOf(ended.stdout)).toHaveLength(2 * moving.length)
  const again = await setUp(environment)
  expect([again.code, changesOf(again.stdout)]).toEqual([0, []])
}, 60_000)

test('with nothing in Azure it says what to set', async () => {
  const { code, stderr } = await setUp({})
  expect(code).toBe(1)
  for (const setting of ['COSMOS_ENDPOINT', 'AZURE_STORAGE_ACCOUNT_NAME', 'AZURE_STORAGE_CONNECTION_STRING'])
    expect(stderr).toContain(setting)
})

test('what cannot be reached ends with an error, after the other was set up', async () => {
  const { code, stdout } = await setUp({
    COSMOS_ENDPOINT: cosmos.endpoint,
    COSMOS_KEY: cosmos.key,
    COSMOS_DATABASE: 'another',
    AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString.replace(/:\d+\//, ':1/'),
  })
  expect(code).toBe(1)
  expect(changesOf(stdout)).toHaveLength(1 + containers.length)
}, 60_000)
