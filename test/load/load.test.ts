import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { createTestApp } from '../app.ts'
import { read } from '../docs/pages.ts'
import { freePort } from '../free-port.ts'
import { startServer } from '../server.ts'
import { startUntrustworthy } from './untrustworthy.ts'

/*
 * The load test itself: a short run in which nothing may fail, be lost or doubled, and one on a service that loses and doubles, which has to
 * be noticed. Nothing is said of how long anything takes. Locust is on PyPI: LOCUST names it, or it is on the PATH. Elsewhere both are
 * skipped and say so; with LOCUST_REQUIRED they fail.
 */

const locust = process.env['LOCUST'] ?? 'locust'
const isThere = spawnSync(locust, ['--version'], { timeout: 60_000 }).status === 0
const why = isThere ? '' : ' (not tried: no locust on the PATH, nor by LOCUST)'
if (!isThere && process.env['LOCUST_REQUIRED']) throw new Error(`${locust} does not run`)

const directory = mkdtempSync(join(tmpdir(), 'load-test-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function load(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const file = join(directory, `${name}.json`)
  const outcome = await promisify(execFile)(
    process.execPath,
    ['bench/load.ts', '--people', '5', '--report', file, ...args],
    { maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...environment } },
  ).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      said: stdout + stderr,
    }),
  )
  return { ...outcome, report: JSON.parse(readFileSync(file, 'utf8')) }
}

/** Everything is bounded within: this is for machines that do ten things at once. */
const patiently = { timeout: 600_000 }

test.skipIf(!isThere)(`twenty seconds of five people lose and double nothing${why}`, patiently, async () => {
  const { code, said, report } = await load('well', ['--seconds', '20'])
  expect(report, said).toMatchObject({
    people: 5,
    failures: 0,
    errors: [],
    messagesLost: 0,
    messagesDoubled: 0,
    messagesMissed: 0,
    gaps: 0,
    completionsLost: 0,
    formsLost: 0,
    formsDoubled: 0,
    receiptsLost: 0,
  })
  expect(report.messages).toBeGreaterThan(0)
  expect(report.received).toBe(report.toBeReceived)
  // Two people, who each have what both wrote.
  expect(report.received).toBe(2 * (report.messages + report.messagesUnanswered))
  expect(report.completions).toBeGreaterThan(0)
  expect(report.forms).toBeGreaterThanOrEqual(3)
  expect(code, said).toBe(0)
})

test.skipIf(!isThere)(`what a service loses and doubles is noticed${why}`, patiently, async () => {
  const port = await freePort()
  const settings = { DATA_DIR: join(directory, 'data'), RATE_LIMIT_SCALE: '1e6' }
  const seeded = spawnSync(process.execPath, ['scripts/seed.ts', '--people', '60'], {
    env: { PATH: process.env['PATH'] ?? '', ...settings },
  })
  expect(seeded.status).toBe(0)
  // Devices connect past the one that cannot be trusted.
  const server = await startServer({
    ...settings,
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  })
  const between = await startUntrustworthy(server.url)
  try {
    const { code, said, report } = await load(
      'badly',
      ['--seconds', '15', '--pace', '5', '--url', between.url, '--accounts', '60'],
      // Sent again, what was lost would be there.
      { LOAD_IMPATIENCE: '0' },
    )
    expect(Object.values(between.wrongs), said).not.toContain(0)
    expect(report, said).toMatchObject(between.wrongs)
    expect(code).toBe(1)
  } finally {
    between.close()
    await server.stop()
  }
})

describe('what is handed to Azure Load Testing', () => {
  const plan = read('load/loadtest.yaml')
  const program = read('load/locustfile.py')
  const named = new Set([...program.matchAll(/"([A-Za-z_]+)"/g)].map(([, name = '']) => name))

  test('every name of a criterion is one of the statistics', () => {
    const criteria = [...plan.matchAll(/^ {2}- (\w+): (?:percentage|p95)\(/gm)].map(([, name = '']) => name)
    expect(criteria.length).toBeGreaterThan(5)
    for (const name of criteria) expect(named, name).toContain(name)
  })

  test('every setting is one that the test reads', () => {
    for (const [, name = ''] of plan.matchAll(/^ {2}- name: (LOAD_\w+)$/gm))
      expect(program).toContain(`"${name}"`)
  })

  test('every request goes by the name of its operation', async () => {
    const { paths = {} } = (await createTestApp()).describe()
    const operations = new Set(
      Object.values(paths).flatMap((methods) =>
        Object.values(methods as Record<string, { operationId?: string }>).map(
          ({ operationId }) => operationId,
        ),
      ),
    )
    const requests = [
      ...program.matchAll(/\.call\("[A-Z]+", f?"[^\n]*?", "(\w+)"/g),
      ...program.matchAll(/self\.send\("\w+", "(\w+)"/g),
    ]
    expect(requests.length).toBeGreaterThan(20)
    for (const [, name = ''] of requests) expect(operations).toContain(name.replace(/_again$/, ''))
  })

  test('what is installed for it is pinned', () => {
    for (const file of ['load/requirements.txt', 'load/requirements-here.txt'])
      for (const line of read(file).split('\n').filter(Boolean))
        expect(line).toMatch(/^(?:#|-r requirements\.txt$|[a-z-]+==\d+\.\d+\.\d+$)/)
  })
})
