import puppeteer, { type ConsoleMessage, type Page } from 'puppeteer-core'
import type { Engine, EnginePage, LaunchOptions } from './engines.ts'

/**
 * What a browser writes when a request is answered with an error, or lost: the page says it, and tests look at that. To another
 * origin Firefox calls a lost one blocked, and gives the reason; of a header that is missing it gives another.
 */
const isAboutRequest = (text: string): boolean =>
  /Failed to load resource|net::ERR|NetworkError|status of 4|^WebSocket connection to|Firefox can.t establish a connection|CORS request did not succeed/.test(
    text,
  )

/** A committed navigation that Firefox took for one to an error page of no kind that it knows: seen on a busy machine. */
const isFalseRejection = (error: unknown): boolean => /unknown error Address rejected/.test(String(error))

function wrap(engine: 'chromium' | 'firefox', page: Page, isFirst = true): EnginePage {
  const problems: string[] = []
  page.on('pageerror', (error) => {
    if (!isAboutRequest(String(error))) problems.push(String(error))
  })
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error' && !isAboutRequest(message.text())) problems.push(message.text())
  })
  return {
    engine,
    problems: async () => problems,
    async goto(url) {
      const load = () => page.goto(url, { waitUntil: 'load' })
      await load().catch((error) => {
        if (!isFalseRejection(error)) throw error
        return load()
      })
    },
    reload: async () => void (await page.reload({ waitUntil: 'load' })),
    run: (work, ...values) => page.evaluate(work as never, ...(values as unknown as never[])) as never,
    load: async (script) => void (await page.evaluate(script)),
    type: (text) => page.keyboard.type(text),
    press: (key) => page.keyboard.press((key === 'Space' && engine === 'firefox' ? ' ' : key) as never),
    click: (selector) => page.click(selector),
    async upload(selector, ...files) {
      const input = await page.$(selector)
      await (input as unknown as { uploadFile(...paths: string[]): Promise<void> }).uploadFile(...files)
    },
    resize: (width, height) => page.setViewport({ width, height }),
    picture: () => page.screenshot({ type: 'png' }),
    async tab() {
      const other = await page.browserContext().newPage()
      await other.setViewport(page.viewport())
      return wrap(engine, other, false)
    },
    close: () => (isFirst ? page.browserContext().close() : page.close()),
  }
}

export async function launchPuppeteer(
  name: 'chromium' | 'firefox',
  executablePath: string,
  { httpsProxy }: LaunchOptions,
): Promise<Engine> {
  const [host, port] = httpsProxy?.split(':') ?? []
  const browser = await puppeteer.launch({
    browser: name === 'firefox' ? 'firefox' : 'chrome',
    executablePath,
    headless: true,
    protocolTimeout: 120_000,
    acceptInsecureCerts: httpsProxy !== undefined,
    ...(name === 'chromium'
      ? { args: ['--no-sandbox', ...(httpsProxy ? [`--proxy-server=https=${httpsProxy}`] : [])] }
      : {
          extraPrefsFirefox: httpsProxy
            ? { 'network.proxy.type': 1, 'network.proxy.ssl': host, 'network.proxy.ssl_port': Number(port) }
            : {},
        }),
  })
  return {
    name,
    async open(size) {
      const context = await browser.createBrowserContext()
      const page = await context.newPage()
      await page.setViewport(size)
      return wrap(name, page)
    },
    close: () => browser.close(),
  }
}
