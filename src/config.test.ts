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

const webPubSub = {
  WEB_PUBSUB_CONNECTION_STRING: 'Endpoint=https://x.webpubsub.azure.com;AccessKey=marker-key==;Version=1.0;',
}

const production = {
  NODE_ENV: 'production',
  MAIL_FROM: 'no-reply@example.org',
  SMTP_HOST: 'smtp.example.org',
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
      auth: { accessTokenSeconds: 900, idleSeconds: 604_800, refreshGraceSeconds: 20 },
      limits: { general: { requests: 100 }, auth: { requests: 5 } },
    },
  })
  expect(secrets).toMatchObject({ 'signing-keys': [], 'master-key': [] })
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
    new Set(['PORT', 'CORS_ORIGINS', 'TRUSTED_SITES', 'DOCUMENTS', 'AUTH_MASTER_KEY', 'AUTH_SIGNING_KEYS']),
  )
  expect(problems.join()).not.toContain('marker')
})

test('production names every secret that is missing and refuses what forgets', () => {
  expect(namesOf({ NODE_ENV: 'production' })).toEqual([
    'PUBLIC_URL',
    'MAIL',
    'AUTH_SIGNING_KEYS',
    'AUTH_MASTER_KEY',
  ])
  expect(problemsOf(production)).toEqual([])
  expect(namesOf({ ...production, DOCUMENTS: 'memory', RECORDS: 'memory', BLOBS: 'memory' })).toEqual([
    'DOCUMENTS',
    'RECORDS',
    'BLOBS',
  ])
  expect(namesOf({ ...production, DEMO_DATA: 'on' })).toEqual(['DEMO_DATA'])
  expect(namesOf({ ...production, PUBLIC_URL: 'http://api.example.org' })).toEqual(['PUBLIC_URL'])
})

const upstash = {
  UPSTASH_REDIS_REST_URL: 'https://example.upstash.io',
  UPSTASH_REDIS_REST_TOKEN: 'token-marker',
}
const redis = { REDIS_URL: 'rediss://user:password-marker@example.redis.azure.net:10000' }

test.each([
  ['memory', {}],
  ['upstash', upstash],
  ['redis', redis],
  ['memory', { ...upstash, ...redis, CACHE: 'memory' }],
  ['redis', { ...upstash, ...redis, CACHE: 'redis' }],
])('the cache is %s with %j', (kind, environment) =>
  expect(readConfig(environment).config.cache.kind).toBe(kind),
)

test.each([
  [{}, { kind: 'sqlite' }],
  [
    { COSMOS_ENDPOINT: 'https://a.documents.azure.com' },
    { kind: 'cosmos', endpoint: 'https://a.documents.azure.com', databaseName: 'toolsinc-db' },
  ],
  [{ COSMOS_ENDPOINT: 'https://a.documents.azure.com', DOCUMENTS: 'memory' }, { kind: 'memory' }],
])('with %j the documents are in %j', (environment, documents) =>
  expect(readConfig(environment as Record<string, string>).config.documents).toEqual(documents),
)

test.each([
  [{}, { kind: 'sqlite' }],
  [
    { MSSQL_SERVER: 'a.database.windows.net' },
    { kind: 'mssql', server: 'a.database.windows.net', port: 1433, database: 'toolsinc-reports' },
  ],
  [{ MSSQL_SERVER: 'a.database.windows.net', RECORDS: 'sqlite' }, { kind: 'sqlite' }],
])('with %j the records are in %j', (environment, records) =>
  expect(readConfig(environment as Record<string, string>).config.records).toEqual(records),
)

test.each([
  [{ DOCUMENTS: 'cosmos' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_KEY: 'bWFya2Vy' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_DATABASE: 'other' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_ENDPOINT: 'http://a.documents.azure.com' }, ['COSMOS_ENDPOINT']],
  [{ RECORDS: 'mssql' }, ['MSSQL_SERVER']],
  [{ MSSQL_DATABASE: 'other' }, ['MSSQL_SERVER']],
  [{ MSSQL_USER: 'api', MSSQL_PASSWORD: 'marker' }, ['MSSQL_SERVER', 'MSSQL_SERVER']],
  [{ MSSQL_SERVER: 'a.database.windows.net', MSSQL_USER: 'api' }, ['MSSQL_USER and MSSQL_PASSWORD']],
  [{ MSSQL_SERVER: 'a.database.windows.net,1433' }, ['MSSQL_SERVER']],
  [{ CACHE: 'upstash' }, ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']],
  [{ UPSTASH_REDIS_REST_URL: upstash.UPSTASH_REDIS_REST_URL }, ['UPSTASH_REDIS_REST_TOKEN']],
  [{ UPSTASH_REDIS_REST_TOKEN: 'x' }, ['UPSTASH_REDIS_REST_URL']],
  [{ ...upstash, UPSTASH_REDIS_REST_URL: 'http://example.upstash.io' }, ['UPSTASH_REDIS_REST_URL']],
  [{ CACHE: 'redis' }, ['REDIS_URL']],
  [{ REDIS_URL: 'https://example.org' }, ['REDIS_URL']],
  [{ ...redis, REDIS_AUTH: 'entra' }, ['REDIS_URL']],
  [{ ...upstash, ...redis }, ['CACHE']],
  [{ SECRETS: 'key-vault' }, ['KEY_VAULT_URL']],
  [{ KEY_VAULT_URL: 'http://example.vault.azure.net' }, ['KEY_VAULT_URL']],
  [{ SECRETS: 'environment' }, ['AUTH_SIGNING_KEYS', 'AUTH_MASTER_KEY']],
  [{ ...production, SECRETS: 'generated' }, ['SECRETS']],
  [{ ...production, REALTIME: 'memory' }, ['REALTIME']],
  [{ REALTIME: 'web-pubsub' }, ['WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS']],
  [{ WEB_PUBSUB_ENDPOINT: 'https://x.webpubsub.azure.com' }, ['WEB_PUBSUB_EVENT_KEYS']],
  [{ WEB_PUBSUB_EVENT_KEYS: 'a' }, ['WEB_PUBSUB_ENDPOINT']],
  [{ WEB_PUBSUB_CONNECTION_STRING: 'Endpoint=https://x.example' }, ['WEB_PUBSUB_CONNECTION_STRING']],
  [{ ...webPubSub, WEB_PUBSUB_ENDPOINT: 'https://x.webpubsub.azure.com' }, ['WEB_PUBSUB_ENDPOINT']],
])('half of what an adapter needs stops the start: %j', (environment, names) =>
  expect(namesOf(environment as Record<string, string>)).toEqual(names),
)

test('devices are delivered to by what is there', () => {
  const kindOf = (environment: Record<string, string>, hasSockets = true) =>
    readConfig(environment, { hasSockets }).config.realtime.kind
  expect(kindOf({})).toBe('local')
  expect(kindOf({}, false)).toBe('memory')
  expect(kindOf(webPubSub)).toBe('web-pubsub')
  expect(kindOf(webPubSub, false)).toBe('web-pubsub')
  expect(() => kindOf({ REALTIME: 'local' }, false)).toThrow(InvalidConfiguration)
})

test('events may be signed with the key of the connection string and with the other one', () => {
  const { secrets } = readConfig({ ...webPubSub, WEB_PUBSUB_EVENT_KEYS: 'marker-other, marker-old' })
  expect(secrets.webPubSubEventKeys).toEqual(['marker-key==', 'marker-other', 'marker-old'])
})

test('a key vault takes the place of keys in the environment', () => {
  const { AUTH_MASTER_KEY: _, AUTH_SIGNING_KEYS: __, ...withoutKeys } = production
  const { config } = readConfig({ ...withoutKeys, KEY_VAULT_URL: 'https://example.vault.azure.net' })
  expect(config.secrets).toMatchObject({ kind: 'key-vault', vaultUrl: 'https://example.vault.azure.net' })
})

test('the settings hold no secret', () => {
  const { config } = readConfig({ ...production, ...upstash, ...redis, ...webPubSub, CACHE: 'redis' })
  expect(JSON.stringify(config)).not.toMatch(/secret-part|AAAA|marker/)
  expect(config.app.http.cookies.isSecure).toBe(true)
})

test.each([
  [{ COOKIE_PREFIX: '__Host-' }, 'COOKIE_PREFIX'],
  [{ COOKIE_SAME_SITE: 'None' }, 'COOKIE_SAME_SITE'],
  [{ AUTH_MASTER_KEY_PREVIOUS: 'A'.repeat(43) }, 'AUTH_MASTER_KEY_PREVIOUS'],
  [{ AUTH_MASTER_KEY: 'A'.repeat(43) }, 'AUTH_SIGNING_KEYS'],
])('%j does not go by itself', (environment, name) => {
  expect(namesOf(environment as Record<string, string>)).toEqual([name])
})

test('mail: the settings that are there choose, and half of them are not enough', () => {
  const kindOf = (environment: Record<string, string>) => readConfig(environment).config.mail.kind
  const from = { MAIL_FROM: 'no-reply@example.org' }
  expect(kindOf({})).toBe('outbox')
  expect(kindOf({ ...from, SMTP_HOST: 'smtp.example.org' })).toBe('smtp')
  const endpoint = { COMMUNICATION_SERVICES_ENDPOINT: 'https://example.communication.azure.com' }
  expect(kindOf({ ...from, ...endpoint })).toBe('acs')
  expect(namesOf({ ...endpoint })).toEqual(['MAIL_FROM'])
  expect(namesOf({ ...from, MAIL: 'smtp' })).toEqual(['SMTP_HOST'])
  expect(namesOf({ ...from, ...endpoint, SMTP_HOST: 'smtp.example.org' })).toEqual(['MAIL'])
  expect(namesOf({ ...from, SMTP_HOST: 'smtp.example.org', SMTP_USER: 'mailer' })).toEqual([
    'SMTP_USER and SMTP_PASSWORD',
  ])
  expect(namesOf({ ...production, MAIL: 'outbox' })).toEqual(['MAIL'])
})

test('forms: business hours, holidays and retention are read, or refused', () => {
  const formsOf = (environment: Record<string, string>) => readConfig(environment).config.app.forms
  expect(formsOf({ FORMS_BUSINESS_HOURS: 'Mon-Thu,Sat 09:00-17:30' }).businessHours).toMatchObject({
    days: new Set([1, 2, 3, 4, 6]),
    opensAt: 540,
    closesAt: 1050,
    timeZone: 'America/Los_Angeles',
  })
  expect(formsOf({ FORMS_BUSINESS_HOURS: 'Fri-Mon 00:00-24:00' }).businessHours.days).toEqual(
    new Set([5, 6, 0, 1]),
  )
  expect(formsOf({ FORMS_NOTIFY: 'a@example.org, b@example.org' })).toMatchObject({
    notify: ['a@example.org', 'b@example.org'],
    escalate: ['a@example.org', 'b@example.org'],
    retentionDays: { contact: 2557, interest: 2557, referral: 2557 },
  })
  for (const [name, values] of Object.entries({
    FORMS_BUSINESS_HOURS: ['always', 'Mon-Fri 17:00-09:00', 'Mon-Fri 9-17', 'Mon-Fri 09:00-25:00'],
    FORMS_TIME_ZONE: ['Mars/Olympus'],
    FORMS_HOLIDAYS: ['13-01', '12-32', 'Christmas'],
    FORMS_RETENTION_DAYS: ['contact:10', 'contact:0,interest:1,referral:1', 'all:10'],
    FORMS_NOTIFY: ['nobody', 'a@b, c@example.org'],
  }))
    for (const value of values) expect([value, namesOf({ [name]: value })]).toEqual([value, [name]])
})
