import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sessions } from '../../src/core/accounts/auth/sessions.model.ts'
import { browserOf, createTestApp, person, type TestApp } from '../app.ts'
import { freePort } from '../free-port.ts'
import { type Engine, type EnginePage, engines, launch } from './engines/engines.ts'

/*
 * What real browsers say of where a request is from, by beacon, form and fetch, on pages that tell nobody and on pages that do.
 * Leaving works always; whatever else a hidden page asks works where its browser says that it is ours.
 */

const policies = ['no-referrer', 'strict-origin-when-cross-origin']
const bodies = ['none', 'text', 'form', 'parameters', 'json', 'bytes', 'much'] as const

/** Sends it in one of the ways that there are. Runs in the page. */
async function sendIt(way: string, kind: string, url: string): Promise<null> {
  const form = new FormData()
  form.append('button', 'leave')
  const body = {
    none: undefined,
    text: 'leaving',
    form,
    parameters: new URLSearchParams({ button: 'leave' }),
    json: new Blob(['{"broken":'], { type: 'application/json' }),
    bytes: new Uint8Array([0xff, 0x00]),
    much: 'x'.repeat(60_000),
  }[kind]
  if (way === 'beacon') navigator.sendBeacon(url, body)
  else if (way === 'form') {
    const element = document.createElement('form')
    element.method = 'post'
    element.action = url
    const frame = document.createElement('iframe')
    frame.name = 'answer'
    element.target = frame.name
    document.body.append(frame)
    if (kind !== 'none') {
      element.enctype = kind === 'text' ? 'text/plain' : 'multipart/form-data'
      const input = document.createElement('input')
      input.name = 'button'
      input.value = 'leave'
      element.append(input)
    }
    document.body.append(element)
    element.submit()
  } else
    await fetch(url, {
      method: 'POST',
      keepalive: true,
      credentials: 'include',
      mode: way === 'fetch without cors' ? 'no-cors' : 'cors',
      ...(body === undefined ? {} : { body }),
    }).catch(() => null)
  return null
}

const waysOf = (isElsewhere: boolean) => [
  ...bodies.filter((kind) => kind !== 'json' || !isElsewhere).map((kind) => ['beacon', kind] as const),
  ...(['none', 'text', 'form'] as const).map((kind) => ['form', kind] as const),
  ...(['none', 'text', 'form'] as const).map((kind) => ['fetch', kind] as const),
  ['fetch without cors', 'none'] as const,
]

let testApp: TestApp
let api = ''
let portal = ''
let stranger = ''
const servers: Server[] = []

/** An empty page under `/page`, which says of itself what its query wants. */
const serve = (port: number, rest?: Parameters<typeof createServer>[1], host = 'localhost') =>
  new Promise<string>((resolve) => {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
      if (pathname !== '/page') return rest ? rest(request, response) : response.writeHead(404).end()
      return response
        .writeHead(200, {
          'content-type': 'text/html',
          'referrer-policy': searchParams.get('policy') ?? '',
          'cache-control': 'no-store',
        })
        .end('<!doctype html><title>Page</title><link rel="icon" href="data:,"><body>')
    })
    servers.push(server)
    server.listen(port, host, () => resolve(`http://${host}:${(server.address() as AddressInfo).port}`))
  })

beforeAll(async () => {
  const port = await freePort()
  portal = await serve(0)
  // Outside production every page of localhost may call.
  stranger = await serve(0, undefined, '127.0.0.2')
  testApp = await createTestApp({
    environment: { PUBLIC_URL: `http://localhost:${port}`, CORS_ORIGINS: portal },
  })
  api = await serve(
    port,
    getRequestListener((request) => testApp.app.fetch(request, { remoteAddress: '127.0.0.1' })),
  )
  const signedUp = await browserOf(testApp).call('POST', '/api/v1/auth/signup', {
    body: person,
    headers: { origin: api },
  })
  expect(signedUp.status).toBe(201)
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const standing = async () =>
  (await testApp.ports.documents.scan(sessions)).items.filter(({ value }) => value.revokedAt === null).length
const endAll = async () => {
  const { items } = await testApp.ports.documents.scan(sessions)
  for (const { value } of items)
    await testApp.ports.documents.remove(sessions, { partition: value.userId, id: value.id })
}
const signIn = (page: EnginePage) =>
  page.run(
    async (url: string, email: string, password: string) =>
      (
        await fetch(`${url}/api/v1/auth/login`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password }),
        })
      ).status,
    api,
    person.email,
    person.password,
  )
/** What the server answered on this route since. */
const answeredSince = (from: number, route: string) =>
  testApp.log.events
    .slice(from)
    .flatMap(({ event, fields }) =>
      event === 'request' && fields['route'] === route ? [fields['status']] : [],
    )
const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 20 })

for (const { name, missing, title } of engines)
  describe.skipIf(missing)(title, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const open = async (place: string, policy: string) => {
      const page = await engine.open({ width: 400, height: 300 })
      await page.goto(`${place}/page?policy=${policy}`)
      return page
    }

    test.each(
      policies.flatMap((policy) =>
        (['here', 'on a listed page elsewhere'] as const).map((at) => [policy, at] as const),
      ),
    )(
      'leaving works in every way on a page of %s, %s',
      async (policy, at) => {
        const place = at === 'here' ? api : portal
        const page = await open(place, policy)
        for (const [way, kind] of waysOf(place !== api)) {
          await page.goto(`${place}/page?policy=${policy}`)
          await endAll()
          expect(await signIn(page), `${way} ${kind}`).toBe(200)
          expect(await standing()).toBe(1)
          const from = testApp.log.events.length
          await page.run(sendIt, way, kind, `${api}/api/v1/auth/logout`)
          await until(() =>
            expect(answeredSince(from, '/api/v1/auth/logout'), `${way} ${kind}`).toEqual([200]),
          )
          expect(await standing(), `${way} ${kind}`).toBe(0)
        }
        // The last thing that a page does.
        await endAll()
        await page.goto(`${place}/page?policy=${policy}`)
        expect(await signIn(page)).toBe(200)
        await page.run((url: string) => {
          addEventListener('pagehide', () => navigator.sendBeacon(url))
          return null
        }, `${api}/api/v1/auth/quick-exit`)
        await page.goto(`${place}/page?policy=${policy}&next`)
        await until(async () => expect(await standing()).toBe(0))
        await page.close()
      },
      120_000,
    )

    test.each(policies)(
      'what else a page of ours sends by beacon or form arrives: %s',
      async (policy) => {
        const page = await open(api, policy)
        expect(await signIn(page)).toBe(200)
        const lesson =
          '/api/v1/courses/00000000-0000-7000-8000-000000000001/lessons/00000000-0000-7000-8000-000000000002'
        const sent = testApp.log.events.length
        await page.run((url: string) => {
          navigator.sendBeacon(url, '{"ranges":[[0,10]]}')
          return null
        }, `${api}${lesson}/complete`)
        const route = '/api/v1/courses/:id/lessons/:lessonId/complete'
        await until(() => expect(answeredSince(sent, route)).toHaveLength(1))
        expect(answeredSince(sent, route)).not.toEqual([403])
        const from = testApp.log.events.length
        await page.run(sendIt, 'form', 'none', `${api}/api/v1/auth/refresh`)
        await until(() => expect(answeredSince(from, '/api/v1/auth/refresh')).toEqual([200]))
        await page.close()
      },
      60_000,
    )

    test.each(policies)(
      'a page that is none of ours changes nothing: %s',
      async (policy) => {
        const page = await open(stranger, policy)
        for (const way of ['form', 'fetch without cors', 'beacon']) {
          await page.goto(`${stranger}/page?policy=${policy}`)
          const from = testApp.log.events.length
          await page.run(sendIt, way, 'none', `${api}/api/v1/auth/refresh`)
          await until(() => expect(answeredSince(from, '/api/v1/auth/refresh'), way).toEqual([403]))
        }
        await page.close()
      },
      60_000,
    )
  })
