import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverable } from '../../../test/contracts/addresses.ts'
import { mailerContract, message } from '../../../test/contracts/mailer.contract.ts'
import { createCertificate } from '../../../test/stand-ins/certificate.ts'
import { type RunningSmtpServer, startSmtpServer } from '../../../test/stand-ins/smtp-server.ts'
import { MailPutOff, MailRefused } from '../../ports/mailer.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createSmtpMailer, type SmtpConnection } from './mailer.ts'

const password = 'smtp-password'
let server: RunningSmtpServer
let trusted: SmtpConnection
const made = createCertificate(['127.0.0.1', 'localhost'])
const mailers: { close(): void }[] = []

const open = (extra: Partial<SmtpConnection> = {}) => {
  const mailer = createSmtpMailer({ ...trusted, ...extra })
  mailers.push(mailer)
  return mailer
}

async function start() {
  const { certificate, privateKey } = await made
  server = await startSmtpServer({ password, certificate, privateKey })
  trusted = {
    host: 'localhost',
    port: server.port,
    tls: 'starttls',
    user: 'mailer',
    password,
    from: 'no-reply@tools.example',
    certificate,
  }
}
beforeAll(start)
afterAll(async () => {
  for (const mailer of mailers) mailer.close()
  await server.goAway()
})

mailerContract('smtp', async () => {
  await server?.goAway()
  await start()
  return {
    mailer: open(),
    received: async () => server.received,
    other: {
      refuse: (address) => server.codes.set(address, 550),
      goAway: server.goAway,
      comeBack: server.comeBack,
    },
  }
})

test('the id of the message is its Message-ID', async () => {
  const sent = message()
  await open().send(sent)
  const [received] = server.received.filter(({ subject }) => subject === sent.subject)
  expect(received?.messageId).toBe(`<${sent.id}@tools.example>`)
  expect(received?.raw).toMatch(/^From: "?T\.O\.O\.L\.S Inc"? <no-reply@tools\.example>\r$/m)
})

test('the header names the one mailbox of the envelope, whatever is in its address', async () => {
  const mailer = open()
  for (const [, to] of deliverable) {
    const sent = message({ to })
    await mailer.send(sent)
    const [received] = server.received.filter(({ subject }) => subject === sent.subject)
    expect(received?.headerTo, to).toEqual([to])
  }
})

test('a subject cannot add a header or begin the body', async () => {
  await open().send(message({ subject: 'Hello\r\nBcc: everybody@example.com\r\n\r\nBody' }))
  const { raw = '', to } = server.received.at(-1) ?? {}
  expect(raw).toContain('Hello')
  expect(raw).not.toMatch(/^(?:Bcc:|Body)/im)
  expect(to).toEqual(['ann@example.com'])
})

test.each([
  [450, MailPutOff, '450'],
  [552, MailRefused, '552'],
  ['552 5.3.4 Message too big', MailRefused, '552 5.3.4'],
  ['554 5.7.1 Listed by spamhaus', MailPutOff, '554 5.7.1'],
])('%s for the content', async (reply, kind, code) => {
  const sent = message()
  server.codes.set(sent.subject, reply)
  const error = await open()
    .send(sent)
    .catch((thrown) => thrown)
  expect(error).toBeInstanceOf(kind)
  expect(error.code).toBe(code)
})

test.each([
  ['552 5.2.2 Mailbox full', MailPutOff, '552 5.2.2'],
  ['550 5.4.5 Daily limit exceeded', MailPutOff, '550 5.4.5'],
  ['554 5.7.1 <ann@example.com>: Relay access denied', MailPutOff, '554 5.7.1'],
  ['550 5.1.1 <ann@example.com>: No such user', MailRefused, '550 5.1.1'],
  ['451 4.7.1 Greylisted', MailPutOff, '451 4.7.1'],
])('%s for the recipient', async (reply, kind, code) => {
  const sent = message({ to: 'table@example.com' })
  server.codes.set(sent.to, reply)
  const error = await open()
    .send(sent)
    .catch((thrown) => thrown)
  server.codes.delete(sent.to)
  expect(error).toBeInstanceOf(kind)
  expect(error).toBeInstanceOf(kind === MailRefused ? Error : PortUnavailable)
  expect(error.code).toBe(code)
  expect(`${error.message} ${error.code}`).not.toContain('@')
})

test('a wrong password, no TLS where it is wanted, and a stranger’s certificate: later, when it is corrected', async () => {
  const { certificate: _, ...untrusting } = trusted
  const stranger = createSmtpMailer(untrusting)
  mailers.push(stranger)
  for (const mailer of [open({ password: 'wrong' }), open({ tls: 'implicit' }), stranger])
    await expect(mailer.send(message())).rejects.toBeInstanceOf(PortUnavailable)
})
