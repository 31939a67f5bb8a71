import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { build } from 'esbuild'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { AuthProvider, useAuth } from '../../src/client/react.ts'
import { createTestApp, person } from '../app.ts'
import { publishCourse, staffMember } from '../core/learning/course-people.ts'
import { type Engine, type EnginePage, engines, launch } from '../pages/engines/engines.ts'
import type { ReactPage } from './react-page.ts'

/* The hooks in real browsers, with React itself, and a whole API behind them. */

declare const page: ReactPage

let script = ''
let url = ''
const idleMinutes = 30
const testApp = await createTestApp({ environment: { SESSION_IDLE_MINUTES: String(idleMinutes) } })
const answer = getRequestListener(testApp.app.fetch)
let refreshes = 0
const server = createServer((request, response) => {
  if (request.url === '/api/v1/auth/refresh') refreshes++
  if (request.url === '/portal.js')
    return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
  if (request.url === '/portal')
    return response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        '<!doctype html><title>Portal</title><link rel=icon href="data:,"><body><script src="/portal.js"></script>',
      )
  return void answer(request, response)
})

beforeAll(async () => {
  const admin = await staffMember(testApp, 'Adalbert', 'admin')
  await publishCourse(admin.call)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'react-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
    target: ['safari16.4', 'chrome109', 'firefox115'],
  })
  script = outputFiles[0]?.text ?? ''
}, 60_000)
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('where there is no browser it renders what is shown meanwhile, and says nobody is signed out', () => {
  const child = createElement('p', null, 'Please sign in')
  const waiting = createElement('p', null, 'Wait')
  expect(renderToString(createElement(AuthProvider, { waiting }, child))).toBe('<p>Wait</p>')
  expect(renderToString(createElement(AuthProvider, null, child))).toBe('')
})

test('outside of a provider it says what is missing', () => {
  const Lost = () => createElement('p', null, useAuth().user?.name)
  expect(() => renderToString(createElement(Lost))).toThrow('AuthProvider')
})

for (const { name, missing, title } of engines)
  describe.skipIf(missing)(title, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const shows = (tab: EnginePage, text: string) =>
      vi.waitFor(async () => expect(await tab.run(() => document.body.textContent)).toContain(text), 20_000)

    test('somebody signs up, reloads without an access token, and leaves', { timeout: 120_000 }, async () => {
      const tab = await engine.open({ width: 800, height: 600 })
      await tab.goto(`${url}/portal`)
      await shows(tab, 'Please sign in')
      const email = `${name}@example.com`
      const signUp = (to: string, password: string) => page.auth?.signup(to, password, 'Ann')
      expect(await tab.run(signUp, email, person.password)).toBe(true)
      await shows(tab, 'Hello Ann')
      const titles = () => page.courses?.courses.map(({ title }) => title)
      await vi.waitFor(async () => expect(await tab.run(titles)).toHaveLength(1), 20_000)

      testApp.clock.advance(16 * 60_000)
      await tab.reload()
      await shows(tab, 'Hello Ann')
      expect(await tab.run(() => page.shown)).toEqual(['Hello Ann'])

      expect(await tab.run(() => page.auth?.updateProfile({ name: 'Ann B.' }))).toBe(true)
      await shows(tab, 'Hello Ann B.')
      expect(await tab.run(() => page.auth?.logout())).toEqual({ isSignedOut: true })
      await shows(tab, 'Please sign in')
      await tab.reload()
      await shows(tab, 'Please sign in')
      const logIn = (to: string, password: string) => page.auth?.login(to, password)
      expect(await tab.run(logIn, email, 'Not-It-At-All-9')).toBe(false)
      expect(await tab.run(() => page.auth?.problem?.code)).toBe('invalid_credentials')
      expect(await tab.run(logIn, email, person.password)).toBe(true)
      await shows(tab, 'Hello Ann B.')
      await tab.close()
    })

    test('the tabs of a browser are one', { timeout: 120_000 }, async () => {
      const one = await engine.open({ width: 800, height: 600 })
      await one.goto(`${url}/portal`)
      await shows(one, 'Please sign in')
      const signUp = (to: string, password: string) => page.auth?.signup(to, password, 'Bea')
      expect(await one.run(signUp, `tabs-${name}@example.com`, person.password)).toBe(true)
      const two = await one.tab()
      await two.goto(`${url}/portal`)
      await shows(two, 'Hello Bea')

      // The access token has run out, and both notice at the same moment, with five requests each.
      testApp.clock.advance(16 * 60_000)
      refreshes = 0
      const askAt = (at: number) => {
        const ask = async () => {
          const answers = Array.from({ length: 5 }, () => page.auth?.client.api.v1.users.me.$get())
          Object.assign(page, { statuses: (await Promise.all(answers)).map((answer) => answer?.status) })
        }
        setTimeout(() => void ask(), at - Date.now())
      }
      const at = Date.now() + 1_500
      await Promise.all([one.run(askAt, at), two.run(askAt, at)])
      const statuses = () => (page as { statuses?: readonly number[] }).statuses
      for (const tab of [one, two])
        await vi.waitFor(async () => expect(await tab.run(statuses)).toEqual(Array(5).fill(200)), 20_000)
      expect(refreshes).toBe(1)
      await two.reload()
      await shows(two, 'Hello Bea')

      expect(await one.run(() => page.auth?.logout())).toEqual({ isSignedOut: true })
      await shows(two, 'Please sign in')
      const logIn = (to: string, password: string) => page.auth?.login(to, password)
      expect(await two.run(logIn, `tabs-${name}@example.com`, person.password)).toBe(true)
      await shows(one, 'Hello Bea')
      await one.close()
    })

    test('it is said in time that a session ends', { timeout: 120_000 }, async () => {
      const tab = await engine.open({ width: 800, height: 600 })
      await tab.goto(`${url}/portal`)
      await shows(tab, 'Please sign in')
      const signUp = (to: string, password: string) => page.auth?.signup(to, password, 'Cleo')
      expect(await tab.run(signUp, `idle-${name}@example.com`, person.password)).toBe(true)
      await shows(tab, 'Hello Cleo')
      const waitsMs = () => page.waits.map(({ ms }) => ms)
      const passTime = async (extraMs = 0) => {
        await vi.waitFor(async () => expect(await tab.run(waitsMs)).toHaveLength(1), 20_000)
        const [ms = 0] = await tab.run(waitsMs)
        testApp.clock.advance(ms + extraMs)
        await tab.run(() => page.waits.splice(0)[0]?.work())
        return ms
      }
      // Two minutes before the half hour that this server has set.
      expect(await passTime()).toBe((idleMinutes - 2) * 60_000)
      await shows(tab, 'your session ends in 120 s')
      expect(await tab.run(() => page.auth?.stay())).toBe(true)
      await vi.waitFor(async () => expect(await tab.run(() => page.shown.at(-1))).toBe('Hello Cleo'), 20_000)
      await passTime()
      await shows(tab, 'your session ends in 120 s')
      expect(await passTime()).toBe(121_000)
      await shows(tab, 'Please sign in')
      await tab.close()
    })
  })
