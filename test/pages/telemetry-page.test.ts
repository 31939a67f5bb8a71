import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChatPerson } from './chat-person.ts'
import { type ChatServer, startChatServer } from './chat-server.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

const shownIn = engines
let server: ChatServer

beforeAll(async () => {
  if (shownIn.every(({ missing }) => missing)) return
  server = await startChatServer()
}, 180_000)
afterAll(() => server?.stop())

describe.each(shownIn)('the page of telemetry in $title', ({ name: engineName, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())

  const openPage = async (width: number) => {
    const person = createChatPerson(await engine.open({ width, height: 844 }), server.url, '/dev/telemetry')
    await person.open()
    await person.sees('.traces .trace')
    return person
  }

  test.skipIf(missing).each([
    ['a phone', 390],
    ['a desk', 1200],
  ] as const)(
    'on %s, light and dark, axe finds nothing and nothing is cut off',
    { timeout: 90_000, retry: 1 },
    async (_, width) => {
      const person = await openPage(width)
      try {
        await server.signUp('Ann')
        await person.fill('input[type=search]', 'auth/signup')
        await person.press('.trace button', 'POST /api/v1/auth/signup')
        await person.sees('.waterfall th', 'hasher.hash')
        await person.sees('.routes th', 'POST /api/v1/auth/signup')
        for (const theme of ['light', 'dark']) {
          await person.page.run((wanted) => {
            document.documentElement.dataset['theme'] = wanted
          }, theme)
          expect(await person.faults()).toEqual([])
          const pictures = process.env['TELEMETRY_PICTURES']
          if (pictures && engineName === 'chromium')
            writeFileSync(`${pictures}/telemetry-${width}-${theme}.png`, await person.page.picture())
        }
        expect(await person.cutOff()).toEqual([])
        expect(await person.page.problems()).toEqual([])
        expect(await person.page.run(() => [document.title, location.search, location.hash])).toEqual([
          'Telemetry',
          '',
          '',
        ])
      } finally {
        await person.page.close()
      }
    },
  )

  test.skipIf(missing)(
    'by keyboard alone a trace is found, opened and closed, and the page is paused',
    { timeout: 90_000, retry: 1 },
    async () => {
      const person = await openPage(390)
      const { page } = person
      const focused = () => page.run(() => document.activeElement?.textContent ?? '')
      try {
        await person.until('the button to pause', async () => {
          await page.press('Tab')
          return (await focused()) === 'Pause'
        })
        await page.press('Enter')
        await person.sees('[role=status]', 'Paused')
        await page.press('Tab')
        await page.type('healthz')
        await fetch(`${server.url}/api/healthz`)
        await person.until('the button to go on', async () => {
          await page.run(() => document.querySelector<HTMLElement>('header button')?.focus())
          return (await focused()) === 'Go on'
        })
        await page.press('Enter')
        await person.sees('.trace button', 'GET /api/healthz')
        await person.until('the trace', async () => {
          await page.press('Tab')
          return (await focused()).includes('/api/healthz')
        })
        await page.press('Enter')
        await person.sees('.trace button[aria-expanded=true]', 'GET /api/healthz')
        await person.sees('.waterfall th', 'GET /api/healthz')
        await page.press('Enter')
        await person.seesNo('.waterfall th')
      } finally {
        await page.close()
      }
    },
  )
})
