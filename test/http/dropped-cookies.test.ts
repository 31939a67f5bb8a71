import { describe, expect, test } from 'vitest'
import { createTestApp, person } from '../app.ts'
import { production } from '../config/reading.ts'

const api = 'https://api.example.org'
const listed = 'https://portal.example.net'
const near = 'https://portal.example.org'
const dev = { PUBLIC_URL: api, CORS_ORIGINS: `${listed},${near}` }

type Headers = Record<string, string>

async function setup(environment: Headers) {
  const testApp = await createTestApp({ environment })
  const send = async (method: string, path: string, headers: Headers, body?: object) => {
    const response = await testApp.app.request(
      `${headers['host'] ? 'http' : 'https'}://${headers['host'] ?? 'api.example.org'}/api/v1${path}`,
      {
        method,
        headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body ? { body: JSON.stringify(body) } : {}),
      },
    )
    return { status: response.status, headers: response.headers, body: (await response.json()) as any }
  }
  const said = () => testApp.log.events.filter(({ event }) => event === 'cookies_dropped')
  return { send, said }
}

/** What the browser says, how the deployment is set up, and what it comes to: where cookies are set, and where none came. */
const cases: readonly (readonly [string, Headers, Headers, string | null, string | null])[] = [
  [
    'another site, Strict',
    { ...dev },
    { origin: listed, 'sec-fetch-site': 'cross-site' },
    'other_site',
    'other_site',
  ],
  [
    'another site, Lax',
    { ...dev, COOKIE_SAME_SITE: 'Lax' },
    { origin: listed, 'sec-fetch-site': 'cross-site' },
    'other_site',
    'other_site',
  ],
  [
    'another site, None',
    { ...dev, COOKIE_SAME_SITE: 'None' },
    { origin: listed, 'sec-fetch-site': 'cross-site' },
    'third_party',
    'third_party',
  ],
  ['another site, an older engine', { ...dev }, { origin: listed }, 'other_site', 'other_site'],
  [
    'what only looks like one site',
    { ...dev },
    { origin: near, 'sec-fetch-site': 'cross-site' },
    'other_site',
    'other_site',
  ],
  [
    'localhost and 127.0.0.1',
    { PUBLIC_URL: 'http://127.0.0.1:7071', CORS_ORIGINS: 'http://localhost:3000' },
    { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' },
    'other_site',
    'other_site',
  ],
  [
    'opened over http',
    { ...dev },
    { origin: 'http://192.0.2.2:7071', host: '192.0.2.2:7071' },
    'in_clear',
    'in_clear',
  ],
  [
    'the same site, cookies left out',
    { ...dev },
    { origin: near, 'sec-fetch-site': 'same-site' },
    null,
    'not_included',
  ],
  ['the same origin', { ...dev }, { origin: api, 'sec-fetch-site': 'same-origin' }, null, null],
  ['no browser', { ...dev }, {}, null, null],
  [
    'http on this machine, behind https elsewhere',
    { ...dev },
    { origin: 'http://192.0.2.2:7071', host: '192.0.2.2:7071', 'x-forwarded-proto': 'https' },
    null,
    null,
  ],
]

describe.each(cases)('cookies that a browser drops: %s', (_, environment, headers, atSignIn, without) => {
  test('outside production the answers say so, and the log says it once', async () => {
    const { send, said } = await setup(environment)
    for (let n = 0; n < 2; n++) {
      const body = { ...person, email: `p${n}@example.com` }
      const signedUp = await send('POST', '/auth/signup', headers, body)
      expect(signedUp.status).toBe(201)
      const told = signedUp.headers.get('x-cookies-dropped')
      expect(told !== null).toBe(atSignIn !== null)
    }
    const logged = atSignIn === null ? [] : [expect.objectContaining({ reason: atSignIn })]
    expect(said().map(({ fields }) => fields)).toEqual(logged)
    for (const [method, path] of [
      ['GET', '/users/me'],
      ['GET', '/auth/sessions'],
      ['POST', '/auth/refresh'],
      ['PATCH', '/users/me'],
    ] as const) {
      const answer = await send(method, path, headers, method === 'PATCH' ? { name: 'Ann' } : undefined)
      expect([answer.status, answer.body.error.code]).toEqual([401, 'missing_token'])
      expect(answer.body.error.details?.map(({ code }: { code: string }) => code) ?? []).toEqual(
        without === null ? [] : [`cookies_dropped_${without}`],
      )
    }
    expect(said()).toHaveLength(logged.length)
  })

  test('in production only the log says so', async () => {
    const { send, said } = await setup({ ...production, ...environment })
    const signedUp = await send('POST', '/auth/signup', headers, person)
    expect(signedUp.headers.get('x-cookies-dropped')).toBeNull()
    const me = await send('GET', '/users/me', headers)
    expect(me.body.error.details).toBeUndefined()
    expect(said()).toHaveLength(atSignIn === null ? 0 : 1)
  })
})

test('a page that is not listed learns outside production where to list it', async () => {
  for (const [environment, expected] of [
    [dev, ['origin_not_listed']],
    [{ ...production, ...dev }, []],
  ] as const) {
    const { send } = await setup(environment)
    const answer = await send('POST', '/auth/signup', { origin: 'https://evil.example' }, person)
    expect(answer.body.error.code).toBe('csrf_failed')
    expect(answer.body.error.details?.map(({ code }: { code: string }) => code) ?? []).toEqual(expected)
    expect(JSON.stringify(answer.body)).not.toContain('evil')
  }
})
