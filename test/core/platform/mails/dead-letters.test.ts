import { expect, test } from 'vitest'
import { MailPutOff, MailRefused } from '../../../../src/ports/mailer.ts'
import { browserOf, createTestApp, logInOf, person, signedInBrowser } from '../../../app.ts'

const minute = 60_000
const contact = {
  name: 'Ann Example',
  subject: 'A question',
  message: 'When does the next course begin?',
}

async function open() {
  let fails: ((to: string) => Error | null) | null = null
  const testApp = await createTestApp({
    environment: { FORMS_NOTIFY: 'intake@tools.example' },
    ports: ({ mailer }) => ({
      mailer: {
        async send(message) {
          const error = fails?.(message.to) ?? null
          if (error) throw error
          await mailer.send(message)
        },
      },
    }),
  })
  const visitor = browserOf(testApp)
  const admin = await signedInBrowser(testApp, person)
  await testApp.users.changeUser(admin.userId, (user) => ({ ...user, role: 'admin' }))
  await testApp.settled()
  const signIn = () => admin.call('POST', '/api/v1/auth/login', { body: logInOf(person) })
  await signIn()
  return {
    testApp,
    visitor,
    admin,
    signIn,
    fail: (how: typeof fails) => {
      fails = how
    },
    write: (email: string) => visitor.call('POST', '/api/v1/forms/contact', { body: { ...contact, email } }),
    mail: async () => (await visitor.call('GET', '/api/readyz')).body.mail,
  }
}

test('while the mail server is away, the age of what waits grows by the clock, whatever is retried', async () => {
  const { testApp, fail, write, mail } = await open()
  fail(() => new MailPutOff())
  await write('ann@example.com')
  await testApp.settled()
  for (let elapsed = 1; elapsed <= 40; elapsed++) {
    testApp.clock.advance(minute / 2)
    await testApp.runJob('send-mail')
    expect(await mail()).toEqual({ waiting: 2, dead: 0, oldestWaitingMs: (elapsed * minute) / 2 })
  }
  await testApp.runJob('watch-mail')
  expect(testApp.log.events.findLast(({ event }) => event === 'mail_waits')?.fields).toEqual({
    waiting: 2,
    waitingSinceMs: 20 * minute,
  })
  fail(null)
  testApp.clock.advance(2 * 60 * minute)
  await testApp.runJob('send-mail')
  expect(await mail()).toEqual({ waiting: 0, dead: 0, oldestWaitingMs: 0 })
})

test('dead letters show the code, and all of a kind are retried in one call', async () => {
  const { testApp, admin, signIn, fail, write, mail } = await open()
  const codes: Record<string, string> = { 'a@example.com': '550 5.1.1', 'b@example.com': '554 5.6.0' }
  fail((to) => (codes[to] ? new MailRefused({ code: codes[to] }) : null))
  for (const email of ['a@example.com', 'b@example.com', 'c@example.com', 'a@example.com']) await write(email)
  await testApp.settled()
  await signIn()
  const path = '/api/v1/admin/mail/dead-letters'
  const { items } = (await admin.call('GET', path)).body
  expect(items.map(({ reason, code }: any) => [reason, code])).toEqual([
    ['refused', '550 5.1.1'],
    ['refused', '554 5.6.0'],
    ['refused', '550 5.1.1'],
  ])
  const retry = async (body: object) => (await admin.call('POST', `${path}/retry`, { body })).body
  expect(await retry({ reason: 'gave_up' })).toEqual({ retried: 0 })
  fail(null)
  expect(await retry({ code: '550 5.1.1' })).toEqual({ retried: 2 })
  expect(await retry({ code: '550 5.1.1' })).toEqual({ retried: 0 })
  await testApp.settled()
  expect(await mail()).toMatchObject({ waiting: 0, dead: 1 })
  expect(await retry({})).toEqual({ retried: 1 })
  await testApp.settled()
  testApp.clock.advance(1_000)
  expect(await mail()).toMatchObject({ waiting: 0, dead: 0 })
  const letters = (await testApp.ports.mailbox!.messages()).map(({ to }) => to)
  expect(letters.filter((to) => to.endsWith('@example.com')).toSorted()).toEqual(
    expect.arrayContaining(['a@example.com', 'a@example.com', 'b@example.com', 'c@example.com']),
  )
  expect((await admin.call('POST', `${path}/retry`, { body: { reason: 'else' } })).status).toBe(400)
  expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'mail.retry_all')).toHaveLength(4)
})
