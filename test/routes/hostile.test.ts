import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createConsoleLog } from '../../src/adapters/console/log.ts'
import { prometheusText } from '../../src/adapters/tracing/prometheus.ts'
import { type Browser, browserOf, createTestApp, origin, type TestApp } from '../app.ts'
import { pdf } from '../core/files/sample-files.ts'
import { enrol, publishCourse, staffMember } from '../core/learning/course-people.ts'
import { chatPeople } from '../core/messaging/chat-people.ts'
import { createObservedApp } from '../core/platform/observed-app.ts'
import { createCheckedSend } from '../scenarios/openapi.ts'
import {
  createInputs,
  hostileSegments,
  type Inputs,
  marker,
  oddHeaders,
  oddParameter,
} from './hostile-input.ts'

const password = 'SecurePass123!'
const seed = 20_260_725
const roles = ['anonymous', 'user', 'guest', 'mentor', 'admin'] as const
type Role = (typeof roles)[number]

interface Operation {
  readonly method: string
  readonly path: string
  readonly operation: any
}

const description = (await createTestApp()).describe() as { paths: Record<string, Record<string, any>> }
const operations: Operation[] = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

/** What there is of one person: an id of each kind that an address may name. */
interface Things {
  readonly conversation: string
  readonly message: string
  readonly file: string
  readonly session: string
}

async function thingsOf(browser: Browser, otherId: string): Promise<Things> {
  const create = async (path: string, body: unknown) => {
    const answer = await browser.call('POST', path, { body })
    expect(answer.status, path).toBeLessThan(300)
    return answer.body
  }
  const { id: conversation } = await create('/api/v1/conversations', {
    type: 'group',
    participantIds: [otherId],
    name: 'Ours',
  })
  const { id: message } = await create(`/api/v1/conversations/${conversation}/messages`, { text: 'hello' })
  const { fileId } = await create('/api/v1/files/upload-url', {
    fileName: 'a.pdf',
    fileType: 'application/pdf',
    fileSize: pdf.byteLength,
    category: 'attachment',
  })
  const { body: sessions } = await browser.call('GET', '/api/v1/auth/sessions')
  return { conversation, message, file: fileId, session: sessions.items[0].id }
}

let current: TestApp = await createTestApp()
const checkedSend = await createCheckedSend(async (path, init) =>
  current.app.request(`${origin}${path}`, init),
)

/** Everybody there is, with what is theirs, and lines as a server would have written them. */
async function createWorld() {
  const lines: string[] = []
  /** Whatever traces say, each once: it is of closed sets, so that it stays little. */
  const told = new Set<string>()
  const testApp = await createObservedApp({
    receivers: [
      {
        take: ({ steps }) => {
          for (const step of steps)
            for (const fact of [step.name, ...Object.entries(step.facts)]) told.add(String(fact))
        },
        flush: async () => {},
      },
    ],
    ports: ({ clock }) => ({
      log: createConsoleLog({
        format: 'json',
        level: 'debug',
        write: (line) => lines.push(line),
        now: () => new Date(clock.now()),
      }),
    }),
  })
  const [ann, bob, otto, olga] = await chatPeople(testApp, 'Annabelle', 'Bobby', 'Ottokar', 'Olgarina')
  const mia = await staffMember(testApp, 'Miranda', 'mentor')
  const max = await staffMember(testApp, 'Maximilian', 'mentor')
  const ada = await staffMember(testApp, 'Adalbert', 'admin')
  const gus = browserOf(testApp)
  await gus.call('POST', '/api/v1/auth/guest', { body: { name: 'Gustavo' } })
  const mine = await publishCourse(mia.call)
  const theirs = await publishCourse(max.call)
  await enrol(ann!.call, mine.id)
  const owned = await thingsOf(ann!, bob!.userId)
  const foreign = await thingsOf(otto!, olga!.userId)
  const form = await gus.call('POST', '/api/v1/forms/contact', {
    body: { name: 'Gustavo', email: 'gustavo@example.net', subject: 'Hello', message: 'How are you today?' },
  })
  const browsers: Record<Role, Browser> = {
    anonymous: browserOf(testApp),
    user: ann!,
    guest: gus,
    mentor: mia,
    admin: ada,
  }
  for (const { call } of [ann!, mia, ada]) await call('POST', '/api/v1/auth/step-up', { body: { password } })
  const cookies = Object.fromEntries(
    roles.map((role) => [role, [...browsers[role].cookies].map((pair) => pair.join('=')).join('; ')]),
  ) as Record<Role, string>
  current = testApp
  return {
    testApp,
    lines,
    told,
    cookies,
    owned,
    foreign,
    mine,
    theirs,
    form: form.body.id,
    otto: otto!,
    olga: olga!,
  }
}

type World = Awaited<ReturnType<typeof createWorld>>

interface Request {
  readonly role: Role
  readonly method: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: RequestInit['body']
}

const kept = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? 'nothing'

/** What is wrong with the answer to that; null when nothing is. */
async function faultOf(
  world: World,
  { role, method, path, headers = {}, body }: Request,
): Promise<string | null> {
  const cookie = world.cookies[role]
  const hasBody = body !== undefined && body !== null && method !== 'GET' && method !== 'HEAD'
  const describeFault = (what: string) =>
    `${role} ${method} ${path.slice(0, 200)} ${kept(headers)} ${kept(body)}: ${what}`
  try {
    const response = await checkedSend(path, {
      method,
      headers: {
        ...(method === 'GET' ? {} : { origin }),
        ...(cookie ? { cookie } : {}),
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(hasBody ? { body } : {}),
    })
    const { status } = response
    const text = await response.text()
    if (status >= 500) return describeFault(`${status} ${text}`)
    if (response.headers.get('x-content-type-options') !== 'nosniff') return describeFault('may be sniffed')
    if (status < 400 || method === 'HEAD') return null
    const sent = `${text}${JSON.stringify([...response.headers])}`.toLowerCase()
    if (sent.includes(marker)) return describeFault(`repeats what was sent: ${text.slice(0, 300)}`)
    // A page that somebody opens says so in words: where one is described.
    if (response.headers.get('content-type')?.startsWith('text/html')) return null
    const answer = JSON.parse(text)
    const { code, requestId } = answer.error ?? answer
    if (!/^[a-z_]+$/.test(code)) return describeFault(`has no code: ${text}`)
    if (requestId !== response.headers.get('x-request-id')) return describeFault('does not name the request')
    return null
  } catch (error) {
    return describeFault(String(error).slice(0, 1_000))
  }
}

/** Names, addresses and secrets of the people of the world, and whatever was sent. */
function leaksOf({ testApp, told, lines, cookies }: World): string[] {
  const secrets = Object.values(cookies).flatMap((line) =>
    line.split('; ').map((pair) => pair.split('=')[1] ?? ''),
  )
  const names = ['annabelle', 'bobby', 'ottokar', 'olgarina', 'miranda', 'maximilian', 'adalbert', 'gustavo']
  const never = [marker, password, 'example.', ...names, ...secrets.filter((value) => value !== '')]
  return [...lines, ...told, ...prometheusText(testApp.metrics.read()).split('\n')].filter(
    (line) =>
      line.includes('"request_failed"') ||
      never.some((word) => line.toLowerCase().includes(word.toLowerCase())),
  )
}

const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, salt: number): T[] =>
  fc.sample(arbitrary, { numRuns, seed: seed + salt })

const asBody = (value: unknown): string | undefined => JSON.stringify(value)

const oddBodies: readonly NonNullable<RequestInit['body']>[] = [
  'null',
  '[]',
  `"${marker}"`,
  `{"${marker}":`,
  '\ufeff{}',
  '1e999',
  '{"name":"a","name":"b"}',
  '['.repeat(100_000),
  new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  `{"${marker}":"${'x'.repeat(1_100_000)}"}`,
]

function pathsOf({ path, operation }: Operation, { valid }: Inputs): fc.Arbitrary<string> {
  const parameters: any[] = operation.parameters ?? []
  const text = (schema: any) => valid(schema).map((value) => encodeURIComponent(String(value)))
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const textsOf = (some: any[]): Record<string, fc.Arbitrary<string>> =>
    Object.fromEntries(some.map(({ name, schema }) => [name, text(schema)]))
  const query = fc.record(textsOf(inQuery), {
    requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name),
    noNullPrototype: true,
  })
  return fc
    .tuple(fc.record(textsOf(inPath)), query)
    .map(([segments, search]: [Record<string, string>, Record<string, string>]) => {
      const concrete = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segments[name] ?? '')
      const pairs = Object.entries(search).map((pair) => pair.join('='))
      return pairs.length > 0 ? `${concrete}?${pairs.join('&')}` : concrete
    })
}

/** The address with something odd in one of its parameters. */
function oddPathsOf({ path, operation }: Operation): string[] {
  const parameters: any[] = operation.parameters ?? []
  const names = [
    ...parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    // A plain name that an operation does not know is named in the answer; one that is none is not.
    oddParameter,
  ]
  const unknown = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
  return [
    ...(path.includes('{') ? hostileSegments.map((odd) => path.replaceAll(/\{\w+\}/g, odd)) : []),
    ...names.flatMap((name) => hostileSegments.map((odd) => `${unknown}?${name}=${odd}`)),
    ...names.map((name) => `${unknown}?${name}=a&${name}=b&${name}[]=c`),
  ]
}

function requestsOf(world: World, target: Operation, role: Role, salt: number): Request[] {
  const { owned, foreign, mine, theirs, form } = world
  const ids = [
    ...Object.values(owned),
    ...Object.values(foreign),
    ...[mine, theirs].flatMap((course) => [course.id, ...course.lessonIds]),
    form,
    world.otto.userId,
    world.olga.userId,
  ]
  const inputs = createInputs(description, ids)
  const { method, operation } = target
  const [schema] = Object.values<any>(operation.requestBody?.content ?? {}).map((content) => content.schema)
  const paths = pathsOf(target, inputs)
  const bodies = (arbitrary: fc.Arbitrary<unknown>) => fc.tuple(paths, arbitrary.map(asBody))
  const known = schema ? inputs.valid(schema) : fc.constant(undefined)
  const withBody = ([path, body]: [string, string | undefined], headers = {}): Request => ({
    role,
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  // Each role sends other ones, so that every operation meets them all.
  const headers = oddHeaders.filter((_, index) => index % roles.length === roles.indexOf(role))
  return [
    ...sample(bodies(schema ? inputs.invalid(schema) : known), schema ? 12 : 2, salt).map((pair) =>
      withBody(pair),
    ),
    ...sample(paths, 1, salt + 1).map((path) => withBody([path, undefined])),
    ...sample(fc.constantFrom(...oddPathsOf(target)), 4, salt + 2).map((path) =>
      withBody([path, asBody({})]),
    ),
    ...sample(fc.tuple(paths, fc.constantFrom(...oddBodies)), method === 'GET' ? 0 : 2, salt + 3).map(
      ([path, body]): Request => ({ role, method, path, body }),
    ),
    ...sample(bodies(known), headers.length, salt + 5).map((pair, index) => withBody(pair, headers[index])),
    ...sample(bodies(known), 5, salt + 6).map((pair) => withBody(pair)),
    ...sample(bodies(known), 3, salt + 7).map((pair) => withBody(pair, { 'idempotency-key': 'the-same' })),
  ]
}

describe('whatever is sent', () => {
  test.each(operations.map((target, index) => ({ ...target, index })))(
    '$method $path answers as described',
    async ({ index, ...target }) => {
      const world = await createWorld()
      const faults: string[] = []
      for (const [position, role] of roles.entries())
        for (const request of requestsOf(world, target, role, index * 100 + position * 10)) {
          const fault = await faultOf(world, request)
          if (fault) faults.push(fault)
        }
      await world.testApp.settled()
      expect(faults).toEqual([])
      expect(leaksOf(world)).toEqual([])
      expect(Object.keys(Object.prototype)).toEqual([])
    },
  )

  test('a method that a path does not have is not found', async () => {
    const world = await createWorld()
    const faults: string[] = []
    for (const [path, methods] of Object.entries(description.paths))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'QUERY']) {
        if (method.toLowerCase() in methods) continue
        const concrete = path.replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
        const fault = await faultOf(world, { role: 'admin', method, path: concrete })
        if (fault) faults.push(fault)
      }
    expect(faults).toEqual([])
  })
})

/** Which thing of somebody else an address can name, by how the address begins. */
const ownedPaths: Readonly<Record<string, keyof Things>> = {
  '/api/v1/conversations/{id}': 'conversation',
  '/api/v1/messages/{id}': 'message',
  '/api/v1/files/{id}': 'file',
  '/api/v1/auth/sessions/{id}': 'session',
}
const kindOf = ({ path }: Operation): keyof Things | undefined =>
  Object.entries(ownedPaths).find(([start]) => path.startsWith(start))?.[1]

describe('what belongs to somebody else', () => {
  test.each(operations.filter((target) => kindOf(target) !== undefined))(
    '$method $path is refused to everybody',
    async (target) => {
      const world = await createWorld()
      const kind = kindOf(target) as keyof Things
      const inputs = createInputs(description, [world.otto.userId])
      const schema = target.operation.requestBody?.content['application/json'].schema
      const bodies = schema ? inputs.valid(schema) : fc.constant(undefined)
      const requests = sample(fc.tuple(pathsOf(target, inputs), bodies.map(asBody)), 20, 0)
      for (const role of roles) {
        const cookie = world.cookies[role]
        const statuses = new Set<number>()
        for (const [path, body] of requests) {
          const [, search = ''] = path.split('?')
          const concrete = target.path
            .replace('{id}', encodeURIComponent(world.foreign[kind]))
            .replace('{emoji}', encodeURIComponent('👍'))
            .replaceAll(/\{\w+\}/g, '00000000-0000-7000-8000-00000000ffff')
          const response = await checkedSend(`${concrete}?${search}`, {
            method: target.method,
            headers: { origin, 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
            ...(body === undefined ? {} : { body }),
          })
          statuses.add(response.status)
        }
        // What is generated may break a rule that the description can only tell in words.
        statuses.delete(400)
        expect(statuses.size, role).toBeGreaterThan(0)
        for (const status of statuses)
          expect(role === 'anonymous' ? [401] : [403, 404], role).toContain(status)
      }
    },
  )
})
