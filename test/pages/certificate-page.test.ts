import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../app.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { chromium, chromiumMissing, whyNot } from './chromium.ts'
import { type Engine, engines, launch } from './engines/engines.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const directory = mkdtempSync(join(tmpdir(), 'certificate-page-'))
const longName = 'Maximiliana Hildegard Wolfeschlegelsteinhausenbergerdorff-Nuñez de la Concepción'
let server: RunningServer
let url: string
/** Of three people, by what they show. */
const codes: Record<string, string> = {}

beforeAll(async () => {
  const port = String(await freePort())
  url = `http://localhost:${port}`
  server = await startServer({
    DATA_DIR: directory,
    DEMO_DATA: 'on',
    PORT: port,
    HOST: 'localhost',
    PUBLIC_URL: url,
    RATE_LIMIT_SCALE: '10000',
  })
  for (const shows of ['validity', 'course', 'name']) {
    const browser = createBrowser((to, init) => fetch(server.url + to, init))
    const call = async (method: string, path: string, body?: object) => {
      const answer = await browser.call(method, `/api/v1${path}`, {
        ...(body ? { body } : {}),
        headers: { origin: url },
      })
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
      return answer.body
    }
    await call('POST', '/auth/signup', {
      email: `${shows}@example.com`,
      password: 'SecurePass123!',
      name: 'Ann Example',
    })
    const [course] = (await call('GET', '/courses?limit=1&sort=shortest')).items
    await call('POST', `/courses/${course.id}/enroll`)
    const { items } = await call('GET', `/courses/${course.id}/lessons`)
    for (const { id } of items) await call('POST', `/courses/${course.id}/lessons/${id}/complete`)
    codes[shows] = (
      await call('PATCH', `/users/me/certificates/${course.id}`, { shows, name: longName })
    ).code
  }
}, 60_000)
afterAll(async () => {
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

describe.each(engines)('$title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 60_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each([
    ['a phone', 320, 640],
    ['a desk', 1200, 800],
  ] as const)('can be read on %s, by everybody', { timeout: 60_000 }, async (_, width, height) => {
    const page = await engine.open({ width, height })
    for (const shows of ['validity', 'course', 'name', 'nobody']) {
      await page.goto(`${url}/certificates/${codes[shows] ?? 'ZZZZ-ZZZZ-ZZZZ-ZZZZ'}`)
      const text = await page.run(() => document.body.innerText)
      expect(text.includes(longName), shows).toBe(shows === 'name')
      expect(
        await page.run(() => getComputedStyle(document.querySelector('main') as Element).textAlign),
      ).toBe('center')
      expect(await page.run(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await page.load(axe)
      const faults = await page.run(async () => {
        const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<{ violations: any[] }> } }
        return (await tool.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.failureSummary}`)
      })
      expect(faults, shows).toEqual([])
    }
    expect(await page.problems()).toEqual([])
    await page.close()
  })
})

test.skipIf(chromiumMissing)(`fills one sheet of either paper${whyNot}`, { timeout: 60_000 }, async () => {
  const browser = await puppeteer.launch({ executablePath: chromium ?? '', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    for (const shows of ['validity', 'course', 'name'])
      for (const format of ['letter', 'a4'] as const) {
        await page.goto(`${url}/certificates/${codes[shows]}`)
        const pdf = Buffer.from(await page.pdf({ format, landscape: true, printBackground: true }))
        expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g), `${shows} ${format}`).toHaveLength(1)
      }
    await page.emulateMediaType('print')
    expect(await page.$eval('.screen', (hint) => getComputedStyle(hint).display)).toBe('none')
  } finally {
    await browser.close()
  }
})
