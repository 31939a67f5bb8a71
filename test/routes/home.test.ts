import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createMemoryAssets } from '../../src/adapters/memory/assets.ts'
import { createTestApp, origin, productionEnvironment, type TestApp } from '../app.ts'

const readHome = ({ app }: TestApp, init?: RequestInit) => app.request(`${origin}/`, init)
const hrefsOf = async (testApp: TestApp): Promise<string[]> =>
  [...(await (await readHome(testApp)).text()).matchAll(/href="([/#][^"]*)"/g)].map(([, href = '']) => href)
const asset = { body: new Uint8Array(), type: 'text/javascript', etag: 'a' }
const builtPages = () => ({
  assets: createMemoryAssets({
    'chat/manifest.json': asset,
    'console/manifest.json': asset,
    'telemetry/manifest.json': asset,
  }),
})

test('seven links, where the pages are built, and mail and traces are kept', async () => {
  expect(await hrefsOf(await createTestApp({ ports: builtPages }))).toEqual([
    '/api/docs',
    '/dev/chat',
    '/console',
    '/dev/mailbox',
    '/dev/telemetry',
    '/api/v1/courses',
    '#demo',
  ])
})

test('no link to what is not there', async () => {
  const bare = await createTestApp({ ports: () => ({ mailbox: null }) })
  expect(await hrefsOf(bare)).toEqual(['/api/docs', '/api/v1/courses', '#demo'])
  expect((await bare.app.request(`${origin}/dev/mailbox`)).status).toBe(404)
})

test('everything it needs is in it, and the policy allows its style alone', async () => {
  const response = await readHome(await createTestApp())
  const page = await response.text()
  expect(page).not.toMatch(/<script|<img|src=|https?:\/\/(?!localhost)| style=| on\w+=/)
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(response.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})

test('in production nothing is said', async () => {
  const production = await createTestApp({ environment: productionEnvironment, ports: builtPages })
  const response = await readHome(production)
  expect(response.status).toBe(204)
  expect(await response.text()).toBe('')
})

test('it is counted and refused like anything else', async () => {
  const testApp = await createTestApp({ environment: { RATE_LIMIT_SCALE: '0.01' } })
  expect((await readHome(testApp)).status).toBe(200)
  expect((await readHome(testApp)).status).toBe(429)
  const other = await createTestApp()
  expect((await readHome(other, { method: 'HEAD' })).status).toBe(200)
  expect((await readHome(other, { method: 'POST' })).status).toBe(405)
})
