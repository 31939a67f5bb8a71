import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import puppeteer, { type Browser, type Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoPassword } from '../../entry/demo.ts'
import { buildPages } from '../../scripts/build-pages.ts'
import { createBrowser } from '../app.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server.ts'
import { chromium, chromiumMissing, whyNot } from './chromium.ts'

const pictures = process.env['PICTURES']
const password = 'SecurePass123!'
const directory = mkdtempSync(join(tmpdir(), 'chat-page-'))
let server: RunningServer
let url: string
let browser: Browser

beforeAll(async () => {
  if (!chromium) return
  await buildPages()
  const port = String(await freePort())
  url = `http://localhost:${port}`
  server = await startServer({
    DATA_DIR: directory,
    RATE_LIMIT_SCALE: '10000',
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

async function signUp(name: string, email: string) {
  const person = createBrowser((path, init) => fetch(url + path, init))
  const body = { name, email, password }
  const answer = await person.call('POST', '/api/v1/auth/signup', {
    body,
    headers: { origin: url },
  })
  expect(answer.status).toBe(201)
}

async function openPage(email: string, secret: string, viewport: { width: number; height: number }) {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.setViewport(viewport)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401|net::ERR/.test(message.text())) problems.push(message.text())
  })
  await page.goto(`${url}/dev/chat`)
  await page.waitForSelector('.sign-in')
  await look(page, `sign-in-${viewport.width}`)
  await page.type('[name=email]', email)
  await page.type('[name=password]', secret)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.sidebar')
  return { page, problems }
}
const look = async (page: Page, name: string) => {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) as `${string}.png` })
}
const says = (page: Page, selector: string, words: string) =>
  page.waitForFunction(
    (wanted, text) =>
      [...document.querySelectorAll(wanted)].some((found) => found.textContent?.includes(text)),
    { timeout: 10_000 },
    selector,
    words,
  )
/** Moves the focus on by the keyboard until it is there. */
async function tabTo(page: Page, selector: string) {
  for (let presses = 0; presses < 40; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${selector}`)
}

test.skipIf(chromiumMissing)(
  `two people talk: on a desk by the keyboard, on a phone, through an interruption${whyNot}`,
  {
    timeout: 120_000,
  },
  async () => {
    await signUp('Ann Walker', 'ann.walker@example.com')
    const desk = await openPage('ann.walker@example.com', password, { width: 1200, height: 800 })
    const phone = await openPage('mentor@example.org', demoPassword, { width: 390, height: 844 })

    await tabTo(desk.page, '.sidebar button.primary')
    await desk.page.keyboard.press('Enter')
    await desk.page.waitForSelector('dialog[open] [name=who]')
    await look(desk.page, 'contacts-1200')
    const mentorName = await desk.page.evaluate(() => {
      const label =
        [...document.querySelectorAll('dialog .check')].find((each) =>
          /mentor/i.test(each.textContent ?? ''),
        ) ?? document.querySelector('dialog .check')
      label?.querySelector('input')?.focus()
      return label?.lastChild?.textContent ?? ''
    })
    await desk.page.keyboard.press('Space')
    await tabTo(desk.page, 'dialog button.primary')
    await desk.page.keyboard.press('Enter')
    await says(desk.page, '.thread-header h2', mentorName)

    await desk.page.focus('.composer textarea')
    await desk.page.keyboard.type('Good morning! Do you have ten minutes for my résumé today?')
    await desk.page.keyboard.press('Enter')
    await says(phone.page, '.conversation', 'Good morning!')
    await says(phone.page, '.badge', '1')
    await (await phone.page.waitForSelector('.conversation'))?.click()
    await says(phone.page, '.bubble', 'Good morning!')
    await says(desk.page, '.state', '✓✓')

    await phone.page.type('.composer textarea', 'Of course. Send it to me')
    await says(desk.page, '.typing', 'typing')
    await look(desk.page, 'typing-1200')
    await phone.page.keyboard.press('Enter')
    await says(desk.page, '.bubble', 'Of course.')

    const upload = join(directory, 'Resume of Ann.pdf')
    writeFileSync(
      upload,
      '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n',
    )
    const picker = await desk.page.$('input[type=file]')
    await (picker as any).uploadFile(upload)
    await says(desk.page, '.chips', 'Resume of Ann.pdf')
    await desk.page.focus('.composer textarea')
    await desk.page.keyboard.type('Here it is.')
    await desk.page.keyboard.press('Enter')
    await says(phone.page, '.file', 'Resume of Ann.pdf')

    // Through an interruption: what was said meanwhile arrives, and what was written is sent once.
    await phone.page.setOfflineMode(true)
    await desk.page.focus('.composer textarea')
    await desk.page.keyboard.type('Take your time.')
    await desk.page.keyboard.press('Enter')
    await phone.page.type('.composer textarea', 'Looks good!')
    await phone.page.keyboard.press('Enter')
    await says(phone.page, '.sending', 'Looks good!')
    await says(phone.page, '#banner', 'No connection')
    await look(phone.page, 'offline-390')
    await phone.page.setOfflineMode(false)
    await says(phone.page, '.bubble', 'Take your time.')
    await says(desk.page, '.bubble', 'Looks good!')
    const shown = (page: Page) =>
      page.$$eval('.log .bubble > p', (paragraphs) => paragraphs.map((each) => each.textContent))
    expect((await shown(phone.page)).toSorted()).toEqual((await shown(desk.page)).toSorted())
    expect(new Set(await shown(desk.page)).size).toBe((await shown(desk.page)).length)

    await phone.page.evaluate(() => {
      document.querySelector<HTMLButtonElement>('.message:not(.mine) .reaction')?.click()
    })
    await says(desk.page, '.reaction', '👍 1')
    await look(desk.page, 'thread-1200')
    await look(phone.page, 'thread-390')

    // Nothing is cut off at the side of the phone, and the way back works.
    const isCutOff = () =>
      phone.page.evaluate(() =>
        [...document.querySelectorAll('button, h2, .bubble')].some(
          (each) => each.getBoundingClientRect().right > innerWidth,
        ),
      )
    expect(await isCutOff()).toBe(false)
    await phone.page.click('.back')
    await phone.page.waitForSelector('.conversation')
    expect(await isCutOff()).toBe(false)
    await look(phone.page, 'list-390')
    await desk.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }])
    await look(desk.page, 'dark-1200')
    expect([...desk.problems, ...phone.problems]).toEqual([])
  },
)
