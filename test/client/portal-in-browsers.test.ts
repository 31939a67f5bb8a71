import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { demoPassword } from '../../src/routes/demo-accounts.ts'
import { type ApiPerson, type ChatServer, password, startChatServer } from '../pages/chat-server.ts'
import { type Engine, type EnginePage, engines, launch } from '../pages/engines/engines.ts'
import type { PortalPage } from './portal-page.ts'

/* The hooks in real browsers, in a page of another origin than the whole program: live chat, and files with their names. */

declare const page: PortalPage

let api: ChatServer
let admin: ApiPerson
let portal = ''
let script = ''
const server = createServer((request, response) =>
  request.url === '/portal.js'
    ? response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    : response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          '<!doctype html><title>Portal</title><link rel=icon href="data:,"><body><script src="/portal.js"></script>',
        ),
)

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'portal-page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    define: { 'process.env.NODE_ENV': '"production"' },
    target: ['safari16.4', 'chrome109', 'firefox115'],
  })
  script = outputFiles[0]?.text ?? ''
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  portal = `http://localhost:${(server.address() as AddressInfo).port}`
  api = await startChatServer()
  admin = await api.signIn('admin@example.org', demoPassword)
}, 120_000)
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await api?.stop()
})

for (const { name, missing, title } of engines)
  describe.skipIf(missing)(title, () => {
    let engine: Engine
    beforeAll(async () => {
      engine = await launch(name)
    }, 60_000)
    afterAll(() => engine?.close())

    const shows = (tab: EnginePage, text: string) =>
      vi.waitFor(async () => expect(await tab.run(() => document.body.textContent)).toContain(text), 40_000)

    test('people write to each other, and files come with their names', { timeout: 240_000 }, async () => {
      const [ann, ben] = [await api.signUp('Ann'), await api.signUp('Ben')]
      const group = { type: 'group', name: 'Bus', participantIds: [ann.id, ben.id] }
      const { id } = await admin.call('POST', '/conversations', group)
      const tab = await engine.open({ width: 800, height: 600 })
      await tab.goto(`${portal}/?api=${encodeURIComponent(api.url)}#${id}`)
      await shows(tab, 'Please sign in')
      const logIn = (email: string, secret: string) => page.auth?.login(email, secret)
      expect(await tab.run(logIn, ann.email, password)).toBe(true)
      await shows(tab, 'ready live')

      await ben.call('POST', `/conversations/${id}/typing`, {})
      await shows(tab, 'typing 1')
      await ben.call('POST', `/conversations/${id}/messages`, { text: 'The bus leaves at nine' })
      await shows(tab, 'The bus leaves at nine')
      await shows(tab, 'typing 0')
      await tab.run(() => {
        page.chat?.sayTyping()
        page.chat?.send('I am coming')
        page.chat?.markRead()
      })
      await shows(tab, 'I am coming')
      await vi.waitFor(async () => {
        expect(await tab.run(() => page.chat?.outgoing.length)).toBe(0)
        const { items } = await ben.call('GET', `/conversations/${id}/messages`)
        expect(items.map(({ text }: { text: string }) => text)).toContain('I am coming')
      }, 20_000)

      // What is written while the line is cut comes when it is back.
      api.line.cut()
      await tab.run(() => page.chat?.send('Wait for me'))
      expect(await tab.run(() => page.chat?.outgoing.map(({ message }) => message.text))).toEqual([
        'Wait for me',
      ])
      api.line.restore()
      await shows(tab, 'Wait for me')

      const fileName = 'Fahrplan für Ann.txt'
      const uploaded = await tab.run(async (as) => {
        const { client } = page.auth ?? {}
        if (!client) return null
        const file = new File(['Nine o’clock'], as, { type: 'text/plain' })
        return page.uploadFile(client, file, { category: 'attachment' })
      }, fileName)
      if (!uploaded?.ok) throw new Error(JSON.stringify(uploaded))
      await tab.run((fileId) => page.chat?.send({ text: 'here', attachments: [fileId] }), uploaded.fileId)
      await shows(tab, 'here')
      const fetched = await tab.run(async (fileId) => {
        const { client } = page.auth ?? {}
        const answer = client && (await page.fetchFile(client, fileId))
        if (!answer?.ok) return answer
        return { name: answer.file.name, type: answer.file.type, text: await answer.file.text() }
      }, uploaded.fileId)
      expect(fetched).toEqual({ name: fileName, type: 'text/plain', text: 'Nine o’clock' })
      expect(await tab.problems()).toEqual([])

      expect(await tab.run(() => page.auth?.logout())).toEqual({ isSignedOut: true })
      await shows(tab, 'Please sign in')
      await tab.close()
    })
  })
