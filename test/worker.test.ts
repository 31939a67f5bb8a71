import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestHarness } from 'wrangler'
import { bundleWorker, findForbidden } from '../scripts/bundle-worker.ts'
import { redisServerMissing, startRedisServer } from './stand-ins/redis-server.ts'
import { startUpstashBridge } from './stand-ins/upstash-bridge.ts'

const scratch = mkdtempSync(join(tmpdir(), 'worker-'))
afterAll(() => rmSync(scratch, { recursive: true }))

let bundles = 0

/** Bundles a worker that is made of these files, and says what is wrong with it. */
function findPlanted(files: Readonly<Record<string, string>>): string {
  const directory = join(scratch, `planted-${++bundles}`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const metafile = bundleWorker(join(directory, 'out'), join(directory, 'worker.js'))
  return findForbidden(metafile).join()
}

const worker = (importing: string) => `${importing}
export default { fetch: () => new Response(String(thing)) }`

test('nothing that must not run on workerd is in its bundle', () => {
  const metafile = bundleWorker(join(scratch, 'worker'))
  expect(Object.keys(metafile.inputs)).toContain('src/app.ts')
  expect(findForbidden(metafile)).toEqual([])
})

test.each([
  [
    'the driver of SQL Server',
    'node_modules/tedious/',
    {
      'worker.js': worker(`import { thing } from 'tedious'`),
      'node_modules/tedious/package.json': '{"name":"tedious","main":"index.js"}',
      'node_modules/tedious/index.js': 'export const thing = 1',
    },
  ],
  [
    'the driver of SQL Server, imported when needed',
    'node_modules/mssql/',
    {
      'worker.js': worker(`const { thing } = await import('mssql')`),
      'node_modules/mssql/package.json': '{"name":"mssql","main":"index.js"}',
      'node_modules/mssql/index.js': 'export const thing = 1',
    },
  ],
  ['SQLite of Node', 'node:sqlite', { 'worker.js': worker(`import * as thing from 'node:sqlite'`) }],
  [
    'an adapter for Node alone',
    'src/adapters/sqlite/',
    {
      'worker.js': worker(`import { thing } from './src/adapters/sqlite/documents.js'`),
      'src/adapters/sqlite/documents.js': 'export const thing = 1',
    },
  ],
])('%s would be noticed', (_, name, files) => expect(findPlanted(files)).toContain(name))

describe('on workerd', () => {
  const prebuiltWorkerDir = join(scratch, 'started')
  const open = (vars: Record<string, string>) =>
    createTestHarness({
      root: join(import.meta.dirname, '..'),
      workers: [{ configPath: 'wrangler.toml', prebuiltWorkerDir, vars }],
    })
  beforeAll(() => void bundleWorker(prebuiltWorkerDir))

  test('the scheduled event runs the jobs', async () => {
    const harness = open({})
    await harness.listen()
    const onTheHour = new Date('2026-01-01T12:00:00.000Z')
    const result = await harness.getWorker().scheduled({ cron: '* * * * *', scheduledTime: onTheHour })
    expect(result.outcome).toBe('ok')
    expect(JSON.stringify(harness.getLogs())).not.toContain('job_failed')
    await harness.close()
  })

  test.skipIf(redisServerMissing)(
    `counts in Redis by HTTP${redisServerMissing ? `: ${redisServerMissing}` : ''}`,
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
          const { status, headers } = await fetch(new URL('/api/jwks.json', url))
          return [status, Number(headers.get('x-ratelimit-remaining'))] as const
        }),
      )
      expect(remaining.toSorted(([, a], [, b]) => b - a)).toEqual(
        Array.from({ length: 10 }, (_, i) => [200, 99 - i]),
      )
      expect(bridge.requests()).toBeGreaterThan(0)
      await harness.close()
      await bridge.stop()
      await redis.stop()
    },
  )

  test.each([
    [{ DOCUMENTS: 'sqlite' }, 'DOCUMENTS, RECORDS: sqlite needs Node'],
    [{ CACHE: 'redis', REDIS_URL: 'redis://127.0.0.1:1' }, 'CACHE: redis'],
    [{ PORT: 'none' }, 'PORT: '],
  ])('%j is refused, and the log says why', async (vars, problem) => {
    const harness = open(vars as Record<string, string>)
    const { url } = await harness.listen()
    const answer = await fetch(new URL('/api/healthz', url))
    expect([answer.status, await answer.text()]).toEqual([500, ''])
    expect(JSON.stringify(harness.getLogs())).toContain(problem)
    await harness.close()
  })
})

test('a native addon cannot even be bundled', () => {
  const plant = () =>
    findPlanted({ 'worker.js': worker(`import * as thing from './addon.node'`), 'addon.node': '\x7fELF' })
  expect(plant).toThrow(/No loader is configured for "\.node" files/)
})
