import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCertificate } from '../../stand-ins/certificate.ts'
import { type RunningSmtpServer, startSmtpServer } from '../../stand-ins/smtp-server.ts'
import { type ChatServer, startChatServer } from '../chat-server.ts'
import { type Engine, engines, launch } from '../engines/engines.ts'
import { desk, sitAtConsole } from './console-person.ts'

/* Mails that a mail server refused are seen on the first screen, and sent again one by one or all of a kind. */

let smtp: RunningSmtpServer
let server: ChatServer

beforeAll(async () => {
  const { certificate, privateKey } = await createCertificate(['localhost'])
  smtp = await startSmtpServer({ password: 'unused', certificate, privateKey })
  server = await startChatServer({
    MAIL_FROM: 'no-reply@tools.example',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    SMTP_TLS: 'off',
  })
}, 120_000)
afterAll(async () => {
  await server?.stop()
  await smtp?.goAway()
})

const inquire = (email: string) =>
  fetch(`${server.url}/api/v1/forms/contact`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Rhea Refused',
      email,
      subject: 'Evening courses',
      message: 'Are there courses in the evening?',
    }),
  })

const chromium = engines.filter(({ name }) => name === 'chromium')
describe.each(chromium)('$title', ({ name, missing }) => {
  let engine: Engine
  beforeAll(async () => {
    if (!missing) engine = await launch(name)
  }, 120_000)
  afterAll(() => engine?.close())

  test.skipIf(missing)('refused mails are sent again', { timeout: 120_000, retry: 1 }, async () => {
    const addresses = ['one', 'two', 'three'].map((who) => `${who}-${Date.now()}@refused.example`)
    for (const address of addresses) {
      smtp.codes.set(address, '550 5.1.1 No such user')
      await inquire(address)
    }
    const staff = await sitAtConsole(await engine.open(desk.size), server.url, 'admin@example.org')
    await staff.sees('h1', 'Today')
    await staff.until('the dead letters on the first screen', async () => {
      await staff.press('main button', 'Look again')
      return (await staff.texts('.tile')).some((text) => /^3\+? ?mails not sent/.test(text))
    })
    await staff.press('.tile', 'mails not sent')
    await staff.sees('h1', 'could not be sent')
    await staff.sees('.section h2', 'refused it for good')
    await staff.sees('.table', '550 5.1.1')
    // Nobody's address is shown.
    expect((await staff.texts('body')).join(' ')).not.toContain('refused.example')

    for (const address of addresses) smtp.codes.delete(address)
    await staff.press('.table button', 'Send again')
    await staff.until('one of them that arrived', async () => smtp.received.length === 1)
    await staff.until('two that are left', async () => (await staff.texts('.table tbody tr')).length === 2)
    await staff.press('button', 'Send all of these again')
    await staff.press('dialog button.danger', 'Send again')
    await staff.sees('main', 'Every mail was sent')
    await staff.until('all of them', async () => smtp.received.length === 3)
    expect(smtp.received.flatMap(({ to }) => to).sort()).toEqual([...addresses].sort())
    expect(await staff.page.problems()).toEqual([])
    await staff.page.close()
  })
})
