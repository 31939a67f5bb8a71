import puppeteer, { type Page } from 'puppeteer-core'
import { type ChatServer, password, startChatServer } from '../test/pages/chat-server.ts'
import { chromium } from '../test/pages/chromium.ts'

/*
 * How long it takes until the chat page can be used, on 3G (1.6 Mbit/s, 300 ms): until somebody can sign in, until their list
 * is there, and after a reload. And how many bytes that is. Prints the median of some rounds.
 */

const rounds = 5
const threeG = { download: (1.6 * 1024 * 1024) / 8, upload: (0.75 * 1024 * 1024) / 8, latency: 300 }

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Opens it as `load` says, and measures until `selector` is there: milliseconds and bytes from the network. */
async function measure(page: Page, selector: string, load: () => Promise<unknown>) {
  const session = await page.createCDPSession()
  await session.send('Network.enable')
  let bytes = 0
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength
  })
  const begun = performance.now()
  await Promise.all([load(), page.waitForSelector(selector, { timeout: 60_000 })])
  const ms = performance.now() - begun
  await session.detach()
  return { ms, bytes }
}

async function round(chat: ChatServer, email: string) {
  const browser = await puppeteer.launch({ executablePath: chromium ?? '', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.emulateNetworkConditions(threeG)
    const first = await measure(page, '.sign-in input', () => page.goto(`${chat.url}/dev/chat`))
    await page.type('[name=email]', email)
    await page.type('[name=password]', password)
    const signedIn = await measure(page, '.conversation', () => page.keyboard.press('Enter'))
    const reload = await measure(page, '.conversation', () => page.reload())
    return { first, signedIn, reload }
  } finally {
    await browser.close()
  }
}

if (!chromium) throw new Error('there is no Chromium: install it, or name it in CHROMIUM')
const chat = await startChatServer()
const [ann, ben] = [await chat.signUp('Ann'), await chat.signUp('Ben')]
const admin = await chat.signIn('admin@example.org', (await import('../entry/demo.ts')).demoPassword)
for (let number = 1; number <= 20; number++)
  await admin.call('POST', '/conversations', {
    type: 'group',
    name: `Group ${number}`,
    participantIds: [ann.id, ben.id],
  })
const results: Awaited<ReturnType<typeof round>>[] = []
for (let number = 0; number < rounds; number++) results.push(await round(chat, ann.email))
for (const what of ['first', 'signedIn', 'reload'] as const)
  console.log(
    `${what}: ${Math.round(median(results.map((each) => each[what].ms)))} ms, ${Math.round(median(results.map((each) => each[what].bytes)) / 100) / 10} kB`,
  )
await chat.stop()
