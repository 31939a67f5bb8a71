import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword } from '../../../entry/demo.ts'
import { type ApiPerson, type ChatServer, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'
import { desk, phone, sitAtConsole } from './console-person.ts'

/* A reported message is looked at, removed, its sender warned, and the report resolved. */

let server: ChatServer
let admin: ApiPerson

beforeAll(async () => {
  server = await startChatServer()
  admin = await server.signIn('admin@example.org', demoPassword)
}, 120_000)
afterAll(() => server?.stop())

const slow = { timeout: 120_000, retry: 1 }

async function report(text: string) {
  const [rude, hurt] = [await server.signUp('Rudi Rude'), await server.signUp('Hanna Hurt')]
  const { id } = await admin.call('POST', '/conversations', {
    type: 'group',
    name: 'Monday group',
    participantIds: [rude.id, hurt.id],
  })
  const message = await rude.call('POST', `/conversations/${id}/messages`, { text })
  const filed = await hurt.call('POST', `/messages/${message.id}/reports`, { reason: 'harassment' })
  return { reportId: filed.id as string, conversationId: id as string, rude, hurt }
}

describe.each(engines)('$title', ({ name: engineName, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(engineName)
  }, 120_000)
  afterAll(() => engine?.close())
  const looks = engineName === 'chromium' ? [desk, phone] : [desk]

  test.skipIf(missing).each(looks)('a reported message is handled at $name', slow, async ({ name, size }) => {
    const text = `Go away, ${name} ${engineName} <img src=x onerror=alert(1)>`
    const { reportId, conversationId, rude, hurt } = await report(text)
    const staff = await sitAtConsole(await engine.open(size), server.url, 'admin@example.org')
    await staff.press('.console-menu a', 'Reported messages')
    await staff.sees('.table a', 'Harassment')
    // As the mail leads there.
    await staff.page.goto(`${server.url}/console/reports/${reportId}`)
    await staff.sees('.quote', text)
    await staff.press('button', 'I look at it')
    await staff.confirmsIdentity()
    await staff.sees('.facts', 'Being looked at')
    await staff.press('button', 'Remove the message')
    await staff.sees('dialog', 'cannot be brought back')
    await staff.press('dialog button.danger', 'Remove the message')
    await staff.sees('.notes', 'The message was removed')
    await staff.press('button', 'Warn whoever wrote it')
    await staff.press('dialog button.danger', 'Warn')
    await staff.sees('.notes', 'was warned by mail')
    await staff.fill('[name=note]', 'The third one this week.')
    await staff.press('button', 'Add the note')
    await staff.sees('.notes .text', 'third one')
    await staff.press('button', 'Resolve: it breaks the rules')
    await staff.sees('.facts', 'It breaks the rules')
    await staff.until('the focus in the section', () => staff.hasFocus('h2'))

    const { messages = [], items = messages } = await hurt.call(
      'GET',
      `/conversations/${conversationId}/messages`,
    )
    expect(JSON.stringify(items)).not.toContain('Go away')
    await server.mailTo(rude.email, /message/i)
    expect(await staff.page.run(() => location.href)).toBe(`${server.url}/console#/reports/${reportId}`)
    expect(await staff.page.run(() => document.title)).toBe('Console')
    expect(await staff.page.problems()).toEqual([])
    await staff.page.close()
  })
})
