import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Engine, type EnginePage, engines, launch } from '../pages/engines/engines.ts'
import type { OutboxPage } from './outbox-page.ts'

/*
 * The queue in real browsers, with the databases, locks and channels that they have: on a secure origin and on a page of the
 * same network by http, where there are no locks and no `randomUUID`. A frame is another tab to all of them.
 */

const address = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === 'IPv4' && !each.internal)?.address
const hosts = ['localhost', ...(address ? [address] : [])]
const family = '0198a6f0-0000-7000-8000-0000000000f1'

const stored: { readonly id: string; readonly text: string; readonly by: string }[] = []
let isUp = true
let attempts = 0
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
    attempts++
    if (!isUp) return request.socket.destroy()
    const { clientMessageId: id, text } = JSON.parse(Buffer.concat(chunks).toString())
    if (!stored.some((each) => each.id === id))
      stored.push({ id, text, by: String(request.headers['x-expected-user']) })
    return answer(201, { id, text })
  }
  const isScript = request.url === '/queue.js'
  return response
    .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
    .end(isScript ? script : '<!doctype html><title>Queue</title><script src="/queue.js"></script>')
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
  attempts = 0
})

for (const { name, missing, title } of engines)
  describe.skipIf(missing).each(hosts)(`${title} at http://%s`, (host) => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const open = async () => {
      const page = await engine.open({ width: 800, height: 600 })
      await page.goto(`http://${host}:${port}/`)
      return page
    }
    const openFrame = (page: EnginePage) =>
      page.run(
        () =>
          new Promise<null>((resolve) => {
            const frame = document.createElement('iframe')
            frame.onload = () => resolve(null)
            frame.src = '/'
            document.body.append(frame)
          }),
      )
    type Call = <K extends keyof OutboxPage>(
      what: K,
      ...values: Parameters<OutboxPage[K]>
    ) => Promise<Awaited<ReturnType<OutboxPage[K]>>>
    const callIn =
      (page: EnginePage, isFrame = false): Call =>
      (what, ...values) =>
        page.run(
          async (inFrame: boolean, key: string, args: unknown[]) => {
            const tab = (inFrame ? window.frames[0] : window) as any
            return (await tab.page[key](...args)) ?? null
          },
          isFrame,
          what as string,
          values as unknown[],
        ) as never
    const until = (check: () => unknown) => vi.waitFor(check, { timeout: 60_000, interval: 50 })
    const texts = () => stored.map(({ text }) => text)

    test('what waits outlives a reload, in order, each once, and no other person’s goes out', async () => {
      const page = await open()
      const call = callIn(page)
      expect(await call('has')).toEqual({ locks: host === 'localhost', uuid: host === 'localhost' })
      isUp = false
      await call('enter', 'ann')
      await call('add', family, '1', '2', '3', '4', '5', '6')
      await until(() => expect(attempts).toBeGreaterThan(0))
      await call('kept')
      await page.reload()
      isUp = true
      await call('enter', 'ann')
      expect(await call('isLasting')).toBe(true)
      await until(() => expect(texts()).toEqual(['1', '2', '3', '4', '5', '6']))
      await until(async () => expect(await call('waiting', family)).toEqual([]))

      isUp = false
      attempts = 0
      await call('add', family, 'secret')
      await until(() => expect(attempts).toBeGreaterThan(0))
      await page.reload()
      isUp = true
      await call('enter', 'ben')
      expect(await call('waiting', family)).toEqual([])
      await call('enter', 'ann')
      expect([await call('waiting', family), texts().includes('secret')]).toEqual([[], false])
      await page.close()
    }, 60_000)

    test('two tabs share what waits, and one that leaves takes it from both', async () => {
      const page = await open()
      await openFrame(page)
      const [one, two] = [callIn(page), callIn(page, true)]
      for (const call of [one, two]) await call('enter', 'ann')
      const numbers = (from: number) => Array.from({ length: 10 }, (_, i) => String(from + i))
      await Promise.all([one('add', family, ...numbers(0)), two('add', family, ...numbers(100))])
      await until(() => expect(stored).toHaveLength(20))
      expect(texts().filter((text) => text.length === 1)).toEqual(numbers(0))
      expect(texts().filter((text) => text.length === 3)).toEqual(numbers(100))
      for (const call of [one, two])
        await until(async () => expect(await call('waiting', family)).toEqual([]))

      isUp = false
      await one('add', family, 'secret')
      await until(async () => expect(await two('waiting', family)).toEqual(['secret']))
      expect(await two('leave')).toBe(true)
      isUp = true
      await until(async () => expect(await one('waiting', family)).toEqual([]))
      await until(async () => expect(await one('databases')).not.toContain('tools-inc-outbox'))
      expect(texts()).not.toContain('secret')
      await page.close()
    }, 60_000)
  })
