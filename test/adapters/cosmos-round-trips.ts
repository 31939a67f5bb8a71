import { createDefaultHttpClient } from '@azure/core-rest-pipeline'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { setUpCosmos } from '../../src/adapters/cosmos/setup.ts'
import { collections } from '../../src/app/domains.ts'
import type { Cache } from '../../src/ports/cache.ts'
import { type Answer, type Browser, browserOf, createTestApp, person } from '../app.ts'
import { pdf, pngOf } from '../core/files/sample-files.ts'
import { type AnsweredRequest, startCosmosStandIn } from '../stand-ins/cosmos.ts'

/*
 * What each endpoint asks of Cosmos DB and of the cache, counted on the stand-in. The test holds the counts to their
 * limits, `npm run bench:cosmos` prints them with the request units.
 */

/** What an endpoint may ask before it answers. */
export interface Limits {
  /** Requests to Cosmos DB. */
  readonly requests: number
  /** How many of them, at most, wait for one another. */
  readonly inARow?: number
}

interface Scene {
  /** Signed in as `person`, on a second session of the account. */
  readonly browser: Browser
  readonly firstSessionId: string
  /** A published course of one lesson. */
  readonly courseId: string
  readonly lessonId: string
  /** Another one, of two lessons. */
  readonly longCourseId: string
  readonly longLessonId: string
  /** With somebody else, direct. */
  readonly conversationId: string
  /** Files of `person`: one whose bytes have arrived, a document that is complete, and a picture that is. */
  readonly sentId: string
  readonly documentId: string
  readonly pictureId: string
}

export interface MeasuredEndpoint {
  readonly name: string
  readonly limits: Limits
  /** The session is remembered from the row before. Otherwise nothing is, and each count is the largest there is. */
  readonly isSoonAfter?: true
  /** What has to have happened, and is not counted. */
  readonly before?: (scene: Scene) => Promise<Answer>
  readonly call: (scene: Scene) => Promise<Answer>
}

const picture = pngOf(8, 8)
const announcedDocument = {
  fileName: 'certificate.pdf',
  fileType: 'application/pdf',
  fileSize: pdf.byteLength,
  category: 'document',
}
const announcedPicture = {
  fileName: 'me.png',
  fileType: 'image/png',
  fileSize: picture.byteLength,
  category: 'avatar',
}
const logIn = { email: person.email, password: person.password }
const get = (path: string) => (scene: Scene) => scene.browser.call('GET', path)
const post = (path: string, body?: unknown) => (scene: Scene) => scene.browser.call('POST', path, { body })

/** The same by a browser that is not signed in yet. */
const fromNowhere = (path: string, body: unknown) => (scene: Scene) =>
  scene.browser.call('POST', path, { body, headers: { cookie: '' } })

const sendMessage = ({ browser, conversationId }: Scene) =>
  browser.call('POST', `/api/v1/conversations/${conversationId}/messages`, { body: { text: 'hello' } })

/** A row for each endpoint; they run in this order on one account. Those of new domains go at the end, before logout. */
export const measuredEndpoints: readonly MeasuredEndpoint[] = [
  {
    name: 'POST /auth/signup',
    limits: { requests: 4 },
    call: fromNowhere('/api/v1/auth/signup', { ...person, email: 'new@example.com' }),
  },
  { name: 'POST /auth/login', limits: { requests: 4 }, call: fromNowhere('/api/v1/auth/login', logIn) },
  {
    name: 'POST /auth/login, over a session, which ends',
    limits: { requests: 6, inARow: 4 },
    call: post('/api/v1/auth/login', logIn),
  },
  { name: 'POST /auth/refresh', limits: { requests: 3, inARow: 2 }, call: post('/api/v1/auth/refresh') },
  {
    name: 'GET /users/me, the first in 30 seconds',
    limits: { requests: 3, inARow: 2 },
    call: get('/api/v1/users/me'),
  },
  {
    name: 'GET /users/me',
    isSoonAfter: true,
    limits: { requests: 2, inARow: 1 },
    call: get('/api/v1/users/me'),
  },
  {
    name: 'PATCH /users/me',
    limits: { requests: 5, inARow: 3 },
    call: ({ browser }) => browser.call('PATCH', '/api/v1/users/me', { body: { name: 'Ann B.' } }),
  },
  { name: 'GET /auth/sessions', limits: { requests: 3, inARow: 2 }, call: get('/api/v1/auth/sessions') },
  {
    name: 'DELETE /auth/sessions/{id}',
    limits: { requests: 4, inARow: 3 },
    call: ({ browser, firstSessionId }) => browser.call('DELETE', `/api/v1/auth/sessions/${firstSessionId}`),
  },
  { name: 'GET /courses', limits: { requests: 0 }, call: get('/api/v1/courses') },
  {
    name: 'GET /courses/{id}',
    limits: { requests: 1 },
    call: ({ browser, courseId }) => browser.call('GET', `/api/v1/courses/${courseId}`),
  },
  {
    name: 'POST /courses/{id}/enroll',
    limits: { requests: 9, inARow: 6 },
    call: ({ browser, courseId }) => browser.call('POST', `/api/v1/courses/${courseId}/enroll`),
  },
  {
    name: 'GET /courses/{id}/lessons/{lessonId}',
    limits: { requests: 4, inARow: 3 },
    call: ({ browser, courseId, lessonId }) =>
      browser.call('GET', `/api/v1/courses/${courseId}/lessons/${lessonId}`),
  },
  {
    // Three of them are the certificate: what the course is called, itself, and its code.
    name: 'POST /courses/{id}/lessons/{lessonId}/complete, the last of a course',
    limits: { requests: 11, inARow: 9 },
    call: ({ browser, courseId, lessonId }) =>
      browser.call('POST', `/api/v1/courses/${courseId}/lessons/${lessonId}/complete`),
  },
  {
    name: 'GET /users/me/progress',
    limits: { requests: 4, inARow: 2 },
    call: get('/api/v1/users/me/progress'),
  },
  {
    // One of them asks whether the other one of the two may still be written to.
    name: 'POST /conversations/{id}/messages, the first in a while',
    limits: { requests: 8, inARow: 5 },
    call: sendMessage,
  },
  {
    name: 'POST /conversations/{id}/messages, where talk goes on: one for the message, two for the session',
    isSoonAfter: true,
    limits: { requests: 3, inARow: 2 },
    call: sendMessage,
  },
  {
    name: 'POST /files/upload-url',
    limits: { requests: 7, inARow: 5 },
    call: post('/api/v1/files/upload-url', announcedDocument),
  },
  {
    name: 'POST /files/complete',
    limits: { requests: 6, inARow: 4 },
    call: ({ browser, sentId }) =>
      browser.call('POST', '/api/v1/files/complete', { body: { fileId: sentId } }),
  },
  {
    name: 'GET /files/{id}',
    limits: { requests: 3, inARow: 2 },
    call: ({ browser, documentId }) => browser.call('GET', `/api/v1/files/${documentId}`),
  },
  {
    name: 'GET /files/{id}/download',
    limits: { requests: 3, inARow: 2 },
    call: ({ browser, documentId }) => browser.call('GET', `/api/v1/files/${documentId}/download`),
  },
  {
    name: 'POST /users/me/avatar',
    limits: { requests: 14, inARow: 11 },
    call: ({ browser, pictureId }) =>
      browser.call('POST', '/api/v1/users/me/avatar', { body: { fileId: pictureId } }),
  },
  {
    name: 'DELETE /files/{id}',
    limits: { requests: 9, inARow: 7 },
    call: ({ browser, documentId }) => browser.call('DELETE', `/api/v1/files/${documentId}`),
  },
  {
    name: 'POST /courses/{id}/lessons/{lessonId}/complete',
    limits: { requests: 5, inARow: 3 },
    before: ({ browser, longCourseId }) => browser.call('POST', `/api/v1/courses/${longCourseId}/enroll`),
    call: ({ browser, longCourseId, longLessonId }) =>
      browser.call('POST', `/api/v1/courses/${longCourseId}/lessons/${longLessonId}/complete`),
  },
  { name: 'GET /conversations', limits: { requests: 11, inARow: 5 }, call: get('/api/v1/conversations') },
  {
    name: 'GET /conversations/{id}/messages',
    limits: { requests: 6, inARow: 4 },
    call: ({ browser, conversationId }) =>
      browser.call('GET', `/api/v1/conversations/${conversationId}/messages`),
  },
  {
    name: 'POST /sync',
    limits: { requests: 4, inARow: 3 },
    call: ({ browser, conversationId }) =>
      browser.call('POST', '/api/v1/sync', { body: { streams: { [conversationId]: 1 } } }),
  },
  {
    name: 'POST /realtime/negotiate',
    limits: { requests: 2, inARow: 1 },
    call: post('/api/v1/realtime/negotiate'),
  },
  { name: 'POST /auth/logout', limits: { requests: 2, inARow: 2 }, call: post('/api/v1/auth/logout') },
]

export interface Measurement {
  readonly endpoint: MeasuredEndpoint
  readonly status: number
  /** Requests to Cosmos DB before the answer, and the longest chain of them that waited for one another. */
  readonly requests: number
  readonly inARow: number
  /** Request units of those, as the stand-in estimates them. */
  readonly charge: number
  /** What of it is for reads and queries, which Strong makes twice as dear as Session does. */
  readonly chargeOfReading: number
  /** Requests that are sent after the answer, and what they cost. */
  readonly afterwards: number
  readonly chargeAfterwards: number
  /** Calls of the cache before the answer, and the longest chain of them. */
  readonly cacheCalls: number
  readonly cacheInARow: number
}

/** Follows which calls had to wait for which: a call comes one after the latest that had ended when it began. */
function createChain() {
  let ended = 0
  let longest = 0
  let calls = 0
  return {
    async follow<T>(call: () => Promise<T>): Promise<T> {
      const place = ended + 1
      calls++
      longest = Math.max(longest, place)
      const result = await call()
      ended = Math.max(ended, place)
      return result
    },
    /** What there was since the last time, and begins afresh. */
    take() {
      const taken = { calls, inARow: longest }
      ended = 0
      longest = 0
      calls = 0
      return taken
    },
  }
}

function countCalls(cache: Cache, chain: ReturnType<typeof createChain>): Cache {
  return {
    get: (...values) => chain.follow(() => cache.get(...values)),
    set: (...values) => chain.follow(() => cache.set(...values)),
    delete: (...values) => chain.follow(() => cache.delete(...values)),
    increment: (...values) => chain.follow(() => cache.increment(...values)),
    compareAndSwap: (...values) => chain.follow(() => cache.compareAndSwap(...values)),
  }
}

const chargeOf = (answered: readonly AnsweredRequest[]): number =>
  answered.reduce((sum, { charge }) => sum + charge, 0)

/** Runs every endpoint once. */
export async function measureEndpoints(
  endpoints: readonly MeasuredEndpoint[] = measuredEndpoints,
): Promise<readonly Measurement[]> {
  const standIn = await startCosmosStandIn()
  const [toCosmos, toCache] = [createChain(), createChain()]
  const http = createDefaultHttpClient()
  const client = createCosmosClient({
    ...standIn,
    http: {
      // The SDK reads the definition of a container once in its life, which is no endpoint's doing.
      sendRequest: (request) =>
        request.url.includes('/docs')
          ? toCosmos.follow(() => http.sendRequest(request))
          : http.sendRequest(request),
    },
  })
  await setUpCosmos({ client, databaseName: 'counted', collections })
  // As far away as a service is: what is asked at the same time has all been sent before anything is answered.
  standIn.fail({ times: Number.POSITIVE_INFINITY, what: { delayMs: 20 } })
  const postponed: (() => Promise<void>)[] = []
  const testApp = await createTestApp({
    ports: ({ clock, log, cache }) => ({
      documents: createCosmosDocuments({ database: client.database('counted'), clock, log }),
      cache: countCalls(cache, toCache),
      defer: { run: (_name, task) => void postponed.push(task) },
    }),
  })
  const finish = async () => {
    for (let task = postponed.shift(); task; task = postponed.shift()) await task()
  }
  const memoLifeMs = 31_000

  const first = browserOf(testApp)
  await first.call('POST', '/api/v1/auth/signup', { body: person })
  const firstSessionId = (await first.call('GET', '/api/v1/auth/sessions')).body.items[0].id as string
  const browser = browserOf(testApp)
  const loggedIn = await browser.call('POST', '/api/v1/auth/login', { body: logIn })
  await finish()

  const lesson = { key: 'only', title: 'The only lesson' }
  const course = { key: 'counted', title: 'Counted', description: '', category: 'tech', level: 'beginner' }
  const lessons = ['one', 'two'].map((key) => ({ key, title: `Lesson ${key}` }))
  await testApp.courses.importCourses([{ ...course, key: 'long', title: 'Long', lessons }])
  const longCourseId = (await testApp.courses.list({ sort: 'newest', page: 1, limit: 1 })).items[0]?.id ?? ''
  const longLessonId = (await testApp.courses.readDetail(longCourseId)).lessons[0]?.id ?? ''
  testApp.clock.advance(1)
  await testApp.courses.importCourses([{ ...course, lessons: [lesson] }])
  const courseId = (await testApp.courses.list({ sort: 'newest', page: 1, limit: 1 })).items[0]?.id ?? ''
  const lessonId = (await testApp.courses.readDetail(courseId)).lessons[0]?.id ?? ''
  const mate = await testApp.users.createAccount({
    email: 'mate@example.com',
    name: 'Mate',
    passwordHash: '',
  })
  const userId = loggedIn.body.user.id as string
  for (const id of [userId, mate.id])
    await testApp.users.changeUser(id, (user) => ({ ...user, mentorId: 'm' }))
  const { conversation } = await testApp.chat.createConversation(
    { userId, sessionId: 's', role: 'user', securityEpoch: 1 },
    { type: 'direct', participantIds: [mate.id] },
  )
  const send = async (announced: object, bytes: Uint8Array<ArrayBuffer>): Promise<string> => {
    const { body } = await browser.call('POST', '/api/v1/files/upload-url', { body: announced })
    const { uploadUrl, method, headers, fileId } = body
    await testApp.app.request(uploadUrl, { method, headers, body: bytes })
    return fileId
  }
  const complete = async (fileId: string): Promise<string> =>
    (await browser.call('POST', '/api/v1/files/complete', { body: { fileId } })).body.id
  const files = {
    sentId: await send(announcedDocument, pdf),
    documentId: await complete(await send(announcedDocument, pdf)),
    pictureId: await complete(await send(announcedPicture, picture)),
  }
  testApp.clock.advance(memoLifeMs)
  await finish()

  const scene: Scene = {
    browser,
    firstSessionId,
    courseId,
    lessonId,
    longCourseId,
    longLessonId,
    conversationId: conversation.id,
    ...files,
  }
  const measurements: Measurement[] = []
  for (const endpoint of endpoints) {
    await endpoint.before?.(scene)
    await finish()
    if (!endpoint.isSoonAfter) testApp.clock.advance(memoLifeMs)
    toCosmos.take()
    toCache.take()
    const before = standIn.answered.length
    const { status } = await endpoint.call(scene)
    const [cosmos, cache] = [toCosmos.take(), toCache.take()]
    const answered = standIn.answered.slice(before)
    const answeredBefore = standIn.answered.length
    await finish()
    measurements.push({
      endpoint,
      status,
      requests: cosmos.calls,
      inARow: cosmos.inARow,
      charge: chargeOf(answered),
      chargeOfReading: chargeOf(
        answered.filter(({ operation }) => operation === 'read' || operation === 'query'),
      ),
      afterwards: toCosmos.take().calls,
      chargeAfterwards: chargeOf(standIn.answered.slice(answeredBefore)),
      cacheCalls: cache.calls,
      cacheInARow: cache.inARow,
    })
  }
  await standIn.close()
  return measurements
}
