import { expect, test } from 'vitest'
import { environments } from '../../test/config/environments.ts'
import { configOf, namesOf, problemsOf, production, type Variables } from '../../test/config/reading.ts'
import { readConfig, settings } from './config.ts'

const warningsOf = (environment: Variables) => readConfig(environment).warnings

test.each(Object.entries(environments))('no alarm in the environment of %s', (_, environment) => {
  for (const runtime of ['node', 'functions'] as const) {
    expect(problemsOf(environment, runtime)).toEqual([])
    expect(readConfig(environment, { runtime }).warnings).toEqual([])
  }
})

test.each([
  ['COSMOS_ENDPIONT', 'COSMOS_ENDPOINT'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['RATE_LIMIT_PER_MINTE', 'RATE_LIMIT_PER_MINUTE'],
  ['SMTP_HOTS', 'SMTP_HOST'],
  ['REDIS_URI', 'REDIS_URL'],
  ['NODE_EVN', 'NODE_ENV'],
  ['MAIL_FORM', 'MAIL_FROM'],
  ['PUBLC_URL', 'PUBLIC_URL'],
  ['WEBPUBSUB_CONNECTION_STRING', 'WEB_PUBSUB_CONNECTION_STRING'],
  ['FUNCTIONS_STREAMNIG', 'FUNCTIONS_STREAMING'],
  ['AZURE_CLIENTID', 'AZURE_CLIENT_ID'],
  ['Cosmos_Endpoint', 'COSMOS_ENDPOINT'],
])('%s stops the start: it is a misspelt %s', (name, meant) => {
  expect(problemsOf({ [name]: 'marker' })).toEqual([`${name}: is no setting. Did you mean ${meant}?`])
})

test('every setting is known when one letter is missing or two are swapped, or is too short to tell', () => {
  const isSilent = (wrong: string): boolean => {
    const environment = { [wrong]: 'marker' }
    return problemsOf(environment).length === 0 && warningsOf(environment).length === 0
  }
  const missed = Object.keys(settings).filter((name) => {
    const middle = name.length >> 1
    const shorter = name.slice(0, middle) + name.slice(middle + 1)
    const swapped = `${name.slice(0, -2)}${name.at(-1)}${name.at(-2)}`
    return [shorter, swapped].some((wrong) => !(wrong in settings) && isSilent(wrong))
  })
  expect(missed).toEqual(['PORT', 'HOST', 'MAIL', 'PUSH'])
})

test.each(['FORMS_COLOR', 'RATE_LIMIT_BURST', 'COSMOS_CONTAINER', 'AZURE_SQL_ENCRYPT', 'FILES_DIR'])(
  '%s stops the start: nothing else has names that begin so',
  (name) => {
    expect(problemsOf({ [name]: 'marker' })).toEqual([
      `${name}: is no setting. docs/configuration.md lists all there are.`,
    ])
  },
)

test.each([
  'SMTP_SECURE',
  'REDIS_PASSWORD',
  'SESSION_SECRET',
  'JWT_EXPIRES_IN',
  'SECRET',
  'LOGLEVEL',
  'DATABASE_URL',
])('%s may be meant for other software: a warning, and no value', (name) => {
  expect(warningsOf({ [name]: 'marker' })).toEqual([expect.stringMatching(new RegExp(`^${name}: is n`))])
  expect(warningsOf({ [name]: 'marker' }).join()).not.toContain('marker')
  expect(warningsOf({ [name]: ' ' })).toEqual([])
})

test('on Windows names are found however their letters are written', () => {
  const variables: Variables = { Port: '8000', Smtp_Host: 'smtp.example.org', Mail_From: 'a@example.org' }
  const insensitive = new Proxy(variables, {
    get: (target, name) =>
      Object.entries(target).find(([key]) => key.toUpperCase() === String(name).toUpperCase())?.[1],
  })
  const { config, warnings } = readConfig(insensitive)
  expect(config).toMatchObject({ port: 8000, mail: { kind: 'smtp', host: 'smtp.example.org' } })
  expect(warnings).toEqual([])
})

test('what is no text, as workerd may hand out, is no setting', () => {
  const bindings = { DOCUMENTS: { get: () => null }, FORMS_STORE: {} } as unknown as Variables
  expect(configOf(bindings, 'workerd').documents.kind).toBe('sqlite')
})

test('a variable that login shells or Kubernetes set under a name of ours is as good as unset', () => {
  expect(configOf({ MAIL: '/var/mail/ann' }).mail.kind).toBe('outbox')
  expect(configOf({ CLAMAV_PORT: 'tcp://10.0.0.8:3310' }).scanner.kind).toBe('none')
  expect(namesOf({ MAIL: 'var/mail/ann' })).toEqual(['MAIL'])
})

const azureSql = {
  AZURE_SQL_SERVER: 'a.database.windows.net',
  AZURE_SQL_DATABASE: 'reports',
  AZURE_SQL_USER: 'api',
  AZURE_SQL_PASSWORD: 'marker',
}

/** Each older name with a value, and today's names with the same. */
test.each<[Variables, Variables]>([
  [
    { COSMOS_CONNECTION_STRING: 'AccountEndpoint=https://a.documents.azure.com:443/;AccountKey=bWFya2U=;' },
    { COSMOS_ENDPOINT: 'https://a.documents.azure.com', COSMOS_KEY: 'bWFya2U=' },
  ],
  [
    { COSMOS_DB_CONNECTION_STRING: 'AccountKey=bWFya2Vy;AccountEndpoint=https://localhost:8081/' },
    { COSMOS_ENDPOINT: 'https://localhost:8081', COSMOS_KEY: 'bWFya2Vy' },
  ],
  [
    { COSMOS_DB_ENDPOINT: 'https://a.documents.azure.com', COSMOS_DB_KEY: 'bWFya2Vy' },
    { COSMOS_ENDPOINT: 'https://a.documents.azure.com', COSMOS_KEY: 'bWFya2Vy' },
  ],
  [
    azureSql,
    {
      MSSQL_SERVER: 'a.database.windows.net',
      MSSQL_DATABASE: 'reports',
      MSSQL_USER: 'api',
      MSSQL_PASSWORD: 'marker',
    },
  ],
  [{ REDIS_CONNECTION_STRING: 'localhost:6379' }, { REDIS_URL: 'redis://localhost:6379' }],
  [{ AZURE_KEYVAULT_URL: 'https://a.vault.azure.net/' }, { KEY_VAULT_URL: 'https://a.vault.azure.net/' }],
  [
    {
      COMMUNICATION_SERVICES_CONNECTION_STRING:
        'endpoint=https://a.communication.azure.com/;accesskey=bWFya2Vy',
      SENDER_EMAIL: 'no-reply@example.org',
    },
    {
      COMMUNICATION_SERVICES_ENDPOINT: 'https://a.communication.azure.com',
      COMMUNICATION_SERVICES_ACCESS_KEY: 'bWFya2Vy',
      MAIL_FROM: 'no-reply@example.org',
    },
  ],
  [
    { WebPubSubConnectionString: 'Endpoint=https://x.example;AccessKey=k;Version=1.0;' },
    { WEB_PUBSUB_CONNECTION_STRING: 'Endpoint=https://x.example;AccessKey=k;Version=1.0;' },
  ],
])('%j is read as %j', (older, today) => {
  expect(readConfig(older)).toEqual(readConfig(today))
  expect(readConfig({ ...today, ...older })).toEqual(readConfig(today))
})

test.each<[Variables, string, string]>([
  [{ JWT_SECRET: 'marker' }, 'JWT_SECRET', 'AUTH_SIGNING_KEYS'],
  [{ ...production, JWT_SECRET: 'marker' }, 'JWT_SECRET', 'AUTH_SIGNING_KEYS'],
  [{ JWT_ACCESS_EXPIRY: '15m' }, 'JWT_ACCESS_EXPIRY', 'ACCESS_TOKEN_SECONDS'],
  [{ REDIS_HOST: 'marker' }, 'REDIS_HOST', 'REDIS_URL'],
  [{ AZURE_SQL_CONNECTION_STRING: 'marker' }, 'AZURE_SQL_CONNECTION_STRING', 'MSSQL_SERVER'],
  [{ COOKIE_SECURE: 'true' }, 'COOKIE_SECURE', 'PUBLIC_URL'],
  [{ COSMOS_CONNECTION_STRING: 'marker' }, 'COSMOS_CONNECTION_STRING', 'COSMOS_ENDPOINT and COSMOS_KEY'],
  [
    { COSMOS_CONNECTION_STRING: '@Microsoft.KeyVault(SecretUri=https://marker.vault.azure.net/secrets/x/)' },
    'COSMOS_CONNECTION_STRING',
    'AccountEndpoint=…;AccountKey=…',
  ],
])('%j stops the start and %s names what to write instead', (environment, name, instead) => {
  const problems = problemsOf(environment)
  expect(problems).toEqual([expect.stringContaining(instead)])
  expect(problems[0]).toMatch(new RegExp(`^${name}: `))
  expect(problems[0]).not.toContain('marker')
})

test('an older name beside what takes its place must say the same', () => {
  expect(problemsOf({ ...azureSql, MSSQL_SERVER: 'b.database.windows.net' })).toEqual([
    'AZURE_SQL_SERVER: says something else than MSSQL_SERVER. Keep MSSQL_SERVER alone.',
  ])
  expect(
    problemsOf({
      COSMOS_DB_ENDPOINT: 'https://a.documents.azure.com/',
      COSMOS_CONNECTION_STRING:
        'AccountEndpoint=https://marker.documents.azure.com:443/;AccountKey=bWFya2Vy;',
    }),
  ).toEqual([
    'COSMOS_DB_ENDPOINT: says something else than COSMOS_CONNECTION_STRING. Keep COSMOS_ENDPOINT alone.',
  ])
  expect(warningsOf({ REDIS_HOST: 'localhost', REDIS_URL: 'redis://localhost:6379' })).toEqual([
    expect.stringMatching(/^REDIS_HOST: is not read\. Set REDIS_URL/),
  ])
})

test('a value under an older name that cannot be read is reported under the name it was written with', () => {
  expect(namesOf({ AZURE_SQL_SERVER: 'tcp:marker.database.windows.net,1433' })).toEqual([
    'AZURE_SQL_SERVER, read as MSSQL_SERVER',
  ])
})
