import { describe, expect, test } from 'vitest'
import { spanish } from '../../src/core/kernel/messages/catalog.ts'
import { browserOf, createTestApp, origin } from '../app.ts'
import { signUp, staffMember } from '../core/learning/course-people.ts'

const password = 'SecurePass123!'
const unknownId = '00000000-0000-7000-8000-00000000ffff'
const roles = ['anonymous', 'guest', 'user', 'mentor', 'admin'] as const
type Role = (typeof roles)[number]

const document = (await createTestApp()).describe() as { paths: Record<string, Record<string, any>> }
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)
type Operation = (typeof operations)[number]

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
const inSpanish = new RegExp(
  `^(?:${Object.values(spanish)
    .map((text) => escaped(text).replaceAll(/\\\{\w+\\\}/g, '.+'))
    .join('|')})$`,
  's',
)

async function signedInAs(role: Role) {
  const testApp = await createTestApp()
  const somebody = {
    anonymous: async () => browserOf(testApp),
    guest: async () => {
      const browser = browserOf(testApp)
      await browser.call('POST', '/api/v1/auth/guest', { body: { name: 'Gus' } })
      return browser
    },
    user: () => signUp(testApp, 'Ann'),
    mentor: () => staffMember(testApp, 'Mia', 'mentor'),
    admin: () => staffMember(testApp, 'Ada', 'admin'),
  }
  const browser = await somebody[role]()
  if (role !== 'anonymous' && role !== 'guest')
    await browser.call('POST', '/api/v1/auth/step-up', { body: { password } })
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    testApp.app.request(`${origin}${path}`, {
      method,
      headers: {
        'accept-language': 'es-US,es;q=0.9,en;q=0.5',
        ...(method === 'GET' ? {} : { origin }),
        ...(cookie ? { cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
  const isStillIn = async () =>
    role === 'anonymous' || (await send('GET', '/api/v1/auth/session')).status === 200
  return { send, isStillIn }
}

const wrongValues = ['', 'x', 'x'.repeat(3_000), -1, 1e9, {}, [null], ['x', 'x'], null]

/** One that is as described, and some of which each field is wrong in another way. */
function bodiesOf({ operation }: Operation): (string | undefined)[] {
  const content = operation.requestBody?.content?.['application/json']
  if (!content) return [undefined]
  const example = content.example ?? Object.values<any>(content.examples ?? {})[0]?.value ?? {}
  const wrong = (turn: number) =>
    Object.fromEntries(
      Object.keys(example).map((field, at) => [field, wrongValues[(at + turn) % wrongValues.length]]),
    )
  return [
    example,
    { ...example, nobodyAskedFor: 1 },
    {},
    ...Array.from({ length: 4 }, (_, turn) => wrong(2 * turn)),
  ].map((body) => JSON.stringify(body))
}

const addressesOf = ({ path, operation }: Operation): string[] => {
  const unknown = path.replaceAll(/\{\w+\}/g, unknownId)
  const names = (operation.parameters ?? []).flatMap((each: any) => (each.in === 'query' ? [each.name] : []))
  return [
    unknown,
    `${unknown}?nobodyAskedFor=1`,
    ...(path.includes('{') ? [path.replaceAll(/\{\w+\}/g, 'nobody')] : []),
    ...(names.length > 0 ? [`${unknown}?${names.map((name: string) => `${name}=.`).join('&')}`] : []),
  ]
}

/** Programs read these, and nothing that is sent to them is wrong. */
const forPrograms = new Set([
  '/api/healthz',
  '/api/readyz',
  '/.well-known/jwks.json',
  '/api/jwks.json',
  '/metrics',
])

/** Pages say what is wrong when their button is pressed. */
const isPage = ({ operation: { responses } }: Operation) =>
  Object.keys(responses[200]?.content ?? {}).join() === 'text/html' || '303' in responses

/** What people wrote is handed out as they wrote it; reports of imports are English. */
const ofPeople = new Set(['form', 'information', 'notices'])

function saidIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    if (ofPeople.has(key)) return []
    return key === 'message' && typeof member === 'string' ? [member] : saidIn(member)
  })
}

async function faultOf(response: Response): Promise<{ said: number; fault?: string }> {
  const type = response.headers.get('content-type') ?? ''
  const { status } = response
  if (type.startsWith('text/html') && status >= 400) {
    const isInSpanish = (await response.text()).includes('<html lang="es"')
    return isInSpanish ? { said: 1 } : { said: 1, fault: `${status} a page in another language` }
  }
  if (!type.startsWith('application/json')) return { said: 0 }
  const answer = await response.json()
  const said = saidIn(answer)
  if (status < 400 && said.length === 0) return { said: 0 }
  const others = said.filter((text) => !inSpanish.test(text))
  const language = response.headers.get('content-language')
  if (said.length > 0 && others.length === 0 && language === 'es') return { said: said.length }
  return { said: said.length, fault: `${status} ${language} ${JSON.stringify(others).slice(0, 300)}` }
}

describe('who reads Spanish', () => {
  test.each(roles)('is told in Spanish what is wrong and what is done, everywhere: %s', async (role) => {
    let { send, isStillIn } = await signedInAs(role)
    const faults: string[] = []
    const silent: string[] = []
    for (const target of operations) {
      const { method, path, operation } = target
      const [address = path, ...others] = addressesOf(target)
      const [body, ...wrong] = bodiesOf(target)
      const isRefused = operation['x-access'] !== 'public' && !operation['x-roles']?.includes(role)
      const requests = [
        [address, body] as const,
        ...(isRefused
          ? []
          : [
              ...wrong.map((each) => [address, each] as const),
              ...others.map((each) => [each, body] as const),
            ]),
      ]
      let said = 0
      let hasChanged = false
      for (const request of requests) {
        const response = await send(method, ...request)
        const found = await faultOf(response)
        said += found.said
        hasChanged ||= method !== 'GET' && response.status < 300
        if (found.fault) faults.push(`${method} ${path} ${found.fault}`)
      }
      if (said === 0 && !forPrograms.has(path) && !isPage(target)) silent.push(`${method} ${path}`)
      if (hasChanged && !(await isStillIn())) ({ send, isStillIn } = await signedInAs(role))
    }
    expect(faults).toEqual([])
    expect(silent).toEqual([])
  })

  test('also of a method that nothing takes, and of an address where nothing is', async () => {
    const { send } = await signedInAs('anonymous')
    for (const [method, path] of [
      ['PUT', '/api/v1/courses'],
      ['GET', '/api/v1/nowhere'],
      ['GET', '/nowhere'],
    ] as const) {
      const { said, fault } = await faultOf(await send(method, path))
      expect(fault, path).toBeUndefined()
      expect(said, path).toBe(1)
    }
  })
})
