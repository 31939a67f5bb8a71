import { expect, test } from 'vitest'
import { everySeconds } from '../../../scripts/slo/jobs.ts'
import type { MetricName } from '../../../src/ports/metrics.ts'
import { browserOf } from '../../app.ts'
import { contact, submit } from '../forms/form-world.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import { createObservedApp, type ObservedApp } from './observed-app.ts'

/* What a promise is judged by, as the program counts it. */

const toldOf = ({ metrics }: ObservedApp, name: MetricName): number | undefined =>
  (metrics.read().find((reading) => reading.name === name)?.points[0] as { value?: number } | undefined)
    ?.value
const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

test('the jobs that alerts know are those of the app, as often as they run', async () => {
  const { jobs } = await createObservedApp()
  expect(Object.fromEntries(jobs.map(({ name, everyMs }) => [name, everyMs / 1_000]))).toEqual(everySeconds)
})

test('that a form waits for too long is told, and no longer by whoever looked long ago', async () => {
  const testApp = await createObservedApp()
  const count = () => testApp.runJob('watch-forms')
  expect(toldOf(testApp, 'forms.overdue')).toBeUndefined()
  await submit(browserOf(testApp), 'contact', contact)
  await count()
  expect(toldOf(testApp, 'forms.overdue')).toBe(0)
  testApp.clock.advance(5 * dayMs)
  await count()
  expect(toldOf(testApp, 'forms.overdue')).toBe(1)
  testApp.clock.advance(20 * 60_000)
  expect(toldOf(testApp, 'forms.overdue')).toBeUndefined()
})

test('mail that was counted long ago is not told either', async () => {
  const testApp = await createObservedApp()
  await testApp.runJob('watch-mail')
  expect(toldOf(testApp, 'mail.queue.age')).toBe(0)
  expect(toldOf(testApp, 'mail.dead')).toBe(0)
  testApp.clock.advance(20 * 60_000)
  expect(toldOf(testApp, 'mail.queue.age')).toBeUndefined()
  expect(toldOf(testApp, 'mail.dead')).toBeUndefined()
})

test('how long ago the audit log was found intact is told by every process that looks, and damage at once', async () => {
  const testApp = await createObservedApp()
  const verify = () => testApp.runJob('verify-audit')
  await submit(browserOf(testApp), 'contact', contact)
  await testApp.settled()
  expect(toldOf(testApp, 'audit.verified_age')).toBeUndefined()
  await verify()
  expect(toldOf(testApp, 'audit.damaged')).toBe(0)
  testApp.clock.advance(hourMs)
  expect(toldOf(testApp, 'audit.verified_age')).toBe(3_600)
  testApp.clock.advance(4 * hourMs)
  expect(toldOf(testApp, 'audit.verified_age')).toBeUndefined()
  await verify()
  expect(toldOf(testApp, 'audit.verified_age')).toBeLessThanOrEqual(5 * 3_600)
  testApp.clock.advance(dayMs)
  Object.assign(testApp.auditRecords[0] ?? {}, { reason: 'somebody else' })
  await verify()
  expect(toldOf(testApp, 'audit.damaged')).toBe(1)
  expect(toldOf(testApp, 'audit.verified_age')).toBeUndefined()
})

test('the age of the signing key in use is told', async () => {
  const testApp = await createObservedApp()
  await testApp.runJob('watch-keys')
  const versions = await testApp.ports.secrets.versions('signing-keys')
  const activeFromMs = Date.parse(versions[0]?.activeFrom ?? '')
  expect(toldOf(testApp, 'keys.signing_age')).toBe((testApp.clock.now() - activeFromMs) / 1_000)
  testApp.clock.advance(4 * hourMs)
  expect(toldOf(testApp, 'keys.signing_age')).toBeUndefined()
})

test('a message that is handed over late, or not at the first try, is counted as late', async () => {
  const slow = { ms: 0, isBroken: false }
  const testApp: ObservedApp = await createObservedApp({
    ports: ({ realtime }) => ({
      realtime: {
        ...realtime,
        async publish(...given) {
          testApp.clock.advance(slow.ms)
          if (slow.isBroken) throw new Error('no')
          return realtime.publish(...given)
        },
      },
    }),
  })
  const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
  const { body } = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [ben.userId] },
  })
  const say = async () => {
    await ann.call('POST', `/api/v1/conversations/${body.id}/messages`, { body: { text: 'hello' } })
    await testApp.settled()
  }
  await say()
  expect(toldOf(testApp, 'chat.message.late')).toBeUndefined()
  slow.ms = 1_001
  await say()
  expect(toldOf(testApp, 'chat.message.late')).toBe(1)
  slow.ms = 0
  slow.isBroken = true
  await say()
  expect(toldOf(testApp, 'chat.message.late')).toBe(2)
})
