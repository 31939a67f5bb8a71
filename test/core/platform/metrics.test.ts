import { expect, test } from 'vitest'
import { observedJobs } from '../../../entry/wiring/observed-jobs.ts'
import type { MetricName } from '../../../src/ports/metrics.ts'
import { browserOf, person, signedInBrowser } from '../../app.ts'
import { type ChatPerson, chatPeople } from '../messaging/chat-people.ts'
import { createObservedApp, type ObservedApp } from './observed-app.ts'

const pointsOf = ({ metrics }: ObservedApp, name: MetricName): readonly any[] =>
  metrics.read().find((reading) => reading.name === name)?.points ?? []

test('logins are counted by how, and by why they were refused', async () => {
  const testApp = await createObservedApp()
  await signedInBrowser(testApp)
  const { call } = browserOf(testApp)
  const logIn = (password: string) =>
    call('POST', '/api/v1/auth/login', { body: { email: person.email, password } })
  await logIn('WrongPassword1!')
  await logIn('WrongPassword2!')
  await logIn(person.password)
  expect(pointsOf(testApp, 'auth.login.success')).toMatchObject([
    { facts: { 'app.login.way': 'password' }, value: 1 },
  ])
  expect(pointsOf(testApp, 'auth.login.error')).toEqual([
    {
      kind: 'counter',
      facts: { 'app.login.way': 'password', 'app.login.reason': 'invalid_credentials' },
      value: 2,
    },
  ])
  expect(pointsOf(testApp, 'auth.login.duration')).toMatchObject([{ count: 3 }])
})

test('every request and every call of a database is counted, whether its trace is kept or not', async () => {
  const testApp = await createObservedApp({ systems: { documents: 'memory' } })
  const { call } = browserOf(testApp)
  for (let n = 0; n < 3; n++) await call('GET', '/api/v1/courses')
  await call('GET', '/api/v1/users/me')
  expect(pointsOf(testApp, 'http.server.request.duration')).toMatchObject([
    { facts: { 'http.route': '/api/v1/courses', 'http.response.status_class': '2xx' }, count: 3 },
    { facts: { 'http.route': '/api/v1/users/me', 'http.response.status_class': '4xx' }, count: 1 },
  ])
  const calls = pointsOf(testApp, 'db.client.operation.duration')
  expect(calls.map(({ facts }) => facts['db.operation.name'])).toContain('documents.query')
  for (const { facts } of calls) expect(facts).toHaveProperty(['db.operation.name'])
})

test('a message is measured until it was handed over, mail and jobs when they are looked at', async () => {
  const testApp = await createObservedApp()
  const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
  const conversation = await ann.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [ben.userId] },
  })
  await ann.call('POST', `/api/v1/conversations/${conversation.body.id}/messages`, {
    body: { text: 'hello' },
  })
  await testApp.settled()
  expect(pointsOf(testApp, 'chat.message.delivery')[0]?.count).toBeGreaterThanOrEqual(1)

  expect(pointsOf(testApp, 'mail.dead')).toEqual([])
  const jobs = observedJobs(testApp.jobs, testApp.ports)
  await jobs.find(({ name }) => name === 'watch-mail')?.run()
  expect(pointsOf(testApp, 'mail.dead')).toMatchObject([{ value: 0 }])
  testApp.clock.advance(90_000)
  const ages = new Map(
    pointsOf(testApp, 'jobs.last_success_age').map(({ facts, value }) => [facts['app.job.name'], value]),
  )
  expect([...ages.keys()].toSorted()).toEqual(testApp.jobs.map(({ name }) => name).toSorted())
  expect(new Set(ages.values())).toEqual(new Set([90]))
  await jobs.find(({ name }) => name === 'send-mail')?.run()
  const again = pointsOf(testApp, 'jobs.last_success_age')
  expect(again.find(({ facts }) => facts['app.job.name'] === 'send-mail')?.value).toBe(0)
})

test('a job that fails has not succeeded', async () => {
  const testApp = await createObservedApp()
  const failing = { name: 'fails', everyMs: 1, run: () => Promise.reject(new Error('no')) }
  const [job] = observedJobs([failing], testApp.ports)
  testApp.clock.advance(60_000)
  await expect(job?.run()).rejects.toThrow('no')
  expect(pointsOf(testApp, 'jobs.last_success_age')).toMatchObject([{ value: 60 }])
  expect(pointsOf(testApp, 'app.job.duration')).toMatchObject([
    { facts: { 'app.job.name': 'fails', 'error.type': '_OTHER' }, count: 1 },
  ])
})
