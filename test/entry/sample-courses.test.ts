import { describe, expect, test } from 'vitest'
import { makeSampleCourses, seedCourses } from '../../entry/demo.ts'
import pictures from '../../entry/sample-pictures.json' with { type: 'json' }
import type { Ports } from '../../src/ports/ports.ts'
import { browserOf, createTestApp } from '../app.ts'
import { publishCourse, staffMember } from '../core/learning/course-people.ts'

/* What a front end built on the published contract reads of the sample catalog: pictures that are there, and numbers. */

const publicUrls = ['http://localhost:7071', 'https://api.example.org', 'http://127.0.0.1:8080']

test.each(publicUrls)(
  'the sample courses have pictures, people and ratings, behind %s',
  async (publicUrl) => {
    const testApp = await createTestApp({
      environment: { PUBLIC_URL: publicUrl },
    })
    expect(await seedCourses(testApp, testApp.config.http.publicOrigin)).toBe(10)
    await testApp.settled()
    const { call } = browserOf(testApp)
    const { items } = (await call('GET', '/api/v1/courses?limit=100')).body
    expect(items).toHaveLength(10)
    const shown = new Set<string>()
    for (const card of items) {
      const { body: course } = await call('GET', `/api/v1/courses/${card.id}`)
      for (const { thumbnail, instructor, metadata } of [card, course]) {
        for (const address of [thumbnail, instructor.avatar]) {
          expect(address).toMatch(new RegExp(`^${publicUrl}/api/v1/sample-pictures/[a-z0-9-]+\\.webp$`))
          const picture = await testApp.app.request(address)
          expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/webp'])
          const bytes = Buffer.from(await picture.arrayBuffer())
          expect(bytes.subarray(8, 12).toString()).toBe('WEBP')
          expect(bytes.length).toBeLessThan(6_000)
          shown.add(address.split('/').at(-1))
        }
        expect(metadata.rating.toFixed(1)).toMatch(/^[1-5]\.\d$/)
        expect(metadata).toMatchObject({ enrolledCount: 2, completionRate: 100 })
      }
    }
    expect(shown).toEqual(new Set(Object.keys(pictures)))
    const byRating = (await call('GET', '/api/v1/courses?sort=rating&limit=100')).body.items
    const ratings: number[] = byRating.map(({ metadata }: any) => metadata.rating)
    expect(ratings).toEqual(ratings.toSorted((a, b) => b - a))
    expect(new Set(ratings).size).toBeGreaterThan(2)
    expect((await testApp.app.request(`${publicUrl}/api/v1/sample-pictures/none.webp`)).status).toBe(404)
  },
)

test('making them again changes nothing, and nobody signs in as who rated them', async () => {
  const testApp = await createTestApp()
  const { publicOrigin } = testApp.config.http
  await seedCourses(testApp, publicOrigin)
  await testApp.settled()
  const { call } = browserOf(testApp)
  const before = (await call('GET', '/api/v1/courses')).body
  await Promise.all([seedCourses(testApp, publicOrigin), seedCourses(testApp, publicOrigin)])
  await testApp.settled()
  expect((await call('GET', '/api/v1/courses')).body).toEqual(before)
  const body = { email: 'sample.learner.one@example.org', password: '' }
  for (const password of ['', 'SecurePass123!'])
    expect(
      (await call('POST', '/api/v1/auth/login', { body: { ...body, password } })).status,
    ).toBeGreaterThan(399)
})

/** Stores that a process leaves behind that dies after so many writes: what it still tries reaches nothing. */
function createStores() {
  const kept: { documents?: Ports['documents']; ids?: Ports['ids'] } = {}
  const world = { writes: 0, diesAfter: Number.POSITIVE_INFINITY }
  const write =
    <A extends unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      if (world.writes >= world.diesAfter) throw new Error('this process is dead')
      world.writes++
      return work(...given)
    }
  const start = () =>
    createTestApp({
      ports({ documents, ids }) {
        kept.documents ??= documents
        kept.ids ??= ids
        const { insert, replace, remove, transact } = kept.documents
        return {
          ids: kept.ids,
          documents: {
            ...kept.documents,
            insert: write(insert) as typeof insert,
            replace: write(replace) as typeof replace,
            remove: write(remove),
            transact: write(transact) as typeof transact,
          },
        }
      },
    })
  return { world, start }
}
type Started = Awaited<ReturnType<typeof createTestApp>>
const make = (testApp: Started) => makeSampleCourses(testApp, testApp.config.http.publicOrigin)
async function shownBy(testApp: Started) {
  const { call } = browserOf(testApp)
  const { items } = (await call('GET', '/api/v1/courses?limit=100&sort=title')).body
  return Promise.all(
    items.map(async ({ id }: { id: string }) => {
      const { title, metadata } = (await call('GET', `/api/v1/courses/${id}`)).body
      const { rating, enrolledCount, completionRate } = metadata
      return { title, rating, enrolledCount, completionRate }
    }),
  )
}

describe('a process that is killed while it makes them', async () => {
  const whole = createStores()
  const first = await whole.start()
  expect(await make(first)).toBe(10)
  const { writes } = whole.world
  await first.settled()
  const expected = await shownBy(first)
  expect(expected).toHaveLength(10)

  const moments = [
    0,
    1,
    2,
    3,
    5,
    ...Array.from({ length: 14 }, (_, n) => Math.floor((writes * (n + 1)) / 15)),
  ]
  test.each(moments)(
    `after %i of ${writes} writes: the next start goes on, and the one after has nothing to do`,
    async (moment) => {
      const { world, start } = createStores()
      world.diesAfter = moment
      const dying = await start()
      await make(dying).catch(() => undefined)
      await dying.settled()
      world.diesAfter = Number.POSITIVE_INFINITY
      const next = await start()
      expect(await make(next)).toBe(10)
      await next.settled()
      expect(await shownBy(next)).toEqual(expected)
      expect(await make(await start())).toBeNull()
    },
  )
})

test('what staff have changed since is left as it is at the next start', async () => {
  const { start } = createStores()
  const testApp = await start()
  await make(testApp)
  await testApp.settled()
  const admin = await staffMember(testApp, 'Ada', 'admin')
  const cards = (await admin.call('GET', '/api/v1/courses?limit=100')).body.items
  for (const { id } of cards) {
    const members = (await admin.call('GET', `/api/v1/courses/${id}/members`)).body.items
    expect(members).toHaveLength(2)
    for (const { userId } of members) {
      const person = await testApp.users.read(userId)
      if (person) await testApp.enrollments.participation.leave(person.value, id)
    }
  }
  await testApp.settled()
  expect(await make(await start())).toBeNull()
  for (const { id } of cards)
    expect((await admin.call('DELETE', `/api/v1/courses/${id}`)).status, id).toBe(204)
  await testApp.settled()
  expect(await make(await start())).toBeNull()
})

test('nothing is made where people have written courses of their own', async () => {
  const testApp = await createTestApp()
  await publishCourse((await staffMember(testApp, 'Ada', 'admin')).call, { lessons: 1 })
  expect(await make(testApp)).toBeNull()
})
