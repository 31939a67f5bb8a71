import { expect, test } from 'vitest'
import { createMemoryAssets } from '../../src/adapters/memory/assets.ts'
import { readConfig } from '../../src/config/config.ts'
import { createTestApp, origin, productionEnvironment } from '../app.ts'

const manifest = { script: 'page-A.js', style: 'chat-B.css', imports: ['part-C.js'] }
const asset = (text: string, type: string) => ({ body: new TextEncoder().encode(text), type, etag: text })
const built = () => ({
  assets: createMemoryAssets({
    'chat/manifest.json': asset(JSON.stringify(manifest), 'application/json'),
    'chat/page-A.js': asset('1', 'text/javascript'),
    'chat/worker.js': asset('2', 'text/javascript'),
  }),
})

test('in production it is served where it is asked for, and nowhere else', async () => {
  const without = await createTestApp({ environment: productionEnvironment, ports: built })
  for (const path of ['/chat', '/dev/chat'])
    expect((await without.app.request(`${origin}${path}`)).status).toBe(404)
  const production = await createTestApp({
    environment: { ...productionEnvironment, CHAT_PAGE: 'on' },
    ports: built,
  })
  expect((await production.app.request(`${origin}/dev/chat`)).status).toBe(404)
  const page = await production.app.request(`${origin}/chat`)
  expect(page.status).toBe(200)
  const text = await page.text()
  for (const name of ['/chat/page-A.js', '/chat/chat-B.css', '/chat/part-C.js']) expect(text).toContain(name)
  expect(text).not.toMatch(/<script(?![^>]* src=)|<style| style=| on\w+=/)
  expect((await production.app.request(`${origin}/chat/page-A.js`)).status).toBe(200)
})

test('the policy names the services of the deployment, and no other host', async () => {
  const { app } = await createTestApp({
    environment: {
      CHAT_PAGE: 'on',
      WEB_PUBSUB_CONNECTION_STRING:
        'Endpoint=https://devices.webpubsub.azure.com;AccessKey=a2V5;Version=1.0;',
      AZURE_STORAGE_CONNECTION_STRING:
        'DefaultEndpointsProtocol=https;AccountName=toolsfiles;AccountKey=a2V5;EndpointSuffix=core.windows.net',
    },
    ports: built,
  })
  const policy = (await app.request(`${origin}/chat`)).headers.get('content-security-policy') ?? ''
  const own = `ws${origin.slice(4)}`
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob: https://toolsfiles.blob.core.windows.net",
    "media-src 'self' blob: https://toolsfiles.blob.core.windows.net",
    `connect-src 'self' ${own} wss://devices.webpubsub.azure.com https://toolsfiles.blob.core.windows.net`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "worker-src 'self'",
    "manifest-src 'self'",
    'trusted-types tools-inc-worker',
    "require-trusted-types-for 'script'",
  ])
  const ofConsole = (await app.request(`${origin}/console`)).headers.get('content-security-policy') ?? ''
  expect(ofConsole.split('; ')).toContain("connect-src 'self' https://toolsfiles.blob.core.windows.net")
})

test('its worker is for its own address, asks this server alone, and is asked for each time', async () => {
  const { app } = await createTestApp({ environment: { CHAT_PAGE: 'on' }, ports: built })
  for (const path of ['/chat', '/dev/chat']) {
    const worker = await app.request(`${origin}${path}/worker.js`)
    expect(worker.status).toBe(200)
    expect(worker.headers.get('service-worker-allowed')).toBe(path)
    expect(worker.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=0, must-revalidate')
    expect((worker.headers.get('content-security-policy') ?? '').split('; ')).toEqual([
      "default-src 'none'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(await (await app.request(`${origin}${path}`)).text()).toContain(`${path}/manifest.webmanifest`)
    const manifest = await app.request(`${origin}${path}/manifest.webmanifest`)
    expect(await manifest.json()).toMatchObject({ scope: path, start_url: path, display: 'standalone' })
  }
  for (const path of ['/console/worker.js', '/worker.js'])
    expect((await app.request(origin + path)).status).toBe(404)
})

test('what a device leads to is a place of the chat page, and nothing else', async () => {
  const { app } = await createTestApp({ environment: { CHAT_PAGE: 'on' }, ports: built })
  const answer = await app.request(`${origin}/open/3fA-_9`)
  expect([answer.status, answer.headers.get('location')]).toEqual([302, '/chat#open=3fA-_9'])
  for (const opaque of ['', 'a%2Fb', '%0d%0aSet-Cookie:a=b', 'a'.repeat(129)])
    expect((await app.request(`${origin}/open/${opaque}`)).status).toBe(404)
  const without = await createTestApp({ environment: productionEnvironment, ports: built })
  expect((await without.app.request(`${origin}/open/3fA-_9`)).status).toBe(404)
})

test('mails lead staff to a place of the console, which is there in production too', async () => {
  const { app } = await createTestApp({ environment: productionEnvironment, ports: built })
  expect((await app.request(`${origin}/console`)).status).toBe(200)
  for (const [path, place] of [
    ['/console/forms', '/console#/forms'],
    [
      '/console/forms/019b76da-a806-70ad-a8f9-9b7cbd2e3f4a',
      '/console#/forms/019b76da-a806-70ad-a8f9-9b7cbd2e3f4a',
    ],
    [
      '/console/reports/019b76da-a806-70ad-a8f9-9b7cbd2e3f4a',
      '/console#/reports/019b76da-a806-70ad-a8f9-9b7cbd2e3f4a',
    ],
  ]) {
    const answer = await app.request(`${origin}${path}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, place])
  }
  for (const path of ['/console/people', '/console/forms/a%2Fb', '/console/forms/%0d%0aSet-Cookie:a=b'])
    expect((await app.request(`${origin}${path}`)).status).toBe(404)
  const without = await createTestApp({ environment: { CONSOLE_PAGE: 'off' }, ports: built })
  for (const path of ['/console', '/console/forms'])
    expect((await without.app.request(`${origin}${path}`)).status).toBe(404)
})

test('workerd has no files to serve', () => {
  expect(() => readConfig({ CHAT_PAGE: 'on' }, { runtime: 'workerd' })).toThrow(
    /CHAT_PAGE: needs Node or Functions/,
  )
})
