import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { chromium, chromiumMissing, whyNot } from './chromium.ts'

const directory = mkdtempSync(join(tmpdir(), 'reference-'))
let server: RunningServer
let url: string
let browser: Browser

beforeAll(async () => {
  if (!chromium) return
  const port = String(await freePort())
  url = `http://localhost:${port}`
  server = await startServer({
    DATA_DIR: directory,
    DEMO_DATA: 'on',
    PORT: port,
    HOST: 'localhost',
    PUBLIC_URL: url,
  })
  browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** Opens an operation, sends what is filled in, and reads the status that the page shows. */
async function execute(page: Page, operation: string): Promise<string> {
  await (await page.waitForSelector(`${operation} .opblock-summary-control`))?.click()
  await (await page.waitForSelector(`${operation} .execute`))?.click()
  const status = await page.waitForSelector(
    `${operation} .live-responses-table .response .response-col_status`,
  )
  const shown = (await status?.evaluate((cell) => cell.textContent?.trim())) ?? ''
  // Closed again: what is open pushes the others out of view.
  await page.click(`${operation} .opblock-summary-control`)
  return shown
}

test.skipIf(chromiumMissing)(
  `from the first page to the reference, whose first request works as it stands${whyNot}`,
  { timeout: 60_000 },
  async () => {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))

    await page.setViewport({ width: 360, height: 800 })
    await page.goto(url)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await Promise.all([page.waitForNavigation(), page.click('a[href="/api/docs"]')])

    // Tall: the page shows no more operations than are in view.
    await page.setViewport({ width: 1200, height: 20_000 })
    await page.waitForSelector('.opblock')
    const first = await page.$eval('.opblock', (block) => `#${block.id}`)
    expect(first).toBe('#operations-Auth-signUp')
    expect(await execute(page, first)).toBe('201')
    expect(await execute(page, '#operations-Users-readProfile')).toBe('200')
    expect(await execute(page, '#operations-Courses-listCourses')).toBe('200')
    expect(await execute(page, '#operations-Courses-readCourse')).toBe('200')
    expect(await execute(page, '#operations-Courses-enroll')).toBe('200')
    expect(problems).toEqual([])
  },
)
