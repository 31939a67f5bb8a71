import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { buildPages } from '../../scripts/build-pages.ts'
import { createPageAssets } from '../../src/adapters/pages/assets.ts'
import { createTestApp } from '../app.ts'
import { chromium, chromiumMissing, whyNot } from './chromium.ts'
import { launchPushed, type PushedBrowser } from './pushed-browser.ts'

/* The worker of the chat page in a real browser, as this server hands it out: with its scope, its policy and no words of its own. */

const directory = mkdtempSync(join(tmpdir(), 'worker-'))
const scope = '/dev/chat'
let url = ''
let browser: PushedBrowser
let page: Page
const server = createServer()

beforeAll(async () => {
  if (!chromium) return
  await buildPages(directory, { isProduction: true })
  const assets = createPageAssets(async (name) => {
    try {
      return new Uint8Array(readFileSync(join(directory, name)))
    } catch {
      return null
    }
  })
  const { app } = await createTestApp({ ports: () => ({ assets }) })
  server.on('request', getRequestListener(app.fetch))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  browser = await launchPushed(chromium, url)
  page = await browser.open()
  await page.goto(url + scope)
  await page.evaluate(async (at) => {
    const { trustedTypes } = globalThis as unknown as {
      trustedTypes?: {
        createPolicy(name: string, rules: object): { createScriptURL(address: string): string }
      }
    }
    const policy = trustedTypes?.createPolicy('tools-inc-worker', {
      createScriptURL: (address: string) => address,
    })
    const address = `${at}/worker.js`
    const script = policy?.createScriptURL(address) ?? address
    await navigator.serviceWorker.register(script, { scope: at, updateViaCache: 'none' })
    await navigator.serviceWorker.ready
  }, scope)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  server.closeAllConnections()
  server.close()
  rmSync(directory, { recursive: true, force: true })
})

const wake = (opaque: string, tag: string, badge: number) =>
  JSON.stringify({
    web_push: 8030,
    notification: {
      title: 'Something new',
      body: 'Open to see it.',
      lang: 'en',
      dir: 'auto',
      navigate: `${url}/open/${opaque}`,
      tag,
    },
    app_badge: badge,
  })

test.skipIf(chromiumMissing)(
  `two of one conversation are one on the screen, the later one, and what says nothing is shown too${whyNot}`,
  async () => {
    for (const [opaque, badge] of [
      ['first', 1],
      ['second', 2],
    ] as const)
      await browser.deliver(page, scope, wake(opaque, 'conversation', badge))
    await vi.waitFor(
      async () =>
        expect(await browser.shown(page)).toEqual([
          {
            title: 'Something new',
            body: 'Open to see it.',
            tag: 'conversation',
            data: { navigate: `${url}/open/second` },
          },
        ]),
      { timeout: 20_000 },
    )
    await browser.deliver(page, scope, wake('third', 'other', 3))
    await browser.deliver(page, scope, 'not even JSON')
    await vi.waitFor(
      async () =>
        expect((await browser.shown(page)).map(({ tag }) => tag).toSorted()).toEqual([
          'conversation',
          'other',
          'tools-inc',
        ]),
      { timeout: 20_000 },
    )
  },
  120_000,
)

test.skipIf(chromiumMissing)(
  `pressed, it goes from the screen and the open page is told where to go${whyNot}`,
  async () => {
    await page.evaluate(() => {
      const told: string[] = []
      Object.assign(globalThis, { told })
      navigator.serviceWorker.addEventListener('message', ({ data, ports }) => {
        told.push(data.navigate)
        ports[0]?.postMessage('taken')
      })
      navigator.serviceWorker.startMessages()
    })
    await browser.press('conversation')
    await vi.waitFor(
      async () =>
        expect(await page.evaluate(() => (globalThis as unknown as { told: string[] }).told)).toEqual([
          `${url}/open/second`,
        ]),
      { timeout: 20_000 },
    )
    expect((await browser.shown(page)).map(({ tag }) => tag)).not.toContain('conversation')
    await page.goto(`${url}/open/second`)
    expect(page.url()).toBe(`${url}${scope}#open=second`)
  },
  120_000,
)
