import { expect, test } from 'vitest'
import {
  configOf,
  namesOf,
  onServices,
  problemsOf,
  production,
  type Variables,
  webPubSub,
} from '../../test/config/reading.ts'

const hosts = ['functions', 'workerd'] as const

/** Each kind that one instance keeps for itself, and what to write instead. */
const keptInOneInstance: readonly (readonly [setting: string, kind: string, instead: string])[] = [
  ['DOCUMENTS', 'sqlite', 'COSMOS_ENDPOINT'],
  ['RECORDS', 'sqlite', 'MSSQL_SERVER'],
  ['CACHE', 'memory', 'REDIS_URL'],
  ['BLOBS', 'filesystem', 'AZURE_STORAGE_ACCOUNT_NAME'],
  ['MAIL', 'outbox', 'COMMUNICATION_SERVICES_ENDPOINT'],
]
const forgotten: typeof keptInOneInstance = [
  ['DOCUMENTS', 'memory', 'COSMOS_ENDPOINT'],
  ['RECORDS', 'memory', 'MSSQL_SERVER'],
  ['BLOBS', 'memory', 'AZURE_STORAGE_ACCOUNT_NAME'],
  ['MAIL', 'memory', 'SMTP_HOST'],
  ['REALTIME', 'memory', 'WEB_PUBSUB_CONNECTION_STRING'],
]

for (const host of hosts) {
  test.each([...keptInOneInstance, ...forgotten])(
    `production on ${host} refuses %s=%s`,
    (name, kind, instead) => {
      const problems = problemsOf({ ...onServices, [name]: kind }, host)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatch(new RegExp(`^${name}: ${kind} .*refused in production.*${instead}`))
    },
  )

  test(`production on ${host} with everything in services starts, and development with nothing`, () => {
    expect(problemsOf(onServices, host)).toEqual([])
    expect(problemsOf({}, host)).toEqual([])
  })

  test(`production on ${host} with nothing said refuses all of it at once`, () => {
    expect(namesOf(production, host)).toEqual(['DOCUMENTS', 'RECORDS', 'CACHE', 'BLOBS', 'REALTIME'])
  })
}

test.each(keptInOneInstance.filter(([name]) => name !== 'MAIL'))(
  'production on Node, which has a disk of its own, takes %s=%s',
  (name, kind) => expect(problemsOf({ ...onServices, [name]: kind })).toEqual([]),
)

test('production on Functions with the names of the quick start: read, or refused by name', () => {
  const { AUTH_MASTER_KEY: _, AUTH_SIGNING_KEYS: __, ...withoutKeys } = production
  const quickStart: Variables = {
    ...withoutKeys,
    ...webPubSub,
    TRUSTED_PROXY_HOPS: '1',
    COSMOS_CONNECTION_STRING:
      'AccountEndpoint=https://cosmos-toolsinc-prod.documents.azure.com:443/;AccountKey=bWFya2Vy;',
    REDIS_CONNECTION_STRING:
      'redis-toolsinc-prod.redis.cache.windows.net:6380,password=marker=,ssl=True,abortConnect=False',
    JWT_SECRET: 'marker',
    COOKIE_SECURE: 'true',
    COOKIE_DOMAIN: '.azurestaticapps.net',
  }
  expect(namesOf(quickStart, 'functions').toSorted()).toEqual([
    'AUTH_MASTER_KEY',
    'AUTH_SIGNING_KEYS',
    'BLOBS',
    'COOKIE_DOMAIN',
    'COOKIE_SECURE',
    'JWT_SECRET',
    'RECORDS',
  ])
  const { JWT_SECRET: ___, COOKIE_DOMAIN: ____, COOKIE_SECURE: _____, ...understood } = quickStart
  const whole = {
    ...understood,
    KEY_VAULT_URL: 'https://kv-toolsinc-prod.vault.azure.net/',
    AZURE_SQL_SERVER: 'sql-toolsinc-prod.database.windows.net',
    AZURE_STORAGE_ACCOUNT_NAME: 'toolsincfiles',
  }
  expect(configOf(whole, 'functions')).toMatchObject({
    documents: { kind: 'cosmos', endpoint: 'https://cosmos-toolsinc-prod.documents.azure.com' },
    records: { kind: 'mssql', server: 'sql-toolsinc-prod.database.windows.net' },
    cache: { kind: 'redis' },
  })
})
