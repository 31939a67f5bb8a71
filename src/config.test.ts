import { expect, test } from 'vitest'
import { InvalidConfiguration, readConfig } from './config.ts'

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.problems
    throw error
  }
}
const namesOf = (environment: Record<string, string>) =>
  problemsOf(environment).map((text) => text.split(/[:.]/)[0])

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://api.example.org',
  AUTH_MASTER_KEY: 'A'.repeat(43),
  AUTH_SIGNING_KEYS: JSON.stringify([
    {
      id: 'k',
      activeFrom: '2026-01-01T00:00:00.000Z',
      value: '{"kty":"EC","crv":"P-256","d":"secret-part"}',
    },
  ]),
}

test('nothing has to be set on one machine', () => {
  const { config, secrets } = readConfig({})
  expect(config).toMatchObject({
    port: 7071,
    documents: { kind: 'sqlite' },
    secrets: { kind: 'generated' },
    app: {
      http: {
        publicOrigin: 'http://localhost:7071',
        cookies: { isSecure: false, sameSite: 'Strict', prefix: '' },
      },
      auth: { accessTokenSeconds: 900, refreshTokenSeconds: 604_800, refreshGraceSeconds: 20 },
      limits: { general: { requests: 100 }, auth: { requests: 5 } },
    },
  })
  expect(secrets).toEqual({ 'signing-keys': [], 'master-key': [] })
})

test('an empty value is as good as none', () => expect(readConfig({ PORT: ' ' }).config.port).toBe(7071))

test('every problem is reported at once, and no value with it', () => {
  const environment = {
    PORT: 'marker-port',
    CORS_ORIGINS: 'https://fine.example,https://marker.example/path',
    TRUSTED_SITES: '[{"name":"marker","networks":["marker"],"scale":0}]',
    DOCUMENTS: 'marker',
    AUTH_MASTER_KEY: 'marker',
  }
  const problems = problemsOf(environment)
  expect(new Set(namesOf(environment))).toEqual(
    new Set(['PORT', 'CORS_ORIGINS', 'TRUSTED_SITES', 'DOCUMENTS', 'AUTH_MASTER_KEY']),
  )
  expect(problems.join()).not.toContain('marker')
})

test('production names every secret that is missing and refuses what forgets', () => {
  expect(namesOf({ NODE_ENV: 'production' })).toEqual(['PUBLIC_URL', 'AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY'])
  expect(problemsOf(production)).toEqual([])
  expect(namesOf({ ...production, DOCUMENTS: 'memory', RECORDS: 'memory' })).toEqual(['DOCUMENTS', 'RECORDS'])
  expect(namesOf({ ...production, DEMO_DATA: 'on' })).toEqual(['DEMO_DATA'])
  expect(namesOf({ ...production, PUBLIC_URL: 'http://api.example.org' })).toEqual(['PUBLIC_URL'])
})

test('the settings hold no secret', () => {
  const { config } = readConfig(production)
  expect(JSON.stringify(config)).not.toMatch(/secret-part|AAAA/)
  expect(config.app.http.cookies.isSecure).toBe(true)
})

test.each([
  [{ COOKIE_PREFIX: '__Host-' }, 'COOKIE_PREFIX'],
  [{ COOKIE_SAME_SITE: 'None' }, 'COOKIE_SAME_SITE'],
  [{ AUTH_MASTER_KEY_PREVIOUS: 'A'.repeat(43) }, 'AUTH_MASTER_KEY_PREVIOUS'],
  [{ AUTH_MASTER_KEY: 'A'.repeat(43) }, 'AUTH_MASTER_KEY and AUTH_SIGNING_KEYS'],
])('%j does not go by itself', (environment, name) => {
  expect(namesOf(environment as Record<string, string>)).toEqual([name])
})
