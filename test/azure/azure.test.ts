import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startAzureSql } from '../stand-ins/azure-sql.ts'
import { startCosmosStandIn } from '../stand-ins/cosmos.ts'
import { redisServerMissing, startRedisServer } from '../stand-ins/redis-server.ts'
import { startUpstashBridge } from '../stand-ins/upstash-bridge.ts'

/** `npm run test:azure` with this environment and no other. */
async function testAzure(environment: Record<string, string>, ...filters: string[]) {
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.azure.config.ts', ...filters]
  const options = { env: { PATH: process.env['PATH'] ?? '', ...environment } }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, vitest, options)
    return { hasPassed: true, output: stdout + stderr }
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return { hasPassed: false, output: stdout + stderr }
  }
}

test('without settings the run against real services fails, names each one that is missing, and skips nothing', async () => {
  const { hasPassed, output } = await testAzure({ NO_COLOR: '1' })
  expect(hasPassed).toBe(false)
  const names = [
    'COSMOS_ENDPOINT',
    'COSMOS_KEY',
    'UPSTASH_REDIS_REST_URL',
    'UPSTASH_REDIS_REST_TOKEN',
    'REDIS_URL',
    'REDIS_AUTH',
    'MSSQL_SERVER',
    'MSSQL_DATABASE',
    'MSSQL_USER',
    'MSSQL_PASSWORD',
    'KEY_VAULT_URL',
  ]
  for (const name of names) expect(output).toContain(name)
  expect(output).not.toContain('skipped')
  expect(output).not.toContain(' passed')
})

test('the contract of documents runs on the Cosmos DB that is named', async () => {
  const standIn = await startCosmosStandIn()
  const settings = { NO_COLOR: '1', COSMOS_ENDPOINT: standIn.endpoint, COSMOS_KEY: standIn.key }
  const { hasPassed, output } = await testAzure(settings, 'documents', '--reporter=verbose')
  expect(output).toContain('cosmos')
  expect(hasPassed).toBe(true)
  await standIn.close()
})

test('the contract of searching runs on the Cosmos DB that is named', async () => {
  const standIn = await startCosmosStandIn()
  const settings = { NO_COLOR: '1', COSMOS_ENDPOINT: standIn.endpoint, COSMOS_KEY: standIn.key }
  const { hasPassed, output } = await testAzure(settings, 'message-search', '--reporter=verbose')
  expect(output).toContain('in the script Thai')
  expect(hasPassed).toBe(true)
  await standIn.close()
})

test('the contracts of the records run on the Azure SQL that is named', async () => {
  const standIn = await startAzureSql()
  const { hasPassed, output } = await testAzure(
    { NO_COLOR: '1', MSSQL_DATABASE: 'toolsinc-reports', ...standIn.environment, ...standIn.signIn },
    'records',
    '--reporter=verbose',
  )
  for (const name of ['audit', 'mail queue', 'submissions']) expect(output).toContain(`${name}: azure-sql`)
  expect(hasPassed).toBe(true)
  await standIn.stop()
})

test.skipIf(redisServerMissing)('with settings it runs the contracts on what they name', async () => {
  const redis = await startRedisServer()
  const bridge = await startUpstashBridge({ redisUrl: redis.url })
  const settings = {
    NO_COLOR: '1',
    UPSTASH_REDIS_REST_URL: bridge.url,
    UPSTASH_REDIS_REST_TOKEN: bridge.token,
    REDIS_URL: redis.url,
    REDIS_AUTH: 'url',
  }
  const { hasPassed, output } = await testAzure(settings, 'cache', '--reporter=verbose')
  for (const name of ['cache: upstash', 'cache: redis']) expect(output).toContain(name)
  expect(hasPassed).toBe(true)
  await bridge.stop()
  await redis.stop()
})
