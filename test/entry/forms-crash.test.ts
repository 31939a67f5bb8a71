import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createSqliteAudit } from '../../src/adapters/sqlite/audit.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import { createSqliteMailQueue } from '../../src/adapters/sqlite/mail-queue.ts'
import { createSqliteSubmissions } from '../../src/adapters/sqlite/submissions.ts'
import { auditKeysIn, testAuditKeys } from '../audit-keys.ts'
import { startServer } from '../server.ts'
import { createCertificate } from '../stand-ins/certificate.ts'
import { startSmtpServer } from '../stand-ins/smtp-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'forms-crash-'))
afterAll(() => rmSync(directory, { recursive: true }))

const program = join(import.meta.dirname, 'dying-program.ts')

test('killed before any step of storing and sending: all of a form is there or nothing, and its mails arrive', async () => {
  const [path, outbox] = [join(directory, 'steps.db'), join(directory, 'outbox')]
  const run = (lastStep: number, laterMs = 0) =>
    spawnSync(process.execPath, [program, path, String(lastStep), outbox, String(laterMs)], {
      encoding: 'utf8',
    })
  let acknowledged = 0
  let killed = 0
  for (let lastStep = 1; ; lastStep++) {
    const { signal, stdout, stderr } = run(lastStep)
    expect(stderr.replaceAll(/.*Warning.*\n?/g, '')).toBe('')
    if (stdout.includes('stored')) acknowledged++
    if (signal === 'SIGKILL') killed++
    const database = openSqlite(path)
    const count = (table: string) => Number(database.get('test', `select count(*) as n from ${table}`)?.['n'])
    const submissions = await createSqliteSubmissions({ database, keys: testAuditKeys() }).list(
      {},
      { order: 'newest', limit: 1_000 },
    )
    const stored = submissions.items.length
    expect(stored).toBeGreaterThanOrEqual(acknowledged)
    expect(count('mail_outbox')).toBe(2 * stored)
    expect(count('submission_contacts')).toBe(2 * stored)
    expect(await createSqliteAudit({ database, keys: testAuditKeys() }).verify()).toMatchObject({
      intact: true,
      records: stored,
    })
    expect(
      submissions.items.map(({ trackingNumber }) => Number(trackingNumber?.slice(-6))).sort((a, b) => a - b),
    ).toEqual(Array.from({ length: stored }, (_, i) => i + 1))
    database.close()
    if (stdout.includes('finished')) break
    expect(lastStep).toBeLessThan(100)
  }
  expect(killed).toBeGreaterThan(15)
  expect(run(0, 3_600_000).stdout).toContain('finished')
  const database = openSqlite(path)
  expect(await createSqliteMailQueue({ database }).counts()).toMatchObject({ waiting: 0, dead: 0 })
  const mails = database.all('test', 'select id from mail_outbox').map(({ id }) => String(id))
  database.close()
  const arrived = readFileSync(outbox, 'utf8').trim().split('\n')
  expect(new Set(arrived)).toEqual(new Set(mails))
  // Between handing a letter on and recording it lies the one step after which it goes out again.
  expect(arrived.length).toBeLessThanOrEqual(mails.length + killed)
}, 120_000)

test('killed in the middle of 400 referrals: whoever got a number keeps it, no number is missing, every mail arrives', async () => {
  const { certificate, privateKey } = await createCertificate(['localhost'])
  const smtp = await startSmtpServer({ password: 'unused', certificate, privateKey })
  const environment = {
    DATA_DIR: join(directory, 'server'),
    RATE_LIMIT_SCALE: '1000000',
    MAIL_FROM: 'no-reply@tools.example',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    SMTP_TLS: 'off',
  }
  const server = await startServer(environment)
  const acknowledged: string[] = []
  await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      const response = await fetch(`${server.url}/api/v1/forms/referral`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          relationship: 'self',
          participant: { name: 'Pat Participant', contact: `pat${i}@example.com` },
          services: ['housing'],
          urgency: 'normal',
        }),
      }).catch(() => null)
      const answer = (await response?.json().catch(() => null)) as { trackingNumber: string } | null
      if (response?.status === 201 && answer) acknowledged.push(answer.trackingNumber)
      if (acknowledged.length === 150) server.process.kill('SIGKILL')
    }),
  )
  await server.stop('SIGKILL')
  expect(acknowledged.length).toBeGreaterThanOrEqual(150)

  const path = join(environment.DATA_DIR, 'tools-inc.db')
  expect(existsSync(path)).toBe(true)
  const database = openSqlite(path)
  const { items } = await createSqliteSubmissions({ database, keys: testAuditKeys() }).list(
    {},
    { order: 'newest', limit: 1_000 },
  )
  const numbers = items.map(({ trackingNumber }) => trackingNumber ?? '').sort()
  expect(numbers.map((number) => Number(number.slice(-6)))).toEqual(numbers.map((_, i) => i + 1))
  expect(numbers).toEqual(expect.arrayContaining(acknowledged))
  expect(
    await createSqliteAudit({ database, keys: auditKeysIn(join(directory, 'server')) }).verify(),
  ).toMatchObject({
    intact: true,
    records: items.length,
  })
  // As if the five minutes had passed for which the dead process holds what it was sending.
  await database.write('test', [], () => database.run('update mail_outbox set lease_until = null'))
  database.close()

  const restarted = await startServer(environment)
  await expect
    .poll(() => new Set(smtp.received.map(({ to }) => to[0])).size, { timeout: 30_000 })
    .toBe(items.length)
  // The last ones have arrived a moment before that is written down.
  const mail = async () =>
    ((await (await fetch(`${restarted.url}/api/readyz`)).json()) as { mail: object }).mail
  await expect.poll(mail, { timeout: 30_000 }).toMatchObject({ waiting: 0, dead: 0 })
  const messageIds = smtp.received.map(({ messageId }) => messageId)
  // What was in the air when the process died, a batch at most, came twice, with the same Message-ID.
  expect(messageIds.length - new Set(messageIds).size).toBeLessThanOrEqual(10)
  expect(new Set(messageIds).size).toBe(items.length)
  expect(await restarted.stop()).toBe(0)
  await smtp.goAway()
}, 120_000)
