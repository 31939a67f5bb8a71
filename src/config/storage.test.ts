import { expect, test } from 'vitest'
import { configOf, namesOf, redis, upstash, type Variables } from '../../test/config/reading.ts'
import { readConfig } from './config.ts'

const cosmos = { COSMOS_ENDPOINT: 'https://a.documents.azure.com' }
const azureSql = { MSSQL_SERVER: 'a.database.windows.net' }

test.each<[string, Variables]>([
  ['memory', {}],
  ['upstash', upstash],
  ['redis', redis],
  ['memory', { ...upstash, ...redis, CACHE: 'memory' }],
  ['redis', { ...upstash, ...redis, CACHE: 'redis' }],
])('the cache is %s with %j', (kind, environment) => expect(configOf(environment).cache.kind).toBe(kind))

const inCosmos = {
  kind: 'cosmos',
  endpoint: 'https://a.documents.azure.com',
  databaseName: 'toolsinc-db',
}
test.each<[Variables, object]>([
  [{}, { kind: 'sqlite' }],
  [cosmos, inCosmos],
  [
    { ...cosmos, COSMOS_PREFERRED_REGIONS: 'West Europe, eastus2,' },
    { ...inCosmos, preferredRegions: ['West Europe', 'eastus2'] },
  ],
  [
    { ...cosmos, COSMOS_MAX_RU: '4000' },
    { ...inCosmos, throughput: { shared: 4000, own: 1000 } },
  ],
  [
    { ...cosmos, COSMOS_MAX_RU: '4000', COSMOS_OWN_MAX_RU: '2000' },
    { ...inCosmos, throughput: { shared: 4000, own: 2000 } },
  ],
  [{ ...cosmos, DOCUMENTS: 'memory' }, { kind: 'memory' }],
])('with %j the documents are in %j', (environment, documents) =>
  expect(configOf(environment).documents).toEqual(documents),
)

test.each([',', 'West Europe;North Europe', 'https://west.example', 'x', 'a'.repeat(41)])(
  'there is no region %s',
  (regions) =>
    expect(namesOf({ ...cosmos, COSMOS_PREFERRED_REGIONS: regions })).toEqual(['COSMOS_PREFERRED_REGIONS']),
)

test.each<[Variables, object]>([
  [{}, { kind: 'sqlite' }],
  [azureSql, { kind: 'mssql', server: 'a.database.windows.net', port: 1433, database: 'toolsinc-reports' }],
  [{ ...azureSql, RECORDS: 'sqlite' }, { kind: 'sqlite' }],
])('with %j the records are in %j', (environment, records) =>
  expect(configOf(environment).records).toEqual(records),
)

test.each<[Variables, object]>([
  [{}, { kind: 'filesystem', url: undefined }],
  [
    { AZURE_STORAGE_ACCOUNT_NAME: 'toolsincfiles' },
    { kind: 'azure', url: 'https://toolsincfiles.blob.core.windows.net' },
  ],
  [{ AZURE_STORAGE_CONNECTION_STRING: 'AccountName=a;AccountKey=b' }, { kind: 'azure', url: undefined }],
  [{ AZURE_STORAGE_ACCOUNT_NAME: 'toolsincfiles', BLOBS: 'memory' }, { kind: 'memory' }],
])('with %j files are in %j', (environment, blobs) =>
  expect(configOf(environment).blobs).toMatchObject(blobs),
)

test.each<[Variables, readonly string[]]>([
  [{ DOCUMENTS: 'cosmos' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_KEY: 'bWFya2Vy' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_DATABASE: 'other' }, ['COSMOS_ENDPOINT']],
  [{ COSMOS_ENDPOINT: 'http://a.documents.azure.com' }, ['COSMOS_ENDPOINT']],
  [{ ...cosmos, COSMOS_OWN_MAX_RU: '1000' }, ['COSMOS_MAX_RU']],
  [{ ...cosmos, COSMOS_MAX_RU: '1500' }, ['COSMOS_MAX_RU']],
  [{ ...cosmos, COSMOS_MAX_RU: '1000', COSMOS_OWN_MAX_RU: '1500' }, ['COSMOS_OWN_MAX_RU']],
  [{ RECORDS: 'mssql' }, ['MSSQL_SERVER']],
  [{ MSSQL_DATABASE: 'other' }, ['MSSQL_SERVER']],
  [{ MSSQL_USER: 'api', MSSQL_PASSWORD: 'marker' }, ['MSSQL_SERVER', 'MSSQL_SERVER']],
  [{ ...azureSql, MSSQL_USER: 'api' }, ['MSSQL_USER and MSSQL_PASSWORD']],
  [{ MSSQL_SERVER: 'a.database.windows.net,1433' }, ['MSSQL_SERVER']],
  [{ BLOBS: 'azure' }, ['AZURE_STORAGE_ACCOUNT_NAME']],
  [
    { AZURE_STORAGE_ACCOUNT_NAME: 'abc', AZURE_STORAGE_CONNECTION_STRING: 'AccountKey=b' },
    ['AZURE_STORAGE_CONNECTION_STRING'],
  ],
  [{ SCANNER: 'clamav' }, ['CLAMAV_HOST']],
  [{ CACHE: 'upstash' }, ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN']],
  [{ UPSTASH_REDIS_REST_URL: upstash.UPSTASH_REDIS_REST_URL }, ['UPSTASH_REDIS_REST_TOKEN']],
  [{ UPSTASH_REDIS_REST_TOKEN: 'x' }, ['UPSTASH_REDIS_REST_URL']],
  [{ ...upstash, UPSTASH_REDIS_REST_URL: 'http://example.upstash.io' }, ['UPSTASH_REDIS_REST_URL']],
  [{ CACHE: 'redis' }, ['REDIS_URL']],
  [{ REDIS_URL: 'https://example.org' }, ['REDIS_URL']],
  [{ ...redis, REDIS_AUTH: 'entra' }, ['REDIS_URL']],
  [{ ...upstash, ...redis }, ['CACHE']],
])('half of what an adapter needs stops the start: %j', (environment, names) =>
  expect(namesOf(environment)).toEqual(names),
)

test.each<[string, string | null]>([
  ['redis://localhost:6379', 'redis://localhost:6379'],
  ['rediss://:key@name.redis.cache.windows.net:6380', 'rediss://:key@name.redis.cache.windows.net:6380'],
  ['localhost:6379', 'redis://localhost:6379'],
  ['localhost', 'redis://localhost:6379'],
  [
    'name.redis.cache.windows.net:6380,password=a+b/c=,ssl=True,abortConnect=False',
    'rediss://:a%2Bb%2Fc%3D@name.redis.cache.windows.net:6380',
  ],
  ['name.redis.cache.windows.net,password=k', 'rediss://:k@name.redis.cache.windows.net:6380'],
  ['name.westeurope.redis.azure.net:10000,password=k', 'rediss://:k@name.westeurope.redis.azure.net:10000'],
  ['cache:6379,user=ann,password=k,ssl=false', 'redis://ann:k@cache:6379'],
  ['@Microsoft.KeyVault(SecretUri=https://a.vault.azure.net/secrets/b/)', null],
  ['', null],
])('a Redis connection string %s is the URL %s', (text, url) => {
  if (url === null)
    expect(namesOf({ REDIS_CONNECTION_STRING: text })).toEqual(text ? ['REDIS_CONNECTION_STRING'] : [])
  else expect(readConfig({ REDIS_CONNECTION_STRING: text }).secrets.redisUrl).toBe(url)
})
