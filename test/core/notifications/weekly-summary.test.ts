import { describe, expect, test } from 'vitest'
import { users } from '../../../src/core/accounts/users/users.model.ts'
import { mailTurns } from '../../../src/core/notifications/mails/mails.model.ts'
import { MailPutOff } from '../../../src/ports/mailer.ts'
import { createTestApp, person, type TestApp } from '../../app.ts'
import { sharedStores, startTwoProcesses } from '../../two-processes.ts'
import { mailsTo, me } from '../accounts/intruder.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import {
  goToTheEndOfTheWeek,
  lastSummary,
  learner,
  planAndSend,
  prove,
  weeklySubject,
} from './weekly-mail.ts'

const day = 86_400_000

const summariesTo = async (testApp: TestApp, to: string = person.email) =>
  (await mailsTo(testApp, to)).filter(({ subject }) => weeklySubject.test(subject) || /semanal/.test(subject))
const turns = async ({ ports }: TestApp) =>
  (await ports.documents.scan(mailTurns)).items
    .map(({ value }) => value)
    .filter(({ kind }) => kind !== 'round')

test('whoever has something waiting is told how much, once a week, in numbers alone', async () => {
  const testApp = await createTestApp()
  await learner(testApp)
  await planAndSend(testApp)
  const [mail, ...more] = await summariesTo(testApp)
  expect(more).toEqual([])
  expect(mail?.text).toContain('Courses that you have begun: 1. Of them you have done 50 %.')
  expect(mail?.text).not.toMatch(/Conversations|Notifications|pay slip/)
  expect(mail?.unsubscribe).toMatch(/\/api\/v1\/auth\/pages\/unsubscribe\?token=/)
  for (let again = 0; again < 3; again++) {
    await testApp.runJob('plan-summaries')
    await testApp.runJob('send-summaries')
    await testApp.runJob('send-mail')
  }
  expect(await summariesTo(testApp)).toHaveLength(1)
  expect(testApp.log.events.filter(({ event }) => /failed/.test(event))).toEqual([])
})

test('the next week brings the next one', async () => {
  const testApp = await createTestApp()
  await learner(testApp)
  await planAndSend(testApp)
  await planAndSend(testApp)
  expect(await summariesTo(testApp)).toHaveLength(2)
  expect(await turns(testApp)).toEqual([])
  // After weeks in which nothing was opened there is nothing to say.
  for (let week = 0; week < 5; week++) await planAndSend(testApp)
  const count = (await summariesTo(testApp)).length
  await planAndSend(testApp)
  expect(await summariesTo(testApp)).toHaveLength(count)
})

test('conversations that nobody is named of', async () => {
  const testApp = await createTestApp()
  const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
  for (const { userId } of [ann, ben]) await prove(testApp, userId)
  const direct = { type: 'direct', participantIds: [ben.userId] }
  const { id } = (await ann.call('POST', '/api/v1/conversations', { body: direct })).body
  for (const text of ['the canary sings', 'twice'])
    await ann.call('POST', `/api/v1/conversations/${id}/messages`, { body: { text } })
  await testApp.settled()
  const email = (await testApp.users.read(ben.userId))?.value.email ?? ''
  await planAndSend(testApp)
  const { text } = await lastSummary(testApp, email)
  expect(text).toContain('Conversations with something new: 1.')
  expect(text).not.toMatch(/canary|Ann/)
  const toAnn = (await testApp.users.read(ann.userId))?.value.email ?? ''
  expect(await summariesTo(testApp, toAnn)).toEqual([])
})

test('in the language of the person', async () => {
  const testApp = await createTestApp()
  const ann = await learner(testApp)
  await ann.call('PATCH', me, { body: { preferences: { language: 'es' } } })
  await planAndSend(testApp)
  expect((await summariesTo(testApp))[0]?.text).toContain('Cursos que usted ha empezado: 1.')
})

describe.each([
  'Pacific/Kiritimati',
  'Asia/Kathmandu',
  'Europe/Madrid',
  'America/Los_Angeles',
  'Pacific/Niue',
])('in %s', (timeZone) => {
  test('between nine and five of a working day there, also over a change of the clocks', async () => {
    // The clocks go back in the night to Sunday 2026-11-01 in the United States, and on 2026-10-25 in Europe.
    for (const startAt of [Date.UTC(2026, 9, 20), Date.UTC(2026, 9, 29), Date.UTC(2026, 11, 29)]) {
      const testApp = await createTestApp({ startAt })
      const ann = await learner(testApp)
      await ann.call('PATCH', me, { body: { preferences: { timeZone } } })
      testApp.clock.advance(3 * day)
      await testApp.runJob('plan-summaries')
      const [turn] = await turns(testApp)
      const wall = new Intl.DateTimeFormat('en-US', {
        timeZone,
        weekday: 'short',
        hour: 'numeric',
        hourCycle: 'h23',
      }).formatToParts(Date.parse(turn?.dueAt ?? ''))
      const part = (type: string) => wall.find((each) => each.type === type)?.value
      expect(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']).toContain(part('weekday'))
      expect(Number(part('hour'))).toBeGreaterThanOrEqual(9)
      expect(Number(part('hour'))).toBeLessThan(17)
    }
  })
})

test.each([
  ['who does not want it', { preferences: { emailUpdates: false } }],
  ['whose address is not proved', { emailVerified: false }],
  ['who is suspended', { status: 'suspended' }],
  [
    'who has not been here for months',
    { lastLoginAt: '2026-01-01T00:00:00.000Z', activeDays: { runs: [], longest: 0 } },
  ],
  ['who is to be erased', { deletion: { id: 'd', statusBefore: 'active' } }],
] as const)(
  'nothing to somebody %s, whether it is so before or after they were given their turn',
  async (_, facts) => {
    for (const when of ['before', 'after'] as const) {
      const testApp = await createTestApp()
      const { userId } = await learner(testApp)
      const change = () =>
        testApp.users.changeUser(userId, (user) => ({
          ...user,
          ...(facts as object),
          preferences: { ...user.preferences, ...('preferences' in facts ? facts.preferences : {}) },
        }))
      if (when === 'before') await change()
      await testApp.runJob('plan-summaries')
      expect(await turns(testApp)).toHaveLength(when === 'before' ? 0 : 1)
      if (when === 'after') await change()
      goToTheEndOfTheWeek(testApp)
      await testApp.runJob('send-summaries')
      await testApp.runJob('send-mail')
      expect(await summariesTo(testApp), when).toEqual([])
      expect(await turns(testApp)).toEqual([])
    }
  },
)

test('what waits to be sent when somebody ends it is not sent', async () => {
  let isAway = true
  const testApp = await createTestApp({
    ports: ({ mailer }) => ({
      mailer: {
        async send(message) {
          if (isAway) throw new MailPutOff()
          await mailer.send(message)
        },
      },
    }),
  })
  const ann = await learner(testApp)
  await planAndSend(testApp)
  await testApp.users.changeUser(ann.userId, (user) => ({
    ...user,
    preferences: { ...user.preferences, emailUpdates: false },
  }))
  isAway = false
  testApp.clock.advance(3 * 60 * 60_000)
  await testApp.runJob('send-mail')
  expect(await summariesTo(testApp)).toEqual([])
  expect((await testApp.mail.counts()).waiting).toBe(0)
})

test('while the queue is full, everybody keeps their turn', async () => {
  let waiting = 1_000
  const testApp = await createTestApp({
    ports: ({ mailQueue }) => ({
      mailQueue: {
        ...mailQueue,
        counts: async () => ({ ...(await mailQueue.counts()), ...(waiting > 0 && { waiting }) }),
      },
    }),
  })
  await learner(testApp)
  await planAndSend(testApp)
  expect(await summariesTo(testApp)).toEqual([])
  expect(await turns(testApp)).toHaveLength(1)
  waiting = 0
  await testApp.runJob('send-summaries')
  expect(await summariesTo(testApp)).toHaveLength(1)
})

test('one whose turn fails keeps nobody else waiting, and is tried again', async () => {
  let fails = true
  const testApp = await createTestApp({
    ports: ({ mailQueue }) => ({
      mailQueue: {
        ...mailQueue,
        async enqueue(mail) {
          if (fails && mail.template === 'weekly_summary') throw new Error('no')
          await mailQueue.enqueue(mail)
        },
      },
    }),
  })
  await learner(testApp)
  await planAndSend(testApp)
  expect(testApp.log.events.map(({ event }) => event)).toContain('mail_turn_failed')
  expect(await turns(testApp)).toHaveLength(1)
  fails = false
  await testApp.runJob('send-summaries')
  expect(await summariesTo(testApp)).toEqual([])
  testApp.clock.advance(10 * 60_000)
  await testApp.runJob('send-summaries')
  expect(await summariesTo(testApp)).toHaveLength(1)
})

test('an account that is erased leaves no turn behind', async () => {
  const testApp = await createTestApp()
  const { userId } = await learner(testApp)
  await testApp.runJob('plan-summaries')
  const entry = testApp.registry.entries().find(({ store }) => store === mailTurns.name)
  if (!entry || !('erase' in entry)) throw new Error('there is no way to erase it')
  await entry.erase({ userId, account: null, addresses: [] })
  expect(await turns(testApp)).toEqual([])
})

test('a long list of people is walked in pages, from where the run before ended, whoever goes on', async () => {
  const testApp = await createTestApp()
  const scanned: (string | undefined)[] = []
  const { documents } = testApp.ports
  const ann = await learner(testApp)
  const model = (await testApp.users.read(ann.userId))?.value
  if (!model) throw new Error('there is nobody')
  for (let n = 0; n < 750; n++) {
    const id = testApp.ports.ids.next()
    await documents.insert(users, { ...model, id, email: `p${n}@example.com` })
  }
  const scan = documents.scan
  Object.assign(documents, {
    scan(collection: { name: string }, options?: { after?: string; limit?: number }) {
      if (collection.name === 'Users') scanned.push(options?.after)
      return scan(collection as never, options)
    },
  })
  const rounds: number[] = []
  for (let run = 0; run < 5; run++) {
    const before = scanned.length
    await testApp.runJob('plan-summaries')
    rounds.push(scanned.length - before)
  }
  expect(rounds).toEqual([3, 3, 2, 0, 0])
  expect(new Set(scanned).size).toBe(8)
  let all = 0
  for (let after: string | undefined; ; ) {
    const page = await scan(mailTurns, after === undefined ? {} : { after })
    all += page.items.filter(({ value }) => value.kind !== 'round').length
    after = page.next
    if (after === undefined) break
  }
  expect(all).toBe(751)
})

describe.each(Object.keys(sharedStores) as (keyof typeof sharedStores)[])('on %s', (kind) => {
  test('two processes at once, killed at any write, write to each person exactly once', async () => {
    for (let killAt = 0; killAt < 12; killAt++) {
      const { one, two, close } = await startTwoProcesses(kind)
      try {
        await learner(one)
        let writes = 0
        const { documents } = one.ports
        const dying =
          <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
          async (...given: A): Promise<R> => {
            const isLast = ++writes === killAt
            if (writes > killAt && killAt > 0) throw new Error('killed')
            const answer = await work(...given)
            if (isLast) throw new Error('killed')
            return answer
          }
        const whole = { ...documents }
        Object.assign(documents, {
          insert: dying(whole.insert.bind(documents)),
          replace: dying(whole.replace.bind(documents)),
          remove: dying(whole.remove.bind(documents)),
        })
        const ignore = () => undefined
        await Promise.all([
          one.runJob('plan-summaries').catch(ignore),
          two.runJob('plan-summaries').catch(ignore),
        ])
        await two.runJob('plan-summaries')
        goToTheEndOfTheWeek(one)
        await Promise.all([
          one.runJob('send-summaries').catch(ignore),
          two.runJob('send-summaries').catch(ignore),
        ])
        Object.assign(documents, whole)
        one.clock.advance(10 * 60_000)
        for (const each of [two, one]) {
          await each.runJob('send-summaries')
          await each.runJob('send-mail')
        }
        expect(await summariesTo(two), `killed at ${killAt}`).toHaveLength(1)
      } finally {
        await close()
      }
    }
  }, 120_000)
})
