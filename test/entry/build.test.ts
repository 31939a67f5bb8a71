import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { buildServer, packagesAtStart } from '../../scripts/build.ts'
import { createBrowser, origin, person } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import { startProvisionedAzureSql } from '../stand-ins/provisioned-azure-sql.ts'

/** Outside of the project: nothing is found here but what was built and what its package.json asks for. */
const directory = mkdtempSync(join(tmpdir(), 'build-'))
const root = resolve(import.meta.dirname, '../..')
const app = join(directory, 'app')
const functionsHost = join(root, 'test/stand-ins/functions-host.ts')

/** As an installation without development packages would: the named packages and what they need. */
function install(name: string, isOptional = false): void {
  const source = join(root, 'node_modules', name)
  let manifest: { dependencies?: object; optionalDependencies?: object }
  try {
    manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  } catch (error) {
    if (isOptional) return
    throw error
  }
  cpSync(source, join(app, 'node_modules', name), { recursive: true })
  for (const dependency of Object.keys(manifest.dependencies ?? {})) install(dependency)
  for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) install(dependency, true)
}

let metafile: Metafile

beforeAll(async () => {
  metafile = await buildServer(app)
  const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) install(name)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test.each(['node', 'functions'])('%s loads no SDK of a service at the start', (entry) => {
  const packages = packagesAtStart(metafile, `entry/${entry}`)
  expect(packages).toContain('hono')
  const ofServices = packages.filter((name) =>
    /^@azure\/|upstash|redis|mssql|tedious|nodemailer|zxcvbn/.test(name),
  )
  expect(ofServices.filter((name) => !name.startsWith('@azure/functions'))).toEqual([])
})

describe.each([
  ['Node', [join(app, 'entry/node.js')]],
  ['the Functions host', [functionsHost, app]],
])('what was built, alone in a folder, started by %s', (name, program) => {
  let server: RunningServer
  const get = async (path: string, headers = {}) => fetch(server.url + path, { headers })

  beforeAll(async () => {
    server = await startServer(
      { DATA_DIR: join(directory, name), PUBLIC_URL: origin, RATE_LIMIT_PER_MINUTE: '20' },
      program,
    )
  })
  afterAll(() => server?.stop('SIGKILL'))

  test('signs people up, which takes what is loaded late and what was not bundled', async () => {
    const { call } = createBrowser((path, init) => fetch(server.url + path, init))
    expect((await call('POST', '/api/v1/auth/signup', { body: person })).status).toBe(201)
    expect((await call('GET', '/api/v1/users/me')).body.name).toBe(person.name)
  })

  test('converts what few programs show, in a thread and with a package of its own', async () => {
    const { call } = createBrowser((path, init) => fetch(server.url + path, init))
    await call('POST', '/api/v1/auth/signup', { body: { ...person, email: 'heic@example.com' } })
    const heic = readFileSync(join(root, 'test/core/files/fixtures/colors.heic'))
    const asked = await call('POST', '/api/v1/files/upload-url', {
      body: { fileName: 'IMG_1.HEIC', fileType: '', fileSize: heic.byteLength, category: 'document' },
    })
    const { uploadUrl, method, headers, fileId } = asked.body
    const { pathname, search } = new URL(uploadUrl)
    const sent = await fetch(server.url + pathname + search, { method, headers, body: heic })
    expect(sent.status).toBe(201)
    const done = await call('POST', '/api/v1/files/complete', { body: { fileId } })
    expect(done.body).toMatchObject({ mimeType: 'image/heic', shownAs: 'image/jpeg' })
    expect(done.body).not.toHaveProperty('notConverted')
  })

  test('serves the files of the reference page', async () => {
    expect((await get('/api/docs/swagger-ui.css')).status).toBe(200)
  })

  test('has every log line in good form, and stops in good order', async () => {
    for (const line of server.lines) expect(JSON.parse(line)).toHaveProperty('event')
    expect(await server.stop()).toBe(0)
  })
})

test.each([
  ['Node', [join(app, 'entry/node.js')]],
  ['the Functions host', [functionsHost, app]],
])('what was built keeps records in Azure SQL, started by %s', async (name, program) => {
  const azureSql = await startProvisionedAzureSql()
  const server = await startServer(
    { ...azureSql.environment, ...azureSql.signIn, DATA_DIR: join(directory, `sql-${name}`) },
    program,
  )
  const answer = await fetch(`${server.url}/api/v1/forms/contact`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Ann Example',
      email: 'ann@example.com',
      subject: 'A question',
      message: 'When does the next course begin?',
    }),
  })
  expect(answer.status).toBe(201)
  expect(azureSql.query('select form_type from form_submissions')).toEqual([{ form_type: 'contact' }])
  expect(await server.stop()).toBe(0)
  await azureSql.stop()
})

test('the host writes what went wrong, a row for each call, and our own log: no rows about itself', () => {
  const { logging } = JSON.parse(readFileSync(join(app, 'host.json'), 'utf8')) as {
    logging: { logLevel: Record<string, string> }
  }
  /** As the host does: the longest prefix that fits. */
  const levelOf = (category: string) => {
    const names = Object.keys(logging.logLevel).filter(
      (name) => category === name || category.startsWith(`${name}.`),
    )
    return logging.logLevel[names.sort((a, b) => b.length - a.length)[0] ?? 'default']
  }
  const quiet = [
    'Host.Aggregator',
    'Host.General',
    'Host.Startup',
    'Host.Triggers.Timer',
    'Function.api',
    'Function.jobs',
    'Microsoft.Azure.WebJobs.Hosting',
    'Microsoft.Azure.WebJobs.Script.WebHost.Middleware.SystemTraceMiddleware',
    'Worker.rpcWorkerProcess',
    'Azure.Core',
    'System.Net.Http',
  ]
  expect(quiet.filter((category) => levelOf(category) !== 'Warning')).toEqual([])
  // What the app says of a call: LOG_LEVEL alone decides how much.
  expect([levelOf('Function.api.User'), levelOf('Function.jobs.User')]).toEqual(['Debug', 'Debug'])
  // What a Node worker writes to its standard output.
  expect(levelOf('Host.Function.Console')).toBe('Information')
  expect(levelOf('Host.Results')).toBe('Information')
})

describe.each(['on', 'off'])('on the Functions host, with streaming %s', (streaming) => {
  let server: RunningServer

  beforeAll(async () => {
    server = await startServer(
      {
        DATA_DIR: join(directory, `streaming-${streaming}`),
        PUBLIC_URL: origin,
        RATE_LIMIT_PER_MINUTE: '20',
        FUNCTIONS_STREAMING: streaming,
      },
      [functionsHost, app],
    )
  })
  afterAll(() => server?.stop('SIGKILL'))

  test('all cookies arrive, with every attribute', async () => {
    const response = await fetch(`${server.url}/api/v1/auth/signup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    const cookies = response.headers.getSetCookie().map((line) => line.toLowerCase().split('; '))
    expect(cookies.map(([pair]) => pair?.split('=')[0])).toEqual(['accesstoken', 'refreshtoken', 'device'])
    for (const [, ...attributes] of cookies)
      expect(attributes).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^max-age=\d+$/),
          expect.stringMatching(/^path=\/(?:api\/v1\/auth)?$/),
          'httponly',
          'samesite=strict',
        ]),
      )
  })

  test('whoever claims another address in X-Forwarded-For is counted as who he is', async () => {
    const remaining = async (claimed: string) => {
      const response = await fetch(`${server.url}/api/v1/users/me`, {
        headers: { 'x-forwarded-for': claimed },
      })
      return Number(response.headers.get('x-ratelimit-remaining'))
    }
    const first = await remaining('203.0.113.1')
    expect(await remaining('203.0.113.2, 203.0.113.3')).toBe(first - 1)
  })

  test('behind a second proxy the host leaves no entry of it when it streams: everybody is unknown, nobody refused', async () => {
    const behind = await startServer(
      {
        DATA_DIR: join(directory, `behind-${streaming}`),
        PUBLIC_URL: origin,
        TRUSTED_PROXY_HOPS: '2',
        FUNCTIONS_STREAMING: streaming,
      },
      [functionsHost, app],
    )
    const logIn = async (address: string) => {
      const response = await fetch(`${behind.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `192.0.2.1, ${address}` },
        body: '{}',
      })
      return response.status
    }
    const of = async (count: number, address: (n: number) => string) => {
      const statuses: number[] = []
      for (let n = 0; n < count; n++) statuses.push(await logIn(address(n)))
      return statuses
    }
    expect(await of(7, (n) => `203.0.113.${n}`)).toEqual(Array(7).fill(400))
    const oneAddress = await of(6, () => '203.0.113.100')
    const readiness = await fetch(`${behind.url}/api/readyz`)
    expect([oneAddress.at(-1), ((await readiness.json()) as { concerns: string[] }).concerns]).toEqual(
      streaming === 'on' ? [400, ['client_address_unknown']] : [429, []],
    )
    await behind.stop('SIGKILL')
  })

  test('HEAD, preflight, an unknown path and a path with escapes reach the app', async () => {
    const ask = (path: string, init?: RequestInit) => fetch(server.url + path, init)
    expect((await ask('/api/healthz', { method: 'HEAD' })).status).toBe(200)
    const preflight = { origin: 'http://localhost:3000', 'access-control-request-method': 'PATCH' }
    const allowed = await ask('/api/v1/users/me', { method: 'OPTIONS', headers: preflight })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
    const unknown = await ask('/no/such%2Fpath?q=%C3%A9')
    expect([unknown.status, (await unknown.json()).error.code]).toEqual([404, 'not_found'])
  })

  test('a body without a length arrives only as a stream', async () => {
    const body = new Blob([JSON.stringify({ ...person, email: 'chunked@example.com' })]).stream()
    const chunked: RequestInit = { method: 'POST', body, duplex: 'half' } as RequestInit
    const { status } = await fetch(`${server.url}/api/v1/auth/signup`, {
      ...chunked,
      headers: { 'content-type': 'application/json' },
    })
    expect(status).toBe(streaming === 'on' ? 201 : 400)
  })

  test('what the host has handed over when it stops is answered, and stored', async () => {
    const environment = {
      DATA_DIR: join(directory, `stopping-${streaming}`),
      PUBLIC_URL: origin,
      RATE_LIMIT_SCALE: '1000',
      FUNCTIONS_STREAMING: streaming,
    }
    const stopping = await startServer(environment, [functionsHost, app])
    const signUp = (n: number) =>
      fetch(`${stopping.url}/api/v1/auth/signup`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({ ...person, email: `last${n}@example.com` }),
      })
    const answers = Array.from({ length: 12 }, (_, n) => signUp(n).then(({ status }) => status))
    // Each takes a password hash, one after another: when the first is answered the others are under way.
    await Promise.race(answers)
    const ended = stopping.stop()
    expect(await Promise.all(answers)).toEqual(Array(12).fill(201))
    expect(await ended).toBe(0)
    expect(stopping.lines.join()).not.toMatch(/_cut|request_failed|invocation_failed/)
    const again = await startServer(environment, [functionsHost, app])
    const { call } = createBrowser((path, init) => fetch(again.url + path, init))
    const lastOf = { email: 'last11@example.com', password: person.password }
    expect((await call('POST', '/api/v1/auth/login', { body: lastOf })).status).toBe(200)
    await again.stop('SIGKILL')
  })

  test('the host learns of each line which call it is of, and how bad it is', async () => {
    const { length: before } = server.lines
    const requestId = 'of-this-call-alone'
    await fetch(`${server.url}/api/v1/users/me`, { headers: { 'x-request-id': requestId } })
    await fetch(`${server.url}/admin/functions/jobs`, { method: 'POST' })
    const isThere = () => server.lines.some((line) => line.includes(requestId))
    await vi.waitFor(() => expect(isThere()).toBe(true), 10_000)
    const filed = server.lines.slice(before).flatMap((line) => {
      const given = JSON.parse(line)
      return given.event === 'rpc_log' ? [{ ...given, said: JSON.parse(given.message) }] : []
    })
    const ours = filed.filter(({ said }) => said.requestId === requestId)
    expect(ours).toMatchObject([
      {
        level: 'information',
        category: 'Function.api.User',
        invocationId: expect.any(String),
        said: { event: 'request', level: 'info', route: '/api/v1/users/me', status: 401 },
      },
    ])
    expect(server.lines.filter((line) => line.includes(requestId))).toHaveLength(1)
    expect(server.lines.join()).not.toContain('Unexpected call')
  })

  test.each(['signup', 'webhook', 'upload'])(
    'who leaves in the middle of a body is nobody’s failure: %s',
    async (kind) => {
      const { call } = createBrowser((path, init) => fetch(server.url + path, init))
      const target = async () => {
        if (kind === 'signup') return ['POST', '/api/v1/auth/signup'] as const
        if (kind === 'webhook') return ['POST', '/api/v1/realtime/events'] as const
        await call('POST', '/api/v1/auth/signup', {
          body: { ...person, email: `leaves-${streaming}@example.com` },
        })
        const asked = await call('POST', '/api/v1/files/upload-url', {
          body: { fileName: 'a.txt', fileType: 'text/plain', fileSize: 100, category: 'document' },
        })
        const { pathname, search } = new URL(asked.body.uploadUrl)
        return ['PUT', pathname + search] as const
      }
      const [method, path] = await target()
      const { length: before } = server.lines
      const { port, hostname } = new URL(server.url)
      const socket = connect(Number(port), hostname)
      const head = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n`
      socket.write(`${head}x-ms-blob-type: BlockBlob\r\ncontent-length: 100\r\n\r\n{"email":`)
      await once(socket, 'connect')
      // The head has been read when another request, sent after it, is answered.
      await fetch(`${server.url}/api/healthz`)
      socket.destroy()
      const since = () => server.lines.slice(before).join('\n')
      if (streaming === 'on' && kind !== 'webhook')
        await vi.waitFor(() => expect(since()).toContain('request_aborted'), 10_000)
      await fetch(`${server.url}/api/healthz`)
      expect(since()).not.toMatch(/request_failed|invocation_failed|"level":"error"|\\"level\\":\\"error/)
    },
  )

  test('the timer runs the jobs', async () => {
    const ticked = await fetch(`${server.url}/admin/functions/jobs`, { method: 'POST' })
    expect(ticked.status).toBe(202)
    expect(server.lines.join()).not.toContain('job_failed')
  })
})
