import { expect, test } from 'vitest'
import { createClientPackageAssets } from '../../src/adapters/client-package/assets.ts'
import { createMemoryAssets } from '../../src/adapters/memory/assets.ts'
import { createTestApp, origin, productionEnvironment } from '../app.ts'

const bytes = new TextEncoder().encode('packed')
const built = () => ({ assets: createClientPackageAssets(async () => bytes) })

test.each([
  ['in development', {}],
  ['in production', productionEnvironment],
])('it is handed out as it was built, and known again: %s', async (_, environment) => {
  const { app } = await createTestApp({ environment, ports: built })
  const answer = await app.request(`${origin}/client.tgz`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/gzip')
  expect(answer.headers.get('content-encoding')).toBeNull()
  expect(await answer.text()).toBe('packed')
  const known = { 'if-none-match': answer.headers.get('etag') ?? '' }
  expect((await app.request(`${origin}/client.tgz`, { headers: known })).status).toBe(304)
})

test('a server that was not built with it says how it is made', async () => {
  const { app } = await createTestApp({ ports: () => ({ assets: createMemoryAssets() }) })
  const answer = await app.request(`${origin}/client.tgz`)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('npm run build:client')
})

test('nothing else is read', async () => {
  const assets = createClientPackageAssets(async () => bytes)
  for (const name of ['client', 'client.tgz.br', '../client.tgz', 'package.json'])
    expect(await assets.read(name)).toBeNull()
})
