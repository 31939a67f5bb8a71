import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { chromium } from '../pages/chromium.ts'
import type { OutboxPage } from './outbox-page.ts'

/*
 * The queue in real browsers, with the databases, locks and channels that they have: on a secure origin and on a page of the
 * same network by http, where there are no locks and no `randomUUID`.
 */

const firefox = ['/usr/bin/firefox-esr', process.env['FIREFOX'] ?? ''].find(
  (path) => path && existsSync(path),
)
const engines = [
  { name: 'chromium', path: chromium },
  { name: 'firefox', path: firefox },
] as const
const hosts = ['localhost', 'library.test'] as const
const family = '0198a6f0-0000-7000-8000-0000000000f1'

const stored: { readonly id: string; readonly text: string; readonly by: string }[] = []
let isUp = true
let port = 0
const server = createServer(async (request, response): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const answer = (status: number, body: unknown) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'abcdefgh' })
      .end(JSON.stringify(body))
  if (request.url?.endsWith('/auth/logout')) return answer(200, { message: 'Gone.' })
  if (request.url?.endsWith('/messages')) {
    if (!isUp) return request.socket.destroy()
    const { clientMessageId: id, text } = JSON.parse(Buffer.concat(chunks).toString())
    if (!stored.some((each) => each.id === id))
      stored.push({ id, text, by: String(request.headers['x-expected-user']) })
    return answer(201, { id, text })
  }
  return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Queue</title>')
})
let script = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '::', () => resolve()))
  port = (server.address() as AddressInfo).port
  const built = await build({
    entryPoints: [join(import.meta.dirname, 'outbox-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: ['safari16.4', 'chrome109', 'firefox115'],
  })
  script = built.outputFiles[0]?.text ?? ''
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  stored.length = 0
  isUp = true
})

for (const { name, path } of engines)
  describe.skipIf(!path).each(hosts)(
    `${name}${path ? '' : ` (there is no ${name})`} at http://%s`,
    (host) => {
      let browser: Browser
      beforeAll(async () => {
        browser = await puppeteer.launch({
          browser: name === 'firefox' ? 'firefox' : 'chrome',
          executablePath: path as string,
          args:
            name === 'chromium' ? ['--no-sandbox', '--host-resolver-rules=MAP library.test 127.0.0.1'] : [],
          extraPrefsFirefox: { 'network.dns.localDomains': 'library.test' },
        })
      }, 60_000)
      afterAll(() => browser?.close())

      const load = async (page: Page) => {
        await page.goto(`http://${host}:${port}/`)
        await page.evaluate(script)
      }
      const call = <K extends keyof OutboxPage>(page: Page, what: K, ...values: Parameters<OutboxPage[K]>) =>
        page.evaluate(
          (key: string, args: unknown[]) => (globalThis as any).page[key](...args),
          what,
          values,
        ) as Promise<Awaited<ReturnType<OutboxPage[K]>>>
      const until = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 50 })
      const texts = () => stored.map(({ text }) => text)

      test('what waits outlives a reload, in order, each once, and no other person’s goes out', async () => {
        const context = await browser.createBrowserContext()
        const page = await context.newPage()
        await load(page)
        expect(await call(page, 'has')).toEqual({ locks: host === 'localhost', uuid: host === 'localhost' })
        isUp = false
        await call(page, 'enter', 'ann')
        await call(page, 'add', family, '1', '2', '3', '4', '5', '6')
        await new Promise((resolve) => setTimeout(resolve, 300))
        await load(page)
        isUp = true
        await call(page, 'enter', 'ann')
        expect(await call(page, 'isLasting')).toBe(true)
        await until(() => expect(texts()).toEqual(['1', '2', '3', '4', '5', '6']))
        await until(async () => expect(await call(page, 'waiting', family)).toEqual([]))

        isUp = false
        await call(page, 'add', family, 'secret')
        await new Promise((resolve) => setTimeout(resolve, 300))
        await load(page)
        isUp = true
        await call(page, 'enter', 'ben')
        expect(await call(page, 'waiting', family)).toEqual([])
        await call(page, 'enter', 'ann')
        await new Promise((resolve) => setTimeout(resolve, 300))
        expect([await call(page, 'waiting', family), texts().includes('secret')]).toEqual([[], false])
        await context.close()
      }, 60_000)

      test('two tabs share what waits, and one that leaves takes it from both', async () => {
        const context = await browser.createBrowserContext()
        const [one, two] = [await context.newPage(), await context.newPage()]
        for (const page of [one, two]) {
          await load(page)
          await call(page, 'enter', 'ann')
        }
        const numbers = (from: number) => Array.from({ length: 10 }, (_, i) => String(from + i))
        await Promise.all([
          call(one, 'add', family, ...numbers(0)),
          call(two, 'add', family, ...numbers(100)),
        ])
        await until(() => expect(stored).toHaveLength(20))
        expect(texts().filter((text) => text.length === 1)).toEqual(numbers(0))
        expect(texts().filter((text) => text.length === 3)).toEqual(numbers(100))
        for (const page of [one, two])
          await until(async () => expect(await call(page, 'waiting', family)).toEqual([]))

        isUp = false
        await call(one, 'add', family, 'secret')
        await until(async () => expect(await call(two, 'waiting', family)).toEqual(['secret']))
        expect(await call(two, 'leave')).toBe(true)
        isUp = true
        await until(async () => expect(await call(one, 'waiting', family)).toEqual([]))
        await until(async () => expect(await call(one, 'databases')).not.toContain('tools-inc-outbox'))
        expect(texts()).not.toContain('secret')
        await context.close()
      }, 60_000)
    },
  )
