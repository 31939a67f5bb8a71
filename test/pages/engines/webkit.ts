import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../free-port.ts'
import type { Engine, EnginePage, LaunchOptions } from './engines.ts'

/** Keys that are no text, as WebDriver writes them. */
const keys: Readonly<Record<string, string>> = {
  Enter: '\uE007',
  Tab: '\uE004',
  Escape: '\uE00C',
  Space: ' ',
  ArrowDown: '\uE015',
  ArrowUp: '\uE013',
  Backspace: '\uE003',
  Home: '\uE011',
  End: '\uE010',
}

async function untilUp(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${url}/status`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('WebKitWebDriver did not start')
}

/** A driver and a window: of its own for each page, so that nothing is shared. */
async function openWindow(
  program: string,
  size: { readonly width: number; readonly height: number },
  driver: { process?: ChildProcess },
  directory: string,
  { httpsProxy }: LaunchOptions,
): Promise<EnginePage> {
  const port = await freePort()
  const log = join(directory, `${port}.log`)
  writeFileSync(log, '')
  const running = spawn('xvfb-run', ['-a', program, `--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    detached: true,
    env: {
      ...process.env,
      WEBKIT_LOG: log,
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      WEBKIT_PROXY: httpsProxy ?? '',
    },
  })
  driver.process = running
  const url = `http://127.0.0.1:${port}`
  await untilUp(url)
  async function ask(method: string, path: string, body?: object): Promise<any> {
    const response = await fetch(url + path, {
      method,
      ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    })
    const { value } = (await response.json()) as { value: any }
    if (value?.error) throw new Error(JSON.stringify(value).slice(0, 600))
    return value
  }
  const binary = join(import.meta.dirname, 'webkit-window.py')
  const alwaysMatch = { 'webkitgtk:browserOptions': { binary, args: [] } }
  const { sessionId } = await ask('POST', '/session', { capabilities: { alwaysMatch } })
  const session = `/session/${sessionId}`
  await ask('POST', `${session}/timeouts`, { script: 60_000 })
  const first: string = await ask('GET', `${session}/window`)
  let current = first
  /** Commands go to one window of the driver at a time. */
  let queue: Promise<unknown> = Promise.resolve()
  function askIn(handle: string, method: string, path: string, asked?: object): Promise<any> {
    const work = async () => {
      if (current !== handle) await ask('POST', `${session}/window`, { handle })
      current = handle
      return ask(method, session + path, asked)
    }
    const answer = queue.then(work, work)
    queue = answer.catch(() => {})
    return answer
  }

  function pageOf(handle: string): EnginePage {
    const askHere = (method: string, path: string, asked?: object) => askIn(handle, method, path, asked)
    const find = async (selector: string): Promise<string> =>
      String(Object.values(await askHere('POST', '/element', { using: 'css selector', value: selector }))[0])
    const actions = (list: readonly object[]) =>
      askHere('POST', '/actions', { actions: [{ type: 'key', id: 'keys', actions: list }] })
    const stroke = (key: string) => [
      { type: 'keyDown', value: key },
      { type: 'keyUp', value: key },
    ]
    const page: EnginePage = {
      engine: 'webkit',
      problems: async () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
      goto: (to) => askHere('POST', '/url', { url: to }),
      reload: () => askHere('POST', '/refresh', {}),
      async run(work, ...values) {
        const script = `const done = arguments[arguments.length - 1]
        Promise.resolve().then(() => (${work})(...[...arguments].slice(0, -1)))
          .then((value) => done({ value: value === undefined ? null : value }), (error) => done({ error: String(error) }))`
        const answer = await askHere('POST', '/execute/async', { script, args: values })
        if (answer.error) throw new Error(answer.error)
        return answer.value
      },
      load: (script) => askHere('POST', '/execute/sync', { script, args: [] }),
      type: (text) => actions([...text].flatMap(stroke)),
      press: (key) => actions(stroke(keys[key] ?? key)),
      click: async (selector) => askHere('POST', `/element/${await find(selector)}/click`, {}),
      upload: async (selector, ...files) =>
        askHere('POST', `/element/${await find(selector)}/value`, { text: files.join('\n') }),
      async resize(width, height) {
        await askHere('POST', '/window/rect', { width, height })
        const [shownWidth = width, shownHeight = height] = await page.run(() => [innerWidth, innerHeight])
        await askHere('POST', '/window/rect', {
          width: width + (width - shownWidth),
          height: height + (height - shownHeight),
        })
      },
      picture: async () => new Uint8Array(Buffer.from(await askHere('GET', '/screenshot'), 'base64')),
      async tab() {
        const { handle: other } = await askHere('POST', '/window/new', { type: 'window' })
        const opened = pageOf(other)
        await opened.resize(size.width, size.height)
        return opened
      },
      async close() {
        if (handle !== first) return void (await askHere('DELETE', '/window'))
        await ask('DELETE', session).catch(() => {})
        if (running.pid !== undefined) process.kill(-running.pid, 'SIGKILL')
      },
    }
    return page
  }

  const page = pageOf(first)
  await page.resize(size.width, size.height)
  return page
}

export async function launchWebKit(program: string, options: LaunchOptions): Promise<Engine> {
  const directory = mkdtempSync(join(tmpdir(), 'webkit-'))
  const drivers: { process?: ChildProcess }[] = []
  return {
    name: 'webkit',
    open(size) {
      const driver = {}
      drivers.push(driver)
      return openWindow(program, size, driver, directory, options)
    },
    async close() {
      for (const { process: running } of drivers)
        if (running?.pid !== undefined && running.exitCode === null && running.signalCode === null)
          try {
            process.kill(-running.pid, 'SIGKILL')
          } catch {
            // It has gone by itself.
          }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
