import { expect, test } from 'vitest'
import { testAuditKeys } from '../../../../test/audit-keys.ts'
import { createMemoryAudit } from '../../../adapters/memory/audit.ts'
import { createManualClock } from '../../../adapters/memory/clock.ts'
import { createInProcessDefer } from '../../../adapters/memory/defer.ts'
import { createSequentialIds } from '../../../adapters/memory/ids.ts'
import { createMemoryLog } from '../../../adapters/memory/log.ts'
import { createMemoryMailQueue } from '../../../adapters/memory/mail-queue.ts'
import { createMemoryMailer } from '../../../adapters/memory/mailer.ts'
import { createMemorySecrets } from '../../../adapters/memory/secrets.ts'
import { silentTelemetry } from '../../../adapters/tracing/silent.ts'
import { createWebCiphers } from '../../../adapters/web-crypto/ciphers.ts'
import type { AuditRecord } from '../../../ports/audit.ts'
import { encodeBase64url } from '../../../ports/base64url.ts'
import { type Mailer, MailRefused } from '../../../ports/mailer.ts'
import { PortUnavailable } from '../../../ports/unavailable.ts'
import { createRecording } from '../audit/recording.ts'
import { createKeys } from '../keys/keys.ts'
import { codeOf, greetingOf, linkTo, referenceOf } from './mail.model.ts'
import { createMail } from './mail.ts'

const minute = 60_000
const hour = 60 * minute

/** Two processes on one queue, one mailer and one clock. */
function createWorld() {
  const clock = createManualClock()
  const auditRecords: AuditRecord[] = []
  const log = createMemoryLog()
  const defer = createInProcessDefer({ log })
  const outbox = createMemoryMailer({ clock })
  const mailQueue = createMemoryMailQueue()
  const world = { isDown: false, refused: '', attempts: 0 }
  const mailer: Mailer = {
    async send(message) {
      world.attempts++
      if (world.isDown) throw new PortUnavailable('mailer')
      if (message.to === world.refused) throw new MailRefused()
      await outbox.send(message)
    },
  }
  const secrets = createMemorySecrets({
    'master-key': [
      { id: 'k', value: encodeBase64url(new Uint8Array(32).fill(1)), activeFrom: '2000-01-01T00:00:00.000Z' },
    ],
    'signing-keys': [],
  })
  const keys = createKeys({ secrets, clock, ciphers: createWebCiphers() })
  const needs = {
    mailQueue,
    mailer,
    mailbox: outbox,
    clock,
    log,
    defer,
    ids: createSequentialIds(),
    telemetry: silentTelemetry,
  }
  const audit = createRecording(
    { ...needs, audit: createMemoryAudit({ keys: testAuditKeys(), records: auditRecords }) },
    { keys },
  )
  const [one, two] = [createMail(needs, { keys, audit }), createMail(needs, { keys, audit })]
  const run = async (mail: typeof one, name: string) => {
    const job = mail.jobs.find((candidate) => candidate.name === name)
    await job?.run()
  }
  return { ...needs, auditRecords, world, one, two, run, settled: defer.settled, messages: outbox.messages }
}

const origin = 'https://portal.example.org'
const notice = (to: string) =>
  ({
    template: 'form_received',
    to,
    language: 'en',
    greeting: greetingOf('Ann'),
    reference: referenceOf('REF-2026-000125'),
  }) as const
const code = (to: string) =>
  ({
    template: 'confirm_identity',
    to,
    language: 'en',
    greeting: greetingOf('Ann'),
    code: codeOf('123456'),
  }) as const

test('a mail is sent at once, in text and HTML, and once for its key', async () => {
  const { one, two, settled, messages } = createWorld()
  await one.enqueue(notice('ann@example.com'), 'form 1')
  await two.enqueue(notice('ann@example.com'), 'form 1')
  await settled()
  const sent = await messages()
  expect(sent).toHaveLength(1)
  expect(sent[0]).toMatchObject({ to: 'ann@example.com', subject: 'We have received your message' })
  for (const part of [sent[0]?.text, sent[0]?.html]) {
    expect(part).toContain('Hello Ann,')
    expect(part).toContain('REF-2026-000125')
  }
})

test('the mail server is down for an hour: everything arrives once after, codes first where they still help', async () => {
  const { one, two, run, world, clock, settled, messages } = createWorld()
  world.isDown = true
  for (let i = 0; i < 30; i++) await one.enqueue(notice(`person${i}@example.com`), `form ${i}`)
  for (let elapsed = 0; elapsed < hour; elapsed += minute) {
    await settled()
    await Promise.all([run(one, 'send-mail'), run(two, 'send-mail')])
    clock.advance(minute)
  }
  expect(await messages()).toEqual([])
  expect(world.attempts).toBeLessThan(30 * 10)
  await one.enqueue(code('late@example.com'), 'code 1')
  await settled()
  world.isDown = false
  await one.enqueue(code('now@example.com'), 'code 2')
  await settled()
  for (let elapsed = 0; elapsed < 3 * hour; elapsed += minute) {
    await Promise.all([run(one, 'send-mail'), run(two, 'send-mail')])
    clock.advance(minute)
  }
  const arrived = (await messages()).map(({ to }) => to).toReversed()
  expect(arrived[0]).toBe('now@example.com')
  expect(arrived.toSorted()).toEqual(
    [
      'late@example.com',
      'now@example.com',
      ...Array.from({ length: 30 }, (_, i) => `person${i}@example.com`),
    ].sort(),
  )
  expect(await one.counts()).toEqual({ waiting: 0, dead: 0, waitingSince: null })
})

test('a code that nobody can use any more is not sent', async () => {
  const { one, run, world, clock, settled, messages } = createWorld()
  world.isDown = true
  await one.enqueue(code('ann@example.com'), 'code')
  await settled()
  world.isDown = false
  clock.advance(11 * minute)
  await run(one, 'send-mail')
  expect(await messages()).toEqual([])
  expect(await one.counts()).toMatchObject({ waiting: 0, dead: 0 })
})

test('what is refused for good is a dead letter: logged, counted, listed, and sent when somebody asks', async () => {
  const { one, run, world, settled, messages, log, auditRecords } = createWorld()
  const caller = {
    requestId: 'request-1',
    address: null,
    site: null,
    userAgent: null,
    language: 'en' as const,
  }
  const admin = { userId: 'admin', sessionId: 'session', role: 'admin', securityEpoch: 1 } as const
  world.refused = 'ann@example.com'
  await one.enqueue(notice('ann@example.com'), 'form')
  await settled()
  expect(await one.counts()).toMatchObject({ waiting: 0, dead: 1 })
  await run(one, 'watch-mail')
  expect(log.events.map(({ event }) => event)).toEqual(
    expect.arrayContaining(['mail_dead', 'mail_dead_letters']),
  )
  expect(JSON.stringify(log.events)).not.toContain('ann@')
  const [dead] = await one.listDead()
  expect(dead).toMatchObject({ template: 'form_received', reason: 'refused', reference: 'REF-2026-000125' })
  world.refused = ''
  await one.revive(caller, admin, dead?.id ?? '')
  await settled()
  expect(await messages()).toHaveLength(1)
  expect(auditRecords).toMatchObject([{ eventType: 'mail.retry', actorId: 'admin', resourceId: dead?.id }])
  await expect(one.revive(caller, admin, dead?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
})

test('a mailer that never comes back is given up after days, not weeks', async () => {
  const { one, run, world, clock, settled } = createWorld()
  world.isDown = true
  await one.enqueue(notice('ann@example.com'), 'form')
  await settled()
  for (let elapsed = 0; elapsed < 96 * hour; elapsed += 30 * minute) {
    await run(one, 'send-mail')
    clock.advance(30 * minute)
  }
  expect(await one.listDead()).toMatchObject([{ reason: 'gave_up' }])
  expect(world.attempts).toBeLessThan(50)
})

test('what waits is encrypted, and does not open in another place', async () => {
  const { one, run, mailQueue, settled, world } = createWorld()
  const sealed = await one.seal(notice('ann@example.com'), 'form')
  expect(JSON.stringify(sealed)).not.toContain('ann@example.com')
  world.isDown = true
  await mailQueue.enqueue({ ...sealed, id: 'moved' })
  await run(one, 'send-mail')
  await settled()
  expect(await one.listDead()).toMatchObject([{ id: 'moved', reason: 'unreadable' }])
})

test('a name is greeted only when it is one', () => {
  for (const name of ['Ann', "Seán O'Brien-Núñez", 'Dr. Martin Luther King Jr.', '王小明', 'محمد', 'Zoë'])
    expect(greetingOf(name)).toBe(name)
  for (const name of [
    'Visit evil.example now',
    'http://evil.example',
    'www.evil',
    'Ann\r\nBcc: all@example.com',
    '<b>Ann</b>',
    'Ann\u202Egnp.exe',
    'call 5551234567',
    'a'.repeat(61),
  ])
    expect(greetingOf(name)).toBe('')
})

test('links, codes and references are looked at', () => {
  expect(linkTo(`${origin}/reset-password`, 'abc-1.2_3')).toBe(`${origin}/reset-password?token=abc-1.2_3`)
  for (const make of [
    () => linkTo(`${origin}/a?b`),
    () => linkTo(`${origin}//evil.example`),
    () => linkTo(`${origin}/a`, 'x y'),
    () => linkTo('not an address'),
    () => referenceOf('I need help'),
    () => codeOf('buy now!'),
  ])
    expect(make).toThrow()
})
