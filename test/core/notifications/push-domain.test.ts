import { beforeEach, expect, test } from 'vitest'
import type { StillToTell } from '../../../src/core/notifications/push/push.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { signUp } from '../learning/course-people.ts'
import { newBrowser } from './push-people.ts'

const minute = 60_000
const hour = 60 * minute

let testApp: TestApp
let ann: Awaited<ReturnType<typeof signUp>>
let still: (notificationId: string) => StillToTell

const actorOf = async ({ accessToken, userId }: typeof ann) => {
  const verdict = await testApp.auth.verifyToken(accessToken)
  if (verdict.verdict !== 'valid') throw new Error(verdict.verdict)
  return { userId, sessionId: verdict.claims.sid, role: 'user' as const, securityEpoch: 0 }
}
async function subscribe(person: typeof ann, endpoint?: string) {
  const { publicKey } = await testApp.push.publicKey()
  const browser = await newBrowser(publicKey ?? '', endpoint)
  return testApp.push.subscribe(await actorOf(person), browser, 'https://portal.example.org')
}
const enqueue = (notificationId: string, more: object = {}) =>
  testApp.push.enqueue({
    userId: ann.userId,
    notificationId,
    about: 'conversation 1',
    urgency: 'normal',
    ...more,
  })
const told = () => testApp.pusher.pushes()

beforeEach(async () => {
  testApp = await createTestApp()
  still = () => ({ is: 'yes', badge: 3 })
  testApp.push.stillToTell.listener('notices', async ({ notificationId }) => still(notificationId)).attach()
  ann = await signUp(testApp, 'Ann')
})

test('a device is told at once, in words that say nothing, and where to look', async () => {
  await subscribe(ann)
  await enqueue('n1')
  await testApp.settled()
  expect(told()).toHaveLength(1)
  const [{ wake, options }] = told() as [ReturnType<typeof told>[number]]
  expect(wake).toEqual({
    web_push: 8030,
    notification: {
      title: 'Something new',
      body: 'Open to see it.',
      lang: 'en',
      dir: 'auto',
      navigate: expect.stringMatching(/^https:\/\/portal\.example\.org\/open\/[\w-]{22}$/),
      tag: expect.stringMatching(/^[\w-]{32}$/),
    },
    app_badge: 3,
  })
  expect(options).toEqual({ topic: wake.notification.tag, urgency: 'normal', ttlSeconds: 12 * 3600 })
  const opaque = wake.notification.navigate.split('/').at(-1) ?? ''
  expect(await testApp.push.open(await actorOf(ann), opaque)).toEqual({ notificationId: 'n1' })
  const ben = await signUp(testApp, 'Ben')
  await expect(testApp.push.open(await actorOf(ben), opaque)).rejects.toMatchObject({ code: 'not_found' })
})

test('of one conversation a device is told once until it was seen', async () => {
  await subscribe(ann)
  for (const id of ['n1', 'n1', 'n2']) {
    await enqueue(id)
    await testApp.settled()
  }
  expect(told()).toHaveLength(1)
  // Seen meanwhile.
  still = (id) => (id === 'n1' ? { is: 'no' } : { is: 'yes', badge: 1 })
  await enqueue('n3')
  await testApp.settled()
  expect(told()).toHaveLength(2)
  expect(new Set(told().map(({ options }) => options.topic)).size).toBe(1)
})

test('what is over before it was sent is not told', async () => {
  await subscribe(ann)
  still = () => ({ is: 'no' })
  await enqueue('n1')
  await testApp.settled()
  expect(told()).toEqual([])
})

test('what is not to be told yet waits for its time, and for the job', async () => {
  await subscribe(ann)
  const notBefore = new Date(testApp.clock.now() + hour).toISOString()
  still = () => ({ is: 'later', notBefore })
  await enqueue('n1')
  await testApp.settled()
  await testApp.runJob('send-push')
  expect(told()).toEqual([])
  still = () => ({ is: 'yes', badge: 1 })
  testApp.clock.advance(hour - 1)
  await testApp.runJob('send-push')
  expect(told()).toEqual([])
  testApp.clock.advance(1)
  await testApp.runJob('send-push')
  expect(told()).toHaveLength(1)
})
