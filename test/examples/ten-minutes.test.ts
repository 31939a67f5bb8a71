import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { createChatPerson } from '../pages/chat-person.ts'
import { type ChatServer, password, startChatServer } from '../pages/chat-server.ts'
import { type Engine, engines, launch } from '../pages/engines/engines.ts'
import { openGateway } from './gateway.ts'
import { buildNext, example, expectNewestClient, portalMissing, root } from './portal.ts'

/*
 * From nothing: a folder as `create-next-app` leaves it, the client of a running server, and the page that the guide shows. Whoever
 * signs in there stays signed in.
 */

const run = promisify(execFile)
const packed = join(root, 'dist/client.tgz')
const missingHere =
  portalMissing ?? (existsSync(packed) ? null : 'there is no client yet: npm run build:client')
const whyNot = missingHere ? ` (${missingHere})` : ''

let folder = ''
let url = ''
let chat: ChatServer
let gateway: Awaited<ReturnType<typeof openGateway>>
let stopNext = () => {}

/** What the guide shows as a whole page, for an API that is here. */
function pageOfTheGuide(api: string): string {
  const guide = readFileSync(join(root, 'docs/guides/typed-client.md'), 'utf8')
  const page = [...guide.matchAll(/```tsx\n(.*?)```/gs)].find(([, code = '']) =>
    code.includes('export default'),
  )?.[1]
  if (page === undefined) throw new Error('the guide shows no page')
  return page.replace('http://localhost:7071', api)
}

function createNextApp(api: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'))
  const pick = (from: Record<string, string>, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, from[name]]))
  const manifest = {
    name: 'my-app',
    version: '0.1.0',
    private: true,
    scripts: { dev: 'next dev', build: 'next build', start: 'next start' },
    dependencies: pick(dependencies, 'next', 'react', 'react-dom'),
    devDependencies: pick(devDependencies, '@types/node', '@types/react', '@types/react-dom', 'typescript'),
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  mkdirSync(join(folder, 'app'))
  writeFileSync(
    join(folder, 'app/layout.tsx'),
    `export default function RootLayout({ children }: { children: React.ReactNode }) {
  return <html lang="en"><body>{children}</body></html>
}`,
  )
  writeFileSync(join(folder, 'app/page.tsx'), pageOfTheGuide(api))
}

async function startNext(): Promise<void> {
  const port = await freePort()
  const next = join(folder, 'node_modules/next/dist/bin/next')
  const server = spawn(process.execPath, [next, 'start', '--port', String(port)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  })
  stopNext = () => void server.kill('SIGKILL')
  await new Promise<void>((started, failed) => {
    server.stdout.on('data', (chunk) => String(chunk).includes('Ready') && started())
    server.once('exit', () => failed(new Error('next start ended')))
  })
  url = `http://localhost:${port}`
}

beforeAll(async () => {
  if (missingHere) return
  folder = mkdtempSync(join(tmpdir(), 'my-app-'))
  gateway = await openGateway()
  chat = await startChatServer({ PUBLIC_URL: gateway.url })
  gateway.leadTo(chat.url)
  createNextApp(gateway.url)
  const quick = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...quick, `${gateway.url}/client.tgz`], { cwd: folder })
  expectNewestClient(folder)
  await buildNext(folder)
  await startNext()
}, 300_000)
afterAll(async () => {
  stopNext()
  gateway?.close()
  await chat?.stop()
  rmSync(folder, { recursive: true, force: true })
})

for (const { name, missing, title } of engines)
  describe.skipIf(missing ?? missingHere)(title + whyNot, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    test('ten lines sign somebody in for as long as they like, in every tab, until they leave', async () => {
      const { email } = await chat.signUp('Ann Walker')
      const ann = createChatPerson(await engine.open({ width: 800, height: 600 }), url, '/')
      await ann.open()
      await ann.fill('[name=email]', email)
      await ann.fill('[name=password]', 'Not-It-At-All-9')
      await ann.press('button', 'Sign in')
      await ann.sees('form', 'password')
      await ann.fill('[name=email]', email)
      await ann.fill('[name=password]', password)
      await ann.press('button', 'Sign in')
      await ann.sees('main', 'Hello Ann Walker')

      gateway.endAccessTokens()
      await ann.page.reload()
      await ann.sees('main', 'Hello Ann Walker')
      const other = createChatPerson(await ann.page.tab(), url, '/')
      await other.open()
      await other.sees('main', 'Hello Ann Walker')
      // In both at once.
      gateway.endAccessTokens()
      await Promise.all([ann.page.reload(), other.page.reload()])
      await ann.sees('main', 'Hello Ann Walker')
      await other.sees('main', 'Hello Ann Walker')

      await ann.press('button', 'Sign out')
      await ann.sees('form', 'Sign in')
      await other.sees('form', 'Sign in')
      await other.page.reload()
      await other.sees('form', 'Sign in')
      expect(await ann.page.problems()).toEqual([])
      await ann.page.close()
    }, 120_000)
  })
