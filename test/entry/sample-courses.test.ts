import { expect, test } from 'vitest'
import { seedCourses } from '../../entry/demo.ts'
import pictures from '../../entry/sample-pictures.json' with { type: 'json' }
import { browserOf, createTestApp } from '../app.ts'

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
