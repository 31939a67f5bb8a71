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
const testApp = await createTestApp()
const answer = getRequestListener(testApp.app.fetch)
const server = createServer((request, response) => {
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
  })
