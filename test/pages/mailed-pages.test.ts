import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { getRequestListener } from '@hono/node-server'
import puppeteer, { type Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mailedPages, ownPagesPath } from '../../src/core/platform/mail/mailed-pages.model.ts'
import { languages } from '../../src/routes/mailed-pages/languages.ts'
import { createTestApp, type TestApp } from '../app.ts'
import { freePort } from '../free-port.ts'
import { type Journey, journeys } from '../routes/mailed-journeys.ts'
import { chromium, chromiumMissing, whyNot } from './chromium.ts'
import { type Engine, type EnginePage, engines, launch } from './engines/engines.ts'

/*
 * Each page that a mail leads to, in real browsers: from the link of the mail to the end of its task, by the keyboard alone, on a
 * phone, readable by everybody in either light, and with script turned off.
 */

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** `MAILED_PICTURES=docs/pictures/mailed-pages npx vitest run test/pages/mailed-pages.test.ts` draws them afresh. */
const pictures = process.env['MAILED_PICTURES']
/** Of those that are shown in docs/guides/forms-and-mail.md. */
const drawn = new Set(['resetPassword', 'dataExport', 'accountDeletion', 'referralStatus-done'])
const walked = Object.entries(journeys) as [keyof typeof journeys, Journey][]
const servers: Server[] = []

/** The app of the journey on a port of its own, and the link that the mail brought. */
async function begin(name: keyof typeof journeys, journey: Journey) {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const testApp: TestApp = await createTestApp({ environment: { PUBLIC_URL: url, ...journey.environment } })
  const listener = getRequestListener((request) => testApp.app.fetch(request, { remoteAddress: '127.0.0.1' }))
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  const { links, typed = journey.type ?? {} } = await journey.begin(testApp)
  const address = `${url}${ownPagesPath}/${mailedPages[name].ours}`
  const link = links.find((each) => each.split('?')[0] === address)
  if (link === undefined) throw new Error(`no link to ${address} among ${links}`)
  return { testApp, link, address, typed }
}
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const faultsOf = async (page: EnginePage): Promise<readonly string[]> => {
  await page.load(axe)
  return page.run(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<{ violations: any[] }> } }
    return (await tool.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.failureSummary}`)
  })
}

/** What is said for the dark alone is said always. */
const darken = (page: EnginePage) =>
  page.run(() => {
    for (const sheet of document.styleSheets)
      for (const rule of sheet.cssRules)
        if (rule instanceof CSSMediaRule && rule.media.mediaText.includes('dark'))
          rule.media.mediaText = 'all'
    return getComputedStyle(document.body).backgroundColor
  })

async function isReadable(page: EnginePage, picture = '', scripts: readonly string[] = []) {
  expect(await page.run(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  const found = await page.run(() => [...document.scripts].map(({ src }) => src))
  expect(found.map((src) => src.split('/').at(-1))).toEqual(scripts)
  if (pictures && drawn.has(picture) && page.engine === 'chromium') {
    mkdirSync(pictures, { recursive: true })
    writeFileSync(`${pictures}/${picture}.png`, await page.picture())
  }
  expect(await faultsOf(page)).toEqual([])
  expect(await darken(page)).toBe('rgb(12, 17, 29)')
  expect(await faultsOf(page)).toEqual([])
}

async function until(what: string, look: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 30_000
  while (Date.now() < end) {
    if (await look().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited for ${what}`)
}

describe.each(engines)('$title', ({ name: engineName, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 60_000)
  afterAll(() => engine?.close())

  test.skipIf(missing).each(walked)('%s', { timeout: 120_000 }, async (name, journey) => {
    const { testApp, link, address, typed } = await begin(name, journey)
    const page = await engine.open({ width: 390, height: 844 })
    await page.goto(link)
    expect(await page.run(() => location.href)).toBe(address)
    const scripts = name === 'dataExport' ? ['passkey.js'] : []
    await isReadable(page, name, scripts)
    await page.goto(`${address}?lang=es`)
    expect(await page.run(() => document.documentElement.lang)).toBe('es')
    await isReadable(page, '', scripts)
    await page.goto(address)

    for (const [field, value] of Object.entries(typed)) {
      await page.press('Tab')
      expect(await page.run(() => (document.activeElement as HTMLInputElement).name)).toBe(field)
      await page.type(value)
    }
    await until('the button', async () => {
      await page.press('Tab')
      return page.run(() => document.activeElement?.tagName === 'BUTTON')
    })
    await page.run(() => {
      document.body.dataset['before'] = 'yes'
      return null
    })
    await page.press('Enter')
    await until('the answer', () => page.run(() => document.body?.dataset['before'] === undefined))
    expect(await page.run(() => document.querySelector('[role=alert]')?.textContent ?? '')).toBe('')
    expect(await page.run(() => location.href)).toBe(address)
    await isReadable(page, `${name}-done`)
    expect(await page.problems()).toEqual([])
    await page.close()
    await testApp.settled()
    // The pages that show something are looked at by another test, without an engine.
    if (name !== 'dataExport' && name !== 'referralStatus') await journey.isDone(testApp)
  })
})

test.skipIf(chromiumMissing).each(walked)(
  `%s without script${whyNot}`,
  { timeout: 60_000 },
  async (name, journey) => {
    const { testApp, link, typed } = await begin(name, journey)
    const browser = await puppeteer.launch({ executablePath: chromium ?? '', args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      await page.setJavaScriptEnabled(false)
      await page.goto(link)
      for (const [field, value] of Object.entries(typed)) await page.type(`input[name=${field}]`, value)
      await Promise.all([page.waitForNavigation(), page.click('button')])
      expect(await page.content()).not.toContain('role="alert"')
    } finally {
      await browser.close()
    }
    await testApp.settled()
    if (name !== 'dataExport' && name !== 'referralStatus') await journey.isDone(testApp)
  },
)

/** As a portal does it, in a browser with a device that keeps passkeys: signs in, adds one, and forgets the session. */
async function addPasskey(page: Page, { email, password }: Record<string, string>) {
  const device = await page.createCDPSession()
  await device.send('WebAuthn.enable')
  const { authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
    },
  })
  const status = await page.evaluate(
    async (login, proof) => {
      const send = (path: string, body: object) =>
        fetch(`/api/v1/auth/${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      await send('login', login)
      await send('step-up', proof)
      const { challengeToken, options } = await (await send('passkeys/options', {})).json()
      const made = await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      })
      const passkey = (made as PublicKeyCredential).toJSON()
      return (await send('passkeys', { challengeToken, passkey })).status
    },
    { email, password },
    { password },
  )
  expect(status).toBe(201)
  await device.send('Network.clearBrowserCookies')
  return { device, authenticatorId }
}

test.skipIf(chromiumMissing)(`dataExport by a passkey${whyNot}`, { timeout: 60_000 }, async () => {
  const { link, address, typed } = await begin('dataExport', journeys.dataExport)
  const browser = await puppeteer.launch({ executablePath: chromium ?? '', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(link)
    const { device, authenticatorId } = await addPasskey(page, typed)
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('console', (message) => problems.push(message.text()))

    await page.goto(`${address}?lang=es`)
    // Not by the person it belongs to.
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    await page.click('#use-passkey')
    const words = '#passkey-words'
    await page.waitForFunction((id) => document.querySelector(id)?.textContent, {}, words)
    expect(await page.$eval(words, ({ textContent }) => textContent)).toBe(languages.es.passkey.failed)
    await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true })
    await Promise.all([page.waitForNavigation(), page.click('#use-passkey')])
    expect(page.url()).toBe(`${address}?lang=es`)
    expect(await page.$eval('h1', ({ textContent }) => textContent)).toBe(languages.es.dataExport.title)
    expect(await page.$('[role=alert]')).toBeNull()
    expect(await page.content()).toContain(languages.es.dataExport.preparing)
    expect((await browser.cookies()).map(({ name }) => name)).not.toContain('accessToken')
    expect(problems).toEqual([])
  } finally {
    await browser.close()
  }
})
