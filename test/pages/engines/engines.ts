import { existsSync } from 'node:fs'
import { launchPuppeteer } from './puppeteer.ts'
import { launchWebKit } from './webkit.ts'

/** One page in one of the engines. What differs between their protocols stays in here. */
export interface EnginePage {
  readonly engine: EngineName
  /** Errors that were thrown, logged or refused by the policy of the page. */
  readonly problems: () => Promise<readonly string[]>
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /** Runs in the page. Arguments and the answer are JSON. */
  run<A extends unknown[], T>(work: (...values: A) => T | Promise<T>, ...values: A): Promise<T>
  /** Runs a script as it is, such as a library. */
  load(script: string): Promise<void>
  /** Text by keystrokes, to whatever has the focus. */
  type(text: string): Promise<void>
  press(key: string): Promise<void>
  click(selector: string): Promise<void>
  upload(selector: string, ...files: string[]): Promise<void>
  resize(width: number, height: number): Promise<void>
  /** A PNG. */
  picture(): Promise<Uint8Array>
  /** Another tab of the same browser: cookies, storage and what pages tell each other are shared. */
  tab(): Promise<EnginePage>
  close(): Promise<void>
}

export interface LaunchOptions {
  /** `host:port` of what every https request goes through by CONNECT. Certificates are not looked at then. */
  readonly httpsProxy?: string
}

export interface Engine {
  readonly name: EngineName
  /** A page with cookies and storage of its own. */
  open(size: { readonly width: number; readonly height: number }): Promise<EnginePage>
  close(): Promise<void>
}

export type EngineName = 'chromium' | 'firefox' | 'webkit'

const found = (...paths: readonly (string | undefined)[]) => paths.find((path) => path && existsSync(path))

const programs: Readonly<Record<EngineName, string | undefined>> = {
  chromium: found(process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'),
  firefox: found(process.env['FIREFOX'], '/usr/bin/firefox-esr'),
  webkit: found('/usr/bin/xvfb-run') && found('/usr/bin/WebKitWebDriver'),
}

/** npm cannot bring them. Where one is missing its tests are skipped and say so; with ENGINES_REQUIRED they fail. */
export const engines = (Object.keys(programs) as EngineName[]).map((name) => {
  const missing = programs[name] ? null : `there is no ${name}`
  if (missing && process.env['ENGINES_REQUIRED']) throw new Error(missing)
  return { name, missing, title: missing ? `${name} (${missing})` : name }
})

export function launch(name: EngineName, options: LaunchOptions = {}): Promise<Engine> {
  const program = programs[name] ?? ''
  return name === 'webkit' ? launchWebKit(program, options) : launchPuppeteer(name, program, options)
}
