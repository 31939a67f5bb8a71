import { beforeEach, describe, expect, test } from 'vitest'
import { courses } from '../../../src/core/learning/courses/courses.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, origin, type TestApp } from '../../app.ts'
import { complete, enrol, newCourse, publishCourse, signUp, staffMember } from './course-people.ts'

const stranger = '00000000-0000-7000-8000-00000000ffff'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let mentor: Awaited<ReturnType<typeof staffMember>>
beforeEach(async () => {
  testApp = await createTestApp()
  ;[admin, mentor] = [await staffMember(testApp, 'Zoe', 'admin'), await staffMember(testApp, 'Mia', 'mentor')]
})

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await testApp.app.request(`${origin}/api/v1/courses${path}`, { headers })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? '' : JSON.parse(text) }
}
const titles = async (query: string) =>
  (await get(query)).body.items.map(({ title }: { title: string }) => title)

describe('the catalogue', () => {
  test('shows published courses alone, to anybody, as cards', async () => {
    await mentor.call('POST', '/api/v1/courses', { body: { ...newCourse, title: 'Not yet' } })
    const { id } = await publishCourse(mentor.call, { lessons: 2 })
    const { status, body } = await get('')
    expect(status).toBe(200)
    expect(body).toEqual({
      items: [
        {
          id,
          ...newCourse,
          thumbnail: null,
          duration: 20,
          durationSeconds: 1200,
          instructor: { name: 'Mia', avatar: null },
          metadata: { enrolledCount: 0, completionRate: 0, rating: null },
        },
      ],
      pagination: { page: 1, limit: 20, total: 1, totalPages: 1 },
    })
  })

  test('filters, searches, sorts and pages', async () => {
    const make = (title: string, fields: object = {}) =>
      publishCourse(admin.call, { lessons: 1, title, description: '', ...fields })
    await make('Café English', { category: 'education', level: 'advanced' })
    testApp.clock.advance(1_000)
    await make('Budget basics', { category: 'life-skills', description: 'Money and CREDIT.' })
    testApp.clock.advance(1_000)
    await make('Credit repair', { category: 'life-skills', instructor: { name: 'Renée Alba' } })
    expect(await titles('')).toEqual(['Credit repair', 'Budget basics', 'Café English'])
    expect(await titles('?sort=title')).toEqual(['Budget basics', 'Café English', 'Credit repair'])
    expect(await titles('?category=life-skills')).toEqual(['Credit repair', 'Budget basics'])
    expect(await titles('?level=advanced')).toEqual(['Café English'])
    expect(await titles('?q=credit')).toEqual(['Credit repair', 'Budget basics'])
    expect(await titles('?q=cafe%20ENGLISH')).toEqual(['Café English'])
    expect(await titles('?q=money+credit')).toEqual(['Budget basics'])
    expect(await titles('?instructor=renee')).toEqual(['Credit repair'])
    expect(await titles('?q=nothing+of+the+kind')).toEqual([])
    const second = (await get('?limit=2&page=2')).body
    expect(second.items).toHaveLength(1)
    expect(second.pagination).toEqual({ page: 2, limit: 2, total: 3, totalPages: 2 })
    expect((await get('?page=99')).body.items).toEqual([])
    for (const query of ['?category=sports', '?limit=101', '?page=0', '?sort=up', '?limit=x'])
      expect((await get(query)).status).toBe(400)
  })

  test('is the same bytes with an ETag until a course changes, in every process and at once', async () => {
    const { id } = await publishCourse(mentor.call)
    const other = await createTestApp({
      ports: () => ({ documents: testApp.ports.documents, cache: testApp.ports.cache }),
    })
    const first = await get('')
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('public, max-age=0, s-maxage=60, must-revalidate')
    expect((await get('', { 'if-none-match': etag })).status).toBe(304)
    const elsewhere = () => other.app.request(`${origin}/api/v1/courses`)
    expect((await elsewhere()).headers.get('etag')).toBe(etag)

    await mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { title: 'Another title' } })
    const changed = await get('', { 'if-none-match': etag })
    expect([changed.status, changed.body.items[0].title]).toEqual([200, 'Another title'])
    expect(((await (await elsewhere()).json()) as any).items[0].title).toBe('Another title')

    await publishCourse(mentor.call, { title: 'A second one' })
    expect(((await (await elsewhere()).json()) as any).pagination.total).toBe(2)
    await mentor.call('DELETE', `/api/v1/courses/${id}`)
    expect(((await (await elsewhere()).json()) as any).pagination.total).toBe(1)
    expect((await get(`/${id}`)).status).toBe(404)
  })

  test('reads the store once in 15 minutes, and counts appear with it', async () => {
    let queries = 0
    const { documents } = testApp.ports
    const counting = await createTestApp({
      ports: (ports) => ({
        cache: testApp.ports.cache,
        clock: testApp.clock,
        documents: {
          ...documents,
          query: ((...given: Parameters<typeof documents.query>) => {
            queries++
            return documents.query(...given)
          }) as typeof ports.documents.query,
        },
      }),
    })
    const list = async () =>
      ((await (await counting.app.request(`${origin}/api/v1/courses`)).json()) as any).items
    const { id } = await publishCourse(admin.call)
    await list()
    queries = 0
    await enrol((await signUp(testApp, 'Ann')).call, id)
    expect([(await list())[0].metadata.enrolledCount, queries]).toEqual([0, 0])
    testApp.clock.advance(15 * 60_000)
    expect((await list())[0].metadata.enrolledCount).toBe(1)
    expect(queries).toBeGreaterThan(0)
  })

  test('goes on while the cache is down; a change elsewhere is seen within 30 seconds', async () => {
    const down = async () => Promise.reject(new PortUnavailable('cache'))
    const { documents } = testApp.ports
    const alone = await createTestApp({
      ports: ({ cache }) => ({
        documents,
        clock: testApp.clock,
        cache: { ...cache, get: down, set: down, increment: down, compareAndSwap: down, delete: down },
      }),
    })
    const total = async () =>
      ((await (await alone.app.request(`${origin}/api/v1/courses`)).json()) as any).pagination.total
    expect(await total()).toBe(0)
    await publishCourse(admin.call)
    expect(await total()).toBe(0)
    testApp.clock.advance(30_000)
    expect(await total()).toBe(1)
  })
})

describe('a course', () => {
  test('has lessons, instructor and counts as they are now, and an ETag that follows them', async () => {
    const { id, lessonIds } = await publishCourse(mentor.call, {
      lessons: 2,
      instructor: { name: 'Dr. Vega', bio: 'Teaches.' },
    })
    const first = await get(`/${id}`)
    expect(first.body).toMatchObject({
      id,
      version: 1,
      isSequential: false,
      instructor: { name: 'Dr. Vega', avatar: null, bio: 'Teaches.' },
      metadata: { enrolledCount: 0, createdAt: expect.any(String), updatedAt: expect.any(String) },
    })
    expect(first.body.lessons).toEqual(
      lessonIds.map((lessonId, i) => ({
        id: lessonId,
        title: `Lesson ${i + 1}`,
        description: '',
        duration: 10,
        durationSeconds: 600,
        order: i + 1,
        moduleId: null,
      })),
    )
    const etag = first.headers.get('etag') ?? ''
    expect((await get(`/${id}`, { 'if-none-match': etag })).status).toBe(304)
    await enrol((await signUp(testApp, 'Ann')).call, id)
    const second = await get(`/${id}`, { 'if-none-match': etag })
    expect([second.status, second.body.metadata.enrolledCount]).toEqual([200, 1])
    expect((await get(`/${stranger}`)).status).toBe(404)
    expect((await get('/7')).status).toBe(404)
  })
})

describe('writing courses', () => {
  test('is for admins and mentors; mentors change their own, admins any', async () => {
    const ann = await signUp(testApp, 'Ann')
    expect((await ann.call('POST', '/api/v1/courses', { body: newCourse })).status).toBe(403)
    const max = await staffMember(testApp, 'Max', 'mentor')
    const draft = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body
    expect((await max.call('GET', `/api/v1/courses/${draft.id}/draft`)).status).toBe(404)
    expect((await max.call('POST', `/api/v1/courses/${draft.id}/publish`)).status).toBe(404)
    const { id, lessonIds } = await publishCourse(mentor.call)
    const attempts = [
      ['PATCH', `/${id}`, { title: 'Mine now' }],
      ['POST', `/${id}/lessons`, { title: 'Mine' }],
      ['PATCH', `/${id}/lessons/${lessonIds[0]}`, { title: 'Mine' }],
      ['DELETE', `/${id}/lessons/${lessonIds[0]}`],
      ['POST', `/${id}/publish`],
      ['GET', `/${id}/draft`],
      ['DELETE', `/${id}`],
    ] as const
    for (const [method, path, body] of attempts)
      expect([
        method,
        path,
        (await max.call(method, `/api/v1/courses${path}`, body ? { body } : {})).status,
      ]).toEqual([method, path, 403])
    expect(
      (await admin.call('PATCH', `/api/v1/courses/${id}`, { body: { title: 'By an admin' } })).status,
    ).toBe(200)
    expect(
      testApp.auditRecords
        .filter(({ eventType }) => eventType.startsWith('course.'))
        .map(({ eventType }) => eventType),
    ).toEqual(['course.create', 'course.create', 'course.publish', 'course.update'])
  })

  test('a draft has versions for its editors, and needs a lesson to be published', async () => {
    const created = await mentor.call('POST', '/api/v1/courses', { body: newCourse })
    expect(created.status).toBe(201)
    const { id } = created.body
    expect(created.headers.get('location')).toBe(`/api/v1/courses/${id}/draft`)
    const etag = created.headers.get('etag') ?? ''
    const refused = await mentor.call('POST', `/api/v1/courses/${id}/publish`)
    expect([refused.status, refused.body.error.code, refused.body.error.details[0].code]).toEqual([
      409,
      'conditions_missing',
      'no_lessons',
    ])
    const patch = (title: string) =>
      mentor.call('PATCH', `/api/v1/courses/${id}`, { body: { title }, headers: { 'if-match': etag } })
    expect((await patch('First')).status).toBe(200)
    expect((await patch('Second')).status).toBe(412)
    expect((await mentor.call('DELETE', `/api/v1/courses/${id}`)).status).toBe(204)
    expect((await mentor.call('GET', `/api/v1/courses/${id}/draft`)).status).toBe(404)
  })

  test('a lesson has versions too: whoever saw an older one replaces nothing', async () => {
    const { id } = (await mentor.call('POST', '/api/v1/courses', { body: newCourse })).body
    const lessons = `/api/v1/courses/${id}/lessons`
    const added = await mentor.call('POST', lessons, { body: { title: 'One', content: 'a' } })
    const first = added.headers.get('etag') ?? ''
    const path = `${lessons}/${added.body.id}`
    const change = (body: object, tag: string) =>
      mentor.call('PATCH', path, { body, headers: { 'if-match': tag } })
    const read = () => mentor.call('GET', `/api/v1/courses/${id}/draft/lessons/${added.body.id}`)
    expect((await read()).headers.get('etag')).toBe(first)
    // Its place is no part of it: others move theirs.
    await mentor.call('POST', lessons, { body: { title: 'Before it', order: 1 } })
    const second = await change({ content: 'b' }, first)
    expect([second.status, second.body]).toMatchObject([200, { content: 'b', order: 2 }])
    const refused = await change({ title: 'Two' }, first)
    expect([refused.status, refused.body.error.code]).toEqual([412, 'precondition_failed'])
    const tag = second.headers.get('etag') ?? ''
    expect((await read()).headers.get('etag')).toBe(tag)
    const both = await Promise.all([change({ title: 'Two' }, tag), change({ title: 'Three' }, tag)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
    expect((await mentor.call('PATCH', path, { body: { title: 'Four' } })).status).toBe(200)
    expect((await change({ title: 'Five' }, '*')).status).toBe(200)
  })

  test('lessons are added, changed, moved and removed in the draft alone', async () => {
    const { id, lessonIds } = await publishCourse(mentor.call)
    const lessons = `/api/v1/courses/${id}/lessons`
    await mentor.call('POST', lessons, { body: { title: 'New first', order: 1 } })
    await mentor.call('PATCH', `${lessons}/${lessonIds[2]}`, {
      body: { order: 1, title: 'Moved', content: 'x' },
    })
    await mentor.call('DELETE', `${lessons}/${lessonIds[1]}`)
    const draft = (await mentor.call('GET', `/api/v1/courses/${id}/draft`)).body
    expect(draft.hasUnpublishedChanges).toBe(true)
    expect(draft.lessons.map(({ title, order }: any) => [order, title])).toEqual([
      [1, 'Moved'],
      [2, 'New first'],
      [3, 'Lesson 1'],
    ])
    expect((await get(`/${id}`)).body.lessons.map(({ title }: any) => title)).toEqual([
      'Lesson 1',
      'Lesson 2',
      'Lesson 3',
    ])
    const one = await mentor.call('GET', `/api/v1/courses/${id}/draft/lessons/${lessonIds[2]}`)
    expect(one.body).toMatchObject({ title: 'Moved', content: 'x', order: 1 })
    await mentor.call('POST', `/api/v1/courses/${id}/publish`)
    const published = (await get(`/${id}`)).body
    expect([published.version, published.lessons.length]).toEqual([2, 3])
    await mentor.call('POST', `/api/v1/courses/${id}/publish`)
    expect((await get(`/${id}`)).body.version).toBe(2)
  })

  test('what cannot be shown safely is refused, and nothing is stored', async () => {
    for (const fields of [
      { title: 'ab' },
      { title: 'a\u0007bc' },
      { category: 'sports' },
      { thumbnail: 'javascript:alert(1)' },
      { thumbnail: 'http://example.com/x.png' },
      { description: 'x'.repeat(5_001) },
    ])
      expect(
        (await mentor.call('POST', '/api/v1/courses', { body: { ...newCourse, ...fields } })).status,
      ).toBe(400)
    expect((await testApp.ports.documents.scan(courses)).items).toEqual([])
    const { id } = await publishCourse(mentor.call)
    for (const fields of [
      { title: '' },
      { title: 'x', videoUrl: 'ftp://example.com' },
      { title: 'x', videoFileId: stranger },
      { title: 'x', resources: [{ title: 'x', url: 'data:text/html,x', type: 'link' }] },
      { title: 'x', watchPercent: 101 },
    ])
      expect((await mentor.call('POST', `/api/v1/courses/${id}/lessons`, { body: fields })).status).toBe(400)
  })

  test('two at once: both lessons are there, in some order; two publications make one version', async () => {
    const { id } = await publishCourse(mentor.call, { lessons: 1 })
    const add = (title: string) => mentor.call('POST', `/api/v1/courses/${id}/lessons`, { body: { title } })
    await Promise.all(['A', 'B', 'C', 'D'].map(add))
    const draft = (await mentor.call('GET', `/api/v1/courses/${id}/draft`)).body
    expect(draft.lessons.map(({ order }: any) => order)).toEqual([1, 2, 3, 4, 5])
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await mentor.call('POST', `/api/v1/courses/${id}/publish`)).status),
    )
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
    expect((await get(`/${id}`)).body).toMatchObject({ version: 2 })
    expect((await get(`/${id}`)).body.lessons).toHaveLength(5)
  })

  test('the same create with one Idempotency-Key makes one course', async () => {
    const headers = { 'idempotency-key': 'once' }
    const create = () => mentor.call('POST', '/api/v1/courses', { body: newCourse, headers })
    const [first, second] = [await create(), await create()]
    expect(second.body.id).toBe(first.body.id)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect((await testApp.ports.documents.scan(courses)).items).toHaveLength(1)
  })

  test('an archived course takes nobody new; whoever takes part goes on, and publishing brings it back', async () => {
    const { id, lessonIds } = await publishCourse(mentor.call, { lessons: 1 })
    const [ann, ben] = [await signUp(testApp, 'Ann'), await signUp(testApp, 'Ben')]
    await enrol(ann.call, id)
    expect((await mentor.call('DELETE', `/api/v1/courses/${id}`)).status).toBe(204)
    expect((await enrol(ben.call, id)).status).toBe(404)
    expect((await complete(ann.call, id, lessonIds[0]!)).body.progress.percentage).toBe(100)
    expect((await mentor.call('POST', `/api/v1/courses/${id}/publish`)).status).toBe(200)
    expect((await enrol(ben.call, id)).status).toBe(200)
  })
})

describe('importing courses', () => {
  const row = {
    ...newCourse,
    key: 'pay-slip',
    lessons: [
      { key: 'one', title: 'One', content: '# One' },
      { key: 'two', title: 'Two', duration: 5 },
    ],
  }
  const outcomes = async (rows: unknown[], options = {}) =>
    (await testApp.courses.importCourses(rows, options)).map(({ outcome }) => outcome)

  test('says what it would do, does it once, and then only what changed', async () => {
    expect(await outcomes([row], { isDryRun: true })).toEqual(['created'])
    expect((await get('')).body.items).toEqual([])
    expect(await outcomes([row])).toEqual(['created'])
    expect(await outcomes([row])).toEqual(['unchanged'])
    const [{ id }] = (await get('')).body.items
    expect((await get(`/${id}`)).body).toMatchObject({ version: 1, title: newCourse.title })

    const changed = { ...row, lessons: [row.lessons[1], { ...row.lessons[0], content: '# Better' }] }
    expect(await outcomes([changed], { isDryRun: true })).toEqual(['updated'])
    expect((await get(`/${id}`)).body.version).toBe(1)
    expect(await outcomes([changed])).toEqual(['updated'])
    const after = (await get(`/${id}`)).body
    expect([after.version, after.lessons.map(({ title }: any) => title)]).toEqual([2, ['Two', 'One']])
    expect(await outcomes([changed])).toEqual(['unchanged'])
    expect(await outcomes([{ ...changed, title: 'Other title' }])).toEqual(['updated'])
    expect((await get('')).body.items.map(({ title }: any) => title)).toEqual(['Other title'])
  })

  test('reports each bad row and imports the others', async () => {
    const results = await testApp.courses.importCourses([
      { ...row, category: 'sports' },
      7,
      { ...row, key: 'No Spaces' },
      row,
      row,
      { ...row, key: 'twice', lessons: [row.lessons[0], row.lessons[0]] },
    ])
    expect(results.map(({ outcome }) => outcome)).toEqual([
      'invalid',
      'invalid',
      'invalid',
      'created',
      'invalid',
      'invalid',
    ])
    expect(results[0]?.problems).toMatchObject([{ path: 'category' }])
    expect(results[4]?.problems).toMatchObject([{ path: 'key', code: 'used_twice' }])
    expect(results[5]?.problems).toMatchObject([{ path: 'lessons.1.key' }])
    expect((await get('')).body.pagination.total).toBe(1)
  })
})
