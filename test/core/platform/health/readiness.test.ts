import { describe, expect, test, vi } from 'vitest'
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts'
import type { Job } from '../../../../src/core/kernel/domain.ts'
import { encodeBase64url } from '../../../../src/ports/base64url.ts'
import type { Ports } from '../../../../src/ports/ports.ts'
import { PortUnavailable } from '../../../../src/ports/unavailable.ts'
import { browserOf, createTestApp } from '../../../app.ts'

const minuteMs = 60_000

/** Ports of which each call is counted, by port and method. */
function counting(ports: Ports) {
  const calls: string[] = []
  const counted = Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [
      name,
      typeof port !== 'object' || port === null || ['log', 'clock', 'telemetry'].includes(name)
        ? port
        : new Proxy(port, {
            get(target, key) {
              const member = Reflect.get(target, key)
              if (typeof member !== 'function') return member
              return (...values: unknown[]) => {
                calls.push(`${name}.${String(key)}`)
                return member.apply(target, values)
              }
            },
          }),
    ]),
  )
  return { calls, counted: counted as Partial<Ports> }
}

/** The same port, which takes nothing that is written. */
const readOnly = <Port extends object>(port: Port, methods: readonly (keyof Port & string)[]): Port =>
  new Proxy(port, {
    get: (target, key) =>
      methods.includes(key as never)
        ? () => Promise.reject(new PortUnavailable('x', { cause: new Error('database or disk is full') }))
        : Reflect.get(target, key),
  })

const readinessOf = async (testApp: Awaited<ReturnType<typeof createTestApp>>) =>
  browserOf(testApp).call('GET', '/api/readyz')

test('however many ask, each dependency is asked once a second', async () => {
  let calls: string[] = []
  const testApp = await createTestApp({
    ports(ports) {
      const seen = counting(ports)
      calls = seen.calls
      return seen.counted
    },
  })
  await testApp.settled()
  calls.length = 0
  const answers = await Promise.all(Array.from({ length: 50 }, () => readinessOf(testApp)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  const once = calls.toSorted()
  expect(new Set(once).size).toBe(once.length)
  for (const written of ['documents.insert', 'blobs.write', 'cache.set', 'mailQueue.probe'])
    expect(once).toContain(written)
  for (let i = 0; i < 20; i++) await readinessOf(testApp)
  expect(calls.length).toBe(once.length)
  testApp.clock.advance(1_000)
  await readinessOf(testApp)
  expect(calls.length).toBe(2 * once.length)
})

test.each([
  ['documents', (ports: Ports) => ({ documents: readOnly(ports.documents, ['insert', 'replace']) })],
  ['blobs', (ports: Ports) => ({ blobs: readOnly(ports.blobs, ['write']) })],
  ['cache', (ports: Ports) => ({ cache: readOnly(ports.cache, ['set']) })],
  ['records', (ports: Ports) => ({ mailQueue: readOnly(ports.mailQueue, ['probe']) })],
])('%s that still reads and takes nothing more is down', async (name, ports) => {
  const testApp = await createTestApp({ ports })
  const { status, body } = await readinessOf(testApp)
  expect([status, body.status]).toEqual([503, 'not_ready'])
  const down = Object.entries<any>(body.dependencies).filter(([, { state }]) => state === 'down')
  expect(down.map(([which]) => which)).toEqual([name])
})

test('a probe leaves nothing behind, and takes what another process left', async () => {
  const testApp = await createTestApp()
  const { blobs } = testApp.ports
  await blobs.write({ container: 'documents', path: 'readiness' }, new Uint8Array(1))
  expect((await readinessOf(testApp)).body.status).toBe('ready')
  expect((await blobs.list('documents', { prefix: '', limit: 10 })).items).toEqual([])
  expect((await testApp.ports.mailQueue.counts()).waiting).toBe(0)
})

test('mail that stands still is a concern, not an outage', async () => {
  const testApp = await createTestApp()
  await testApp.ports.mailQueue.enqueue({
    id: '00000000-0000-7000-8000-000000000001',
    key: 'any',
    template: 'form_received',
    recipient: 'any',
    priority: 10,
    reference: null,
    sealed: 'sealed',
    createdAt: new Date(testApp.clock.now()).toISOString(),
    dueAt: new Date(testApp.clock.now()).toISOString(),
    expiresAt: null,
  })
  testApp.clock.advance(14 * minuteMs)
  expect((await readinessOf(testApp)).body).toMatchObject({ status: 'ready', concerns: [] })
  testApp.clock.advance(minuteMs)
  const { status, body } = await readinessOf(testApp)
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'degraded', concerns: ['mail_stands_still'] })
})

test('a concern of another part is said for as long as it is there', async () => {
  const testApp = await createTestApp()
  let isPresent = true
  testApp.health.watch('any_trouble', () => isPresent)
  expect((await readinessOf(testApp)).body).toMatchObject({ status: 'degraded', concerns: ['any_trouble'] })
  isPresent = false
  testApp.clock.advance(1_000)
  expect((await readinessOf(testApp)).body).toMatchObject({ status: 'ready', concerns: [] })
})

const hourly: Job = { name: 'any-job', everyMs: 60 * minuteMs, run: async () => {} }

test.each<[string, Job, (run: () => Promise<void>) => Promise<unknown>, number, boolean]>([
  ['is not begun', hourly, async () => {}, 131, true],
  ['waits for its turn', hourly, async () => {}, 129, false],
  ['hangs', { ...hourly, run: () => new Promise(() => {}) }, async (run) => void run(), 60, true],
  [
    'fails each time',
    { ...hourly, run: () => Promise.reject(new Error('no')) },
    async (run) => {
      for (let i = 0; i < 3; i++) await run().catch(() => {})
    },
    1,
    true,
  ],
  [
    'fails now and then',
    { ...hourly, run: () => Promise.reject(new Error('no')) },
    async (run) => {
      for (let i = 0; i < 2; i++) await run().catch(() => {})
    },
    1,
    false,
  ],
])('a job that %s', async (_, job, live, minutes, isConcern) => {
  const testApp = await createTestApp()
  const [watched] = testApp.health.watchJobs([job])
  await live(watched!.run)
  testApp.clock.advance(minutes * minuteMs)
  const { status, body } = await readinessOf(testApp)
  expect(status).toBe(200)
  expect(body.concerns).toEqual(isConcern ? ['jobs_stand_still'] : [])
  expect(body.jobs.standingStill).toEqual(isConcern ? ['any-job'] : [])
})

test('where something outside ticks, a tick in another process counts, and silence is seen', async () => {
  const testApp = await createTestApp()
  const noteTick = testApp.health.expectTicks()
  expect((await readinessOf(testApp)).body.concerns).toEqual([])
  testApp.clock.advance(5 * minuteMs)
  expect((await readinessOf(testApp)).body.jobs.standingStill).toEqual(['all'])
  await noteTick()
  testApp.clock.advance(minuteMs)
  expect((await readinessOf(testApp)).body.jobs.standingStill).toEqual([])
  const [hanging] = testApp.health.watchJobs([{ ...hourly, run: () => new Promise(() => {}) }])
  void hanging!.run()
  testApp.clock.advance(60 * minuteMs)
  await noteTick()
  expect((await readinessOf(testApp)).body.jobs.standingStill).toEqual(['any-job'])
})

test('a clock behind all keys serves, with a concern', async () => {
  const startAt = Date.UTC(2026, 10, 24)
  const activeFrom = new Date(startAt + 24 * 60 * minuteMs).toISOString()
  const { secrets: real } = (await createTestApp()).ports
  const versions = await real.versions('signing-keys')
  const secrets = createMemorySecrets({
    'signing-keys': versions,
    'master-key': [{ id: 'k1', value: encodeBase64url(new Uint8Array(32).fill(7)), activeFrom }],
  })
  const testApp = await createTestApp({ startAt, ports: () => ({ secrets }) })
  expect((await browserOf(testApp).call('GET', '/api/v1/courses')).status).toBe(200)
  const { status, body } = await readinessOf(testApp)
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'degraded', concerns: ['clock_behind_keys'] })
})

test('liveness asks no port at all', async () => {
  let calls: string[] = []
  const testApp = await createTestApp({
    environment: { RATE_LIMIT_SCALE: '1' },
    ports(ports) {
      const seen = counting(ports)
      calls = seen.calls
      return seen.counted
    },
  })
  await testApp.settled()
  calls.length = 0
  for (let i = 0; i < 200; i++) {
    const { status, body } = await browserOf(testApp).call('GET', '/api/healthz', {
      headers: { authorization: 'Bearer any', cookie: 'accessToken=any' },
    })
    expect([status, body]).toEqual([200, { status: 'ok' }])
  }
  expect(calls).toEqual([])
})

test('liveness and readiness answer while every port hangs or is down', async () => {
  const testApp = await createTestApp({
    ports: (ports) => ({
      ...(Object.fromEntries(
        (['documents', 'blobs', 'audit', 'mailQueue', 'submissions', 'cache', 'secrets'] as const).map(
          (name) => [
            name,
            new Proxy(ports[name], {
              get: () => () => Promise.reject(new PortUnavailable(name)),
            }),
          ],
        ),
      ) as Partial<Ports>),
      realtime: new Proxy(ports.realtime, { get: () => () => new Promise(() => {}) }),
    }),
  })
  expect((await browserOf(testApp).call('GET', '/api/healthz')).status).toBe(200)
  const { status, body } = await readinessOf(testApp)
  expect([status, body.status, body.mail, body.forms]).toEqual([503, 'not_ready', null, null])
})

describe('records whose schema is older than the program needs', () => {
  const open = async () => {
    let old: { found: number | null; needed: number } | null = { found: 4, needed: 6 }
    let isAway = false
    const testApp = await createTestApp({
      ports: () => ({
        recordSchema: {
          tooOld: async () => {
            if (isAway) throw new PortUnavailable('record-schema')
            return old
          },
        },
      }),
    })
    await testApp.settled()
    return {
      testApp,
      migrate: () => {
        old = null
      },
      leave: () => {
        isAway = true
      },
    }
  }
  const said = ({ log }: Awaited<ReturnType<typeof createTestApp>>) =>
    log.events.filter(({ event }) => event === 'schema_too_old')

  test('are named with what to run, and nothing is served by half', async () => {
    const { testApp, migrate } = await open()
    const { status, body } = await readinessOf(testApp)
    expect([status, body.status]).toEqual([503, 'not_ready'])
    expect(body.schema).toEqual({ found: 4, needed: 6, missing: [5, 6], run: 'npm run migrate' })
    const browser = browserOf(testApp)
    for (const [method, path] of [
      ['GET', '/api/v1/courses'],
      ['POST', '/api/v1/forms/contact'],
      ['DELETE', '/api/v1/users/me'],
    ] as const) {
      const answer = await browser.call(method, path)
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 503, 'unavailable'])
    }
    expect((await browser.call('GET', '/api/healthz')).status).toBe(200)
    expect(said(testApp)).toMatchObject([{ level: 'error', fields: { found: 4, needed: 6 } }])
    migrate()
    testApp.clock.advance(1_000)
    await browser.call('GET', '/api/v1/courses')
    await testApp.settled()
    expect((await browser.call('GET', '/api/v1/courses')).status).toBe(200)
    testApp.clock.advance(1_000)
    expect((await readinessOf(testApp)).body).toMatchObject({ status: 'ready', schema: null })
    expect(said(testApp)).toHaveLength(1)
  })

  test('that do not say which they have keep nobody from what needs no records', async () => {
    const { testApp, leave } = await open()
    leave()
    expect((await browserOf(testApp).call('GET', '/api/v1/courses')).status).toBe(200)
    expect((await readinessOf(testApp)).body).toMatchObject({
      status: 'not_ready',
      schema: null,
      dependencies: { schema: { state: 'down' } },
    })
  })
})

test('a dependency that was not asked for most of a minute is given the time to connect, and a dead one no more than that', async () => {
  const patience: number[] = []
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    patience.push(ms)
    return new AbortController().signal
  })
  try {
    const testApp = await createTestApp()
    await testApp.settled()
    const lookAfter = async (ms: number) => {
      patience.length = 0
      testApp.clock.advance(ms)
      await readinessOf(testApp)
      return new Set(patience)
    }
    expect(await lookAfter(0)).toEqual(new Set([8_000]))
    expect(await lookAfter(1_000)).toEqual(new Set([2_000]))
    expect(await lookAfter(49_999)).toEqual(new Set([2_000]))
    expect(await lookAfter(50_000)).toEqual(new Set([8_000]))
    expect(await lookAfter(1_000)).toEqual(new Set([2_000]))
  } finally {
    timeout.mockRestore()
  }
})

test('a dependency that is silent is down, however much time it was given', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
    const silence = new AbortController()
    setImmediate(() => silence.abort())
    return silence.signal
  })
  try {
    const testApp = await createTestApp({
      ports: (ports) => ({
        mailQueue: {
          ...ports.mailQueue,
          probe: () => new Promise(() => {}),
          counts: () => new Promise(() => {}),
        },
      }),
    })
    for (const pauseMs of [0, 1_000, 60_000]) {
      testApp.clock.advance(pauseMs)
      const { status, body } = await readinessOf(testApp)
      expect([pauseMs, status]).toEqual([pauseMs, 503])
      expect(body.dependencies).toMatchObject({ records: { state: 'down' }, mail: { state: 'down' } })
    }
  } finally {
    timeout.mockRestore()
  }
})
