import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestHarness } from 'wrangler'
import { bundleWorker, findForbidden } from '../../scripts/bundle-worker.ts'
import { createStorageClient } from '../../src/adapters/azure-blob/client.ts'
import { setUpBlobs } from '../../src/adapters/azure-blob/setup.ts'
import { createCosmosControlClient } from '../../src/adapters/cosmos/control-client.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { collections } from '../../src/app/domains.ts'
import { blobContainers } from '../../src/core/files/file-categories.ts'
import { createBrowser, origin, person } from '../app.ts'
import { html, pdf, pngOf } from '../core/files/sample-files.ts'
import { startAzurite } from '../stand-ins/azurite.ts'
import { startCosmosRegions } from '../stand-ins/cosmos-regions.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'
import { redisServerMissing, startRedisServer } from '../stand-ins/redis-server.ts'
import { startUpstashBridge } from '../stand-ins/upstash-bridge.ts'

const scratch = mkdtempSync(join(tmpdir(), 'worker-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const prebuiltWorkerDir = join(scratch, 'worker')
let metafile: Metafile
beforeAll(() => {
  metafile = bundleWorker(prebuiltWorkerDir)
})

/** Bundles a worker that is made of these files. */
function bundlePlanted(name: string, files: Readonly<Record<string, string>>): Metafile {
  const directory = join(scratch, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return bundleWorker(join(directory, 'out'), join(directory, 'worker.js'))
}

test('nothing that must not run on workerd is in its bundle', () => {
  expect(Object.keys(metafile.inputs)).toContain('src/app/create-app.ts')
  expect(findForbidden(metafile)).toEqual([])
})

test('a driver of SQL Server, SQLite of Node, a decoder and an adapter for Node alone would be noticed', () => {
  const thing = 'export const thing = 1'
  const planted = bundlePlanted('planted', {
    'worker.js': `
      import { thing } from 'tedious'
      import * as sqlite from 'node:sqlite'
      import { thing as adapter } from './src/adapters/sqlite/documents.js'
      import { thing as decoder } from 'libheif-js'
      const late = () => import('mssql')
      export default { fetch: () => new Response(String([thing, sqlite, adapter, decoder, late])) }`,
    'node_modules/tedious/package.json': '{"name":"tedious","main":"index.js"}',
    'node_modules/tedious/index.js': thing,
    'node_modules/mssql/package.json': '{"name":"mssql","main":"index.js"}',
    'node_modules/mssql/index.js': thing,
    'node_modules/libheif-js/package.json': '{"name":"libheif-js","main":"index.js"}',
    'node_modules/libheif-js/index.js': thing,
    'src/adapters/sqlite/documents.js': thing,
  })
  const found = findForbidden(planted)
  const expected = [
    'node_modules/tedious/',
    'node_modules/mssql/',
    'node_modules/libheif-js/',
    'node:sqlite',
    'src/adapters/sqlite/',
  ]
  for (const name of expected) expect(found).toContainEqual(expect.stringContaining(name))
})

test('a native addon cannot even be bundled', () => {
  const files = {
    'worker.js': `import * as addon from './addon.node'\nexport default { fetch: () => new Response(String(addon)) }`,
    'addon.node': '\x7fELF',
  }
  expect(() => bundlePlanted('addon', files)).toThrow(/No loader is configured for "\.node" files/)
})

describe('on workerd', () => {
  const open = (vars: Record<string, string>) =>
    createTestHarness({
      root: join(import.meta.dirname, '../..'),
      workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir, vars }],
    })

  test('the scheduled event runs the jobs', async () => {
    const harness = open({})
    await harness.listen()
    const onTheHour = new Date('2026-01-01T12:00:00.000Z')
    const result = await harness.getWorker().scheduled({ cron: '* * * * *', scheduledTime: onTheHour })
    expect(result.outcome).toBe('ok')
    expect(JSON.stringify(harness.getLogs())).not.toContain('job_failed')
    await harness.close()
  })

  test('keeps documents in Cosmos DB', async () => {
    const cosmos = await startProvisionedCosmos()
    const harness = open({ ...cosmos.environment, PUBLIC_URL: origin })
    const { url } = await harness.listen()
    const { call } = createBrowser((path, init) => fetch(new URL(path, url), init))
    expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
    expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(409)
    expect((await call('GET', '/api/v1/users/me')).body.name).toBe(person.name)
    const written = cosmos.answered.filter(({ operation }) => ['create', 'batch'].includes(operation))
    expect(written.map(({ partition }) => partition)).toContain(`UserEmails|${person.email}`)
    await harness.close()
    await cosmos.close()
  })

  test('goes on in another region of Cosmos DB, several requests at once', async () => {
    const account = await startCosmosRegions()
    const client = createCosmosControlClient(account)
    await setUpCosmos({ client, databaseName: 'regions', collections })
    client.dispose()
    const harness = open({
      DOCUMENTS: 'cosmos',
      COSMOS_ENDPOINT: account.endpoint,
      COSMOS_KEY: account.key,
      COSMOS_DATABASE: 'regions',
      PUBLIC_URL: origin,
    })
    const { url } = await harness.listen()
    const browser = () => createBrowser((path, init) => fetch(new URL(path, url), init))
    const { call } = browser()
    expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
    account.failOver('West Europe')
    await account.become('East US', 'closed')
    const asked = Array.from({ length: 20 }, () => call('GET', '/api/v1/users/me'))
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    const another = { ...person, email: 'another@example.com' }
    expect((await browser().call('POST', '/api/v1/auth/signup', { body: another })).status).toBe(201)
    await harness.close()
    await account.close()
  })

  test('keeps files in Azure Blob Storage', async () => {
    const azurite = await startAzurite()
    const { service } = createStorageClient(azurite)
    await setUpBlobs({ service, containers: blobContainers, origins: [origin] })
    const harness = open({
      BLOBS: 'azure',
      AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString,
      PUBLIC_URL: origin,
    })
    const { url } = await harness.listen()
    const { call } = createBrowser((path, init) => fetch(new URL(path, url), { ...init, redirect: 'manual' }))
    const upload = async (bytes: Uint8Array<ArrayBuffer>, announced: object) => {
      const body = { ...announced, fileSize: bytes.byteLength }
      const asked = await call('POST', '/api/v1/files/upload-url', { body })
      const { uploadUrl, method, headers, fileId } = asked.body
      expect((await fetch(uploadUrl, { method, headers, body: bytes })).status).toBe(201)
      return call('POST', '/api/v1/files/complete', { body: { fileId } })
    }
    await call('POST', '/api/v1/auth/signup', { body: person })

    const document = { fileName: 'a.pdf', fileType: 'application/pdf', category: 'document' }
    const done = await upload(pdf, document)
    expect(done).toMatchObject({ status: 200, body: { size: pdf.byteLength, state: 'available' } })
    const path = `/api/v1/files/${done.body.id}`
    const signed = (await call('GET', `${path}/download`)).headers.get('location') ?? ''
    const got = await fetch(signed, { headers: { range: 'bytes=0-4' } })
    expect([got.status, await got.text()]).toEqual([206, '%PDF-'])
    expect((await upload(html, document)).status).toBe(400)
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await fetch(signed)).status).toBe(404)

    const picture = { fileName: 'me.png', fileType: 'image/png', category: 'avatar' }
    const { body } = await upload(pngOf(8, 8, 'marker of a place'), picture)
    const { avatar } = (await call('POST', '/api/v1/users/me/avatar', { body: { fileId: body.id } })).body
    const shown = await fetch(avatar.replace(origin, url.origin))
    expect(shown.status).toBe(200)
    expect(Buffer.from(await shown.arrayBuffer()).includes('marker of a place')).toBe(false)
    const left = []
    for (const name of blobContainers)
      for await (const blob of service.getContainerClient(name).listBlobsFlat()) left.push(blob.name)
    expect(left).toEqual([avatar.split('/avatars/')[1]])
    await harness.close()
    await azurite.stop()
  })

  test.skipIf(redisServerMissing)(
    `counts in Redis, by HTTP${redisServerMissing ? `: ${redisServerMissing}` : ''}`,
    async () => {
      const redis = await startRedisServer()
      const bridge = await startUpstashBridge({ redisUrl: redis.url })
      const harness = open({
        UPSTASH_REDIS_REST_URL: bridge.url,
        UPSTASH_REDIS_REST_TOKEN: bridge.token,
        CACHE: 'upstash',
      })
      const { url } = await harness.listen()
      const remaining = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { status, headers } = await fetch(new URL('/api/v1/users/me', url))
          return [status, Number(headers.get('x-ratelimit-remaining'))] as const
        }),
      )
      expect(remaining.toSorted(([, a], [, b]) => b - a)).toEqual(
        Array.from({ length: 10 }, (_, i) => [401, 99 - i]),
      )
      expect(bridge.requests()).toBeGreaterThan(0)
      await harness.close()
      await bridge.stop()
      await redis.stop()
    },
  )

  test.each([
    [{ DOCUMENTS: 'sqlite' }, 'DOCUMENTS, RECORDS: sqlite needs Node'],
    [{ RECORDS: 'mssql', MSSQL_SERVER: 'a.database.windows.net' }, 'RECORDS: mssql, whose driver'],
    [{ CACHE: 'redis', REDIS_URL: 'redis://127.0.0.1:1' }, 'CACHE: redis'],
    [{ PORT: 'none' }, 'PORT: '],
  ])('%j is refused, and the log says why', async (vars, problem) => {
    const harness = open(vars as Record<string, string>)
    const { url } = await harness.listen()
    const answer = await fetch(new URL('/api/healthz', url))
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { error: expect.objectContaining({ code: 'server_error', requestId: expect.any(String) }) },
    ])
    expect(JSON.stringify(harness.getLogs())).toContain(problem)
    await harness.close()
  })
})
