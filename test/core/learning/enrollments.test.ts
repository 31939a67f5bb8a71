import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqlite } from '../../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../../src/adapters/sqlite/documents.ts'
import { collections } from '../../../src/app/domains.ts'
import { type CourseTally, courseMembers } from '../../../src/core/learning/courses/course-members.model.ts'
import { type Browser, browserOf, createTestApp, origin, type TestApp } from '../../app.ts'
import { complete, enrol, publishCourse, signUp, staffMember } from './course-people.ts'

const stranger = '00000000-0000-7000-8000-00000000ffff'
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Zoe', 'admin')
})

const iso = (ms: number) => new Date(ms).toISOString()
const now = () => testApp.clock.now()
/** An access token has run out by then. */
const later = async (ms: number, { call }: Browser) => {
  testApp.clock.advance(ms)
  await call('POST', '/api/v1/auth/refresh')
}
const tallyOf = async (courseId: string): Promise<CourseTally | undefined> =>
  (await testApp.ports.documents.read(courseMembers, { partition: courseId, id: 'tally' }))?.value as
    | CourseTally
    | undefined
const figuresOf = async (courseId: string) =>
  ((await (await testApp.app.request(`${origin}/api/v1/courses/${courseId}`)).json()) as any).metadata
const progressOf = async ({ call }: Browser) => (await call('GET', '/api/v1/users/me/progress')).body
const enrolmentOf = ({ call }: Browser, courseId: string) => call('GET', `/api/v1/courses/${courseId}/enroll`)
const report = ({ call }: Browser, courseId: string, lessonId: string, events: unknown[]) =>
  call('POST', `/api/v1/courses/${courseId}/lessons/${lessonId}/time`, { body: { events } })

describe('taking part', () => {
  test('answers with the enrolment, once', async () => {
    const { id } = await publishCourse(admin.call)
    const ann = await signUp(testApp, 'Ann')
    const first = await enrol(ann.call, id)
    expect(first.status).toBe(200)
    expect(first.body.enrollment).toEqual({
      courseId: id,
      userId: ann.userId,
      enrolledAt: iso(now()),
      progress: 0,
      version: 1,
    })
    const second = await enrol(ann.call, id)
    expect([second.status, second.body.error.code]).toEqual([409, 'already_enrolled'])
    expect((await ann.call('GET', '/api/v1/users/me')).body.enrolledCourses).toEqual([id])
    expect((await enrol(ann.call, stranger)).status).toBe(404)
  })

  test('guests do not', async () => {
    const { id } = await publishCourse(admin.call)
    const ann = await signUp(testApp, 'Ann')
    await testApp.users.changeUser(ann.userId, (user) => ({ ...user, role: 'guest' }))
    expect((await enrol(ann.call, id)).status).toBe(403)
  })

  test('who leaves is counted no more, and goes on where they left when they return', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 2 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    await complete(ann.call, id, lessonIds[0]!)
    expect((await ann.call('DELETE', `/api/v1/courses/${id}/enroll`)).status).toBe(204)
    expect((await ann.call('DELETE', `/api/v1/courses/${id}/enroll`)).status).toBe(204)
    expect((await figuresOf(id)).enrolledCount).toBe(0)
    expect((await complete(ann.call, id, lessonIds[1]!)).body.error.code).toBe('not_enrolled')
    expect((await enrolmentOf(ann, id)).status).toBe(404)
    expect((await progressOf(ann)).courses).toEqual({})
    const back = await enrol(ann.call, id)
    expect([back.status, back.body.enrollment.progress]).toEqual([200, 50])
    expect((await figuresOf(id)).enrolledCount).toBe(1)
    expect((await ann.call('DELETE', `/api/v1/courses/${stranger}/enroll`)).status).toBe(404)
  })
})

describe('lessons', () => {
  test('are closed without an enrolment (403), and those of another course are not there (404)', async () => {
    const [one, two] = [await publishCourse(admin.call), await publishCourse(admin.call)]
    const ann = await signUp(testApp, 'Ann')
    const path = (courseId: string, lessonId = '') => `/api/v1/courses/${courseId}/lessons/${lessonId}`
    const closed = await ann.call('GET', path(one.id, one.lessonIds[0]))
    expect([closed.status, closed.body.error.code]).toEqual([403, 'not_enrolled'])
    expect((await complete(ann.call, one.id, one.lessonIds[0]!)).body.error.code).toBe('not_enrolled')
    expect(
      (await report(ann, one.id, one.lessonIds[0]!, [{ startedAt: iso(0), endedAt: iso(1) }])).status,
    ).toBe(403)
    const listed = (await ann.call('GET', `/api/v1/courses/${one.id}/lessons`)).body.items
    expect(listed[0]).toMatchObject({ completed: false, locked: true, why: [{ code: 'not_enrolled' }] })

    await enrol(ann.call, one.id)
    expect((await ann.call('GET', path(one.id, two.lessonIds[0]))).status).toBe(404)
    expect((await complete(ann.call, one.id, two.lessonIds[0]!)).status).toBe(404)
    const lesson = await ann.call('GET', path(one.id, one.lessonIds[0]))
    expect(lesson.body).toMatchObject({
      courseId: one.id,
      title: 'Lesson 1',
      content: '# Lesson 1',
      videoUrl: null,
      resources: [],
      completed: false,
      locked: false,
      why: [],
    })
  })

  test('completing answers percent unrounded, again and again the same', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 8 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    for (const lessonId of lessonIds.slice(0, 3)) await complete(ann.call, id, lessonId)
    const { status, body } = await complete(ann.call, id, lessonIds[0]!)
    expect([status, body.progress.percentage, body.progress.completedLessons]).toEqual([200, 37.5, 3])
    expect(body.progress.why.map(({ code, lessonId }: any) => [code, lessonId])).toEqual(
      lessonIds.slice(3).map((lessonId) => ['lesson_not_completed', lessonId]),
    )
    expect((await ann.call('GET', '/api/v1/users/me')).body.completedLessons).toEqual(lessonIds.slice(0, 3))
    expect(await progressOf(ann)).toMatchObject({
      courses: {
        [id]: {
          progress: 37.5,
          completedLessons: lessonIds.slice(0, 3),
          completedLessonCount: 3,
          totalLessons: 8,
          completedAt: null,
        },
      },
      achievements: [{ id: 'first-lesson', title: 'First step' }],
      stats: { totalLessonsCompleted: 3, totalCoursesCompleted: 0 },
    })
  })

  test('late and out of order: the earliest time counts, never before the enrolment or after now', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 2 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    const enrolledAt = now()
    await later(3 * hour, ann)
    const at = (lessonId: string, ms: number) => complete(ann.call, id, lessonId, { completedAt: iso(ms) })
    await at(lessonIds[1]!, now() + 5 * hour)
    await at(lessonIds[0]!, enrolledAt + 2 * hour)
    await at(lessonIds[0]!, enrolledAt + 1 * hour)
    await at(lessonIds[0]!, enrolledAt + 3 * hour)
    await at(lessonIds[1]!, now() - hour)
    const { items } = (await ann.call('GET', `/api/v1/courses/${id}/lessons`)).body
    expect(items.map(({ completedAt }: any) => completedAt)).toEqual([
      iso(enrolledAt + hour),
      iso(enrolledAt + 2 * hour),
    ])
    await at(lessonIds[0]!, enrolledAt - 5 * day)
    const earliest = (await ann.call('GET', `/api/v1/courses/${id}/lessons`)).body.items[0].completedAt
    expect(earliest).toBe(iso(enrolledAt))
  })

  test('in order where the course says so: locked with the lessons that are missing', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 3, isSequential: true })
    const [first, second, third] = lessonIds as [string, string, string]
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    const refused = await ann.call('GET', `/api/v1/courses/${id}/lessons/${third}`)
    expect([refused.status, refused.body.error.code]).toEqual([403, 'lesson_locked'])
    expect(refused.body.error.details.map(({ path, code }: any) => [path, code])).toEqual([
      [`lessons.${first}`, 'lesson_not_completed'],
      [`lessons.${second}`, 'lesson_not_completed'],
    ])
    expect((await complete(ann.call, id, second)).body.error.code).toBe('lesson_locked')
    await complete(ann.call, id, first)
    expect((await complete(ann.call, id, second)).status).toBe(200)
    const { items } = (await ann.call('GET', `/api/v1/courses/${id}/lessons`)).body
    expect(items.map(({ locked }: any) => locked)).toEqual([false, false, false])
    expect((await enrolmentOf(ann, id)).body.resume).toEqual({ lessonId: third, position: 0 })
  })

  test('a lesson with conditions says what is missing until there is enough time and video', async () => {
    const { id, lessonIds } = await publishCourse(
      admin.call,
      { lessons: 1 },
      { minimumSeconds: 300, watchPercent: 50 },
    )
    const lessonId = lessonIds[0]!
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    const refused = await complete(ann.call, id, lessonId)
    expect([refused.status, refused.body.error.code]).toEqual([409, 'conditions_missing'])
    expect(refused.body.error.details.map(({ code }: any) => code)).toEqual([
      'time_missing',
      'watching_missing',
    ])
    testApp.clock.advance(5 * minute)
    const counted = await report(ann, id, lessonId, [
      { startedAt: iso(now() - 4 * minute), endedAt: iso(now()), from: 0, to: 240 },
    ])
    expect(counted.body.lesson).toMatchObject({
      timeSpent: 4,
      timeSpentSeconds: 240,
      watchedPercent: 40,
      position: 240,
    })
    expect(counted.body.lesson.why).toMatchObject([
      { code: 'time_missing', seconds: 60, lessonId },
      { code: 'watching_missing', percent: 10, lessonId },
    ])
    testApp.clock.advance(minute)
    await report(ann, id, lessonId, [
      { startedAt: iso(now() - minute), endedAt: iso(now()), from: 240, to: 300 },
    ])
    expect((await complete(ann.call, id, lessonId)).body.progress.percentage).toBe(100)
  })
})

describe('time', () => {
  test('counts once, however often, late and in whatever order it is reported, and never beyond the clock', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 2 })
    const [first, second] = lessonIds as [string, string]
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    const start = now()
    await later(hour, ann)
    const sitting = (from: number, to: number) => ({
      startedAt: iso(start + from * minute),
      endedAt: iso(start + to * minute),
    })
    const seconds = async (lessonId: string, ...events: unknown[]) =>
      (await report(ann, id, lessonId, events)).body.timeSpentSeconds
    expect(await seconds(first, sitting(20, 30))).toBe(600)
    expect(await seconds(first, sitting(20, 30))).toBe(600)
    expect(await seconds(first, sitting(5, 10), sitting(25, 35))).toBe(1_200)
    expect(await seconds(second, sitting(0, 60))).toBe(3_600)
    expect(await seconds(first, sitting(-600, 600))).toBe(3_600)
    expect(await seconds(first, sitting(30, 20))).toBe(3_600)
    expect((await progressOf(ann)).stats.totalTimeSpentSeconds).toBe(3_600)
  })

  test('in two courses at once is one time in the total', async () => {
    const [one, two] = [await publishCourse(admin.call), await publishCourse(admin.call)]
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, one.id)
    await enrol(ann.call, two.id)
    await later(hour, ann)
    const events = [{ startedAt: iso(now() - hour), endedAt: iso(now()) }]
    await report(ann, one.id, one.lessonIds[0]!, events)
    await report(ann, two.id, two.lessonIds[0]!, events)
    const { courses, stats } = await progressOf(ann)
    expect([courses[one.id].timeSpent, courses[two.id].timeSpent, stats.totalTimeSpent]).toEqual([60, 60, 60])
    expect([courses[one.id].timeSpentSeconds, stats.totalTimeSpentSeconds]).toEqual([3_600, 3_600])
  })

  test('video is credited up to double speed, and the place is that of the latest event', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 1 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    await later(hour, ann)
    const event = (agoMinutes: number, minutes: number, from: number, to: number) => ({
      startedAt: iso(now() - agoMinutes * minute),
      endedAt: iso(now() - (agoMinutes - minutes) * minute),
      from,
      to,
    })
    const last = await report(ann, id, lessonIds[0]!, [event(10, 1, 300, 360)])
    expect(last.body.lesson.position).toBe(360)
    const earlier = await report(ann, id, lessonIds[0]!, [event(30, 1, 0, 60)])
    expect(earlier.body.lesson).toMatchObject({ position: 360, watchedPercent: 20 })
    const skipped = await report(ann, id, lessonIds[0]!, [event(5, 1, 400, 600)])
    expect(skipped.body.lesson.watchedPercent).toBeCloseTo(20 + (121 / 600) * 100)
  })

  test('arrives as a beacon: JSON called text, with the cookie and an origin of ours', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 1 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    await later(hour, ann)
    const body = JSON.stringify({ events: [{ startedAt: iso(now() - minute), endedAt: iso(now()) }] })
    const path = `/api/v1/courses/${id}/lessons/${lessonIds[0]}`
    const headers = { 'content-type': 'text/plain;charset=UTF-8' }
    const counted = await ann.call('POST', `${path}/time`, { body, headers })
    expect([counted.status, counted.body.timeSpentSeconds]).toEqual([200, 60])
    const foreign = { ...headers, origin: 'https://evil.example' }
    expect((await ann.call('POST', `${path}/time`, { body, headers: foreign })).status).toBe(403)
    expect((await ann.call('POST', `${path}/complete`, { body: '{}', headers })).status).toBe(200)
    expect(
      (await ann.call('PUT', `/api/v1/courses/${id}/rating`, { body: '{"rating":5}', headers })).status,
    ).toBe(415)
    expect((await ann.call('POST', `${path}/time`, { body: '{', headers })).status).toBe(400)
    expect((await ann.call('POST', `${path}/time`, { body: '{"events":[]}', headers })).status).toBe(400)
  })
})

describe('versions', () => {
  test('adding a lesson un-completes nobody; moving on shows first what it changes', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 2 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    for (const lessonId of lessonIds) await complete(ann.call, id, lessonId)
    const lessons = `/api/v1/courses/${id}/lessons`
    const added = (await admin.call('POST', lessons, { body: { title: 'Third' } })).body.id
    await admin.call('PATCH', `${lessons}/${lessonIds[0]}`, { body: { content: 'Better' } })
    await admin.call('DELETE', `${lessons}/${lessonIds[1]}`)
    await admin.call('POST', `/api/v1/courses/${id}/publish`)

    const before = (await enrolmentOf(ann, id)).body
    expect(before).toMatchObject({
      version: 1,
      progress: 100,
      completedAt: iso(now()),
      resume: null,
      why: [],
    })
    expect(before.update).toEqual({
      from: 1,
      to: 2,
      added: [{ id: added, title: 'Third' }],
      removed: [{ id: lessonIds[1], title: 'Lesson 2' }],
      changed: [{ id: lessonIds[0], title: 'Lesson 1' }],
      isReordered: false,
      hasOtherModules: false,
    })
    expect((await ann.call('GET', `${lessons}/${lessonIds[0]}`)).body.content).toBe('# Lesson 1')
    expect((await ann.call('GET', `${lessons}/${added}`)).status).toBe(404)

    const move = (version: number) =>
      ann.call('POST', `/api/v1/courses/${id}/enroll/move`, { body: { version } })
    expect((await move(1)).status).toBe(409)
    const moved = (await move(2)).body
    expect(moved).toMatchObject({ version: 2, progress: 50, completedAt: iso(now()), update: null })
    expect((await move(2)).status).toBe(200)
    expect((await ann.call('GET', `${lessons}/${lessonIds[0]}`)).body.content).toBe('Better')
    expect((await progressOf(ann)).stats).toMatchObject({
      totalCoursesCompleted: 1,
      totalLessonsCompleted: 2,
    })
    expect((await figuresOf(id)).completionRate).toBe(100)

    const ben = await signUp(testApp, 'Ben')
    expect((await enrol(ben.call, id)).body.enrollment.version).toBe(2)
    expect(
      (await ben.call('POST', `/api/v1/courses/${id}/enroll/move`, { body: { version: 2 } })).status,
    ).toBe(200)
    const cem = await signUp(testApp, 'Cem')
    const stranger = await cem.call('POST', `/api/v1/courses/${id}/enroll/move`, { body: { version: 2 } })
    expect(stranger.body.error.code).toBe('not_enrolled')
  })
})

describe('rating', () => {
  test('comes after completion, counts once for each person, and can be changed', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 1 })
    const [ann, ben] = [await signUp(testApp, 'Ann'), await signUp(testApp, 'Ben')]
    const rate = ({ call }: Browser, rating: unknown) =>
      call('PUT', `/api/v1/courses/${id}/rating`, { body: { rating } })
    expect((await rate(ann, 5)).body.error.code).toBe('not_enrolled')
    for (const { call } of [ann, ben]) await enrol(call, id)
    const early = await rate(ann, 5)
    expect([early.status, early.body.error.details[0].code]).toEqual([409, 'course_not_completed'])
    for (const { call } of [ann, ben]) await complete(call, id, lessonIds[0]!)
    expect((await rate(ann, 2)).status).toBe(200)
    await rate(ann, 5)
    await rate(ben, 4)
    expect(await figuresOf(id)).toMatchObject({ rating: 4.5, completionRate: 100, enrolledCount: 2 })
    expect((await enrolmentOf(ann, id)).body.rating).toBe(5)
    for (const rating of [0, 6, 4.5, '5', null]) expect((await rate(ann, rating)).status).toBe(400)
  })
})

describe('streaks', () => {
  const comeBack = async ({ call }: Browser, email: string) => {
    await call('POST', '/api/v1/auth/login', { body: { email, password: 'SecurePass123!' } })
    await testApp.settled()
  }
  const streakOf = async (browser: Browser) => (await progressOf(browser)).stats.loginStreak
  const at = (time: string) => testApp.clock.advance(Date.parse(time) - now())

  test('are days in the zone of the person, over a change of the clocks', async () => {
    testApp = await createTestApp({ startAt: Date.parse('2026-10-31T06:30:00.000Z') })
    const ann = await signUp(testApp, 'Ann')
    const settle = (timeZone: string) =>
      ann.call('PATCH', '/api/v1/users/me', { body: { preferences: { timeZone } } })
    await settle('America/Los_Angeles')
    await comeBack(ann, 'ann@example.com')
    expect(await streakOf(ann)).toBe(1)
    // 31 October 23:30, then 1 November 00:30 and 23:30: the day of 25 hours.
    for (const [time, streak] of [
      ['2026-11-01T06:30:00.000Z', 2],
      ['2026-11-01T07:30:00.000Z', 3],
      ['2026-11-02T07:30:00.000Z', 3],
      ['2026-11-02T08:30:00.000Z', 4],
    ] as const) {
      at(time)
      await comeBack(ann, 'ann@example.com')
      expect([time, await streakOf(ann)]).toEqual([time, streak])
    }
    // Yesterday still counts, the day before does not.
    at('2026-11-04T07:59:00.000Z')
    await comeBackWithoutSigningIn(ann)
    expect(await streakOf(ann)).toBe(4)
    at('2026-11-04T08:01:00.000Z')
    await comeBackWithoutSigningIn(ann)
    expect(await streakOf(ann)).toBe(0)
    expect((await settle('Mars/Olympus')).status).toBe(400)
  })

  const comeBackWithoutSigningIn = ({ call }: Browser) => call('POST', '/api/v1/auth/refresh')

  test('a lesson counts as being here, and one that is reported late closes the gap', async () => {
    const { id, lessonIds } = await publishCourse(admin.call)
    const ann = await signUp(testApp, 'Ann')
    await ann.call('PATCH', '/api/v1/users/me', { body: { preferences: { timeZone: 'UTC' } } })
    await comeBack(ann, 'ann@example.com')
    await enrol(ann.call, id)
    testApp.clock.advance(2 * day)
    await comeBack(ann, 'ann@example.com')
    await complete(ann.call, id, lessonIds[0]!)
    expect(await streakOf(ann)).toBe(1)
    await complete(ann.call, id, lessonIds[1]!, { completedAt: iso(now() - day) })
    expect(await streakOf(ann)).toBe(3)
  })

  test('of a week are an achievement, held for good', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 8 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    for (const lessonId of lessonIds.slice(0, 7)) {
      await comeBack(ann, 'ann@example.com')
      await complete(ann.call, id, lessonId)
      testApp.clock.advance(day)
    }
    testApp.clock.advance(30 * day)
    await comeBack(ann, 'ann@example.com')
    const { achievements, stats } = await progressOf(ann)
    expect(achievements.map(({ id }: any) => id)).toEqual(['first-lesson', 'week-streak'])
    expect([stats.loginStreak, stats.longestStreak]).toEqual([1, 7])
  })
})

describe('a mentor', () => {
  test('reads the progress of assigned learners alone, and every attempt is recorded', async () => {
    const [mia, max] = [
      await staffMember(testApp, 'Mia', 'mentor'),
      await staffMember(testApp, 'Max', 'mentor'),
    ]
    const [ann, ben] = [await signUp(testApp, 'Ann'), await signUp(testApp, 'Ben')]
    await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { mentorId: mia.userId } })
    const { id, lessonIds } = await publishCourse(mia.call)
    await enrol(ann.call, id)
    await complete(ann.call, id, lessonIds[0]!)
    const read = ({ call }: Browser, userId: string) => call('GET', `/api/v1/users/${userId}/progress`)

    expect((await mia.call('GET', '/api/v1/mentor/learners')).body.items).toMatchObject([
      { userId: ann.userId, name: 'Ann', coursesEnrolled: 1, lessonsCompleted: 1, coursesCompleted: 0 },
    ])
    expect((await max.call('GET', '/api/v1/mentor/learners')).body.items).toEqual([])
    expect((await read(mia, ann.userId)).body.courses[id].completedLessonCount).toBe(1)
    expect((await read(admin, ben.userId)).status).toBe(200)
    expect((await read(mia, ben.userId)).status).toBe(404)
    expect((await read(max, ann.userId)).status).toBe(404)
    expect((await read(max, stranger)).status).toBe(404)
    expect((await read(ann, ben.userId)).status).toBe(403)
    expect(
      testApp.auditRecords
        .filter(({ eventType }) => eventType === 'progress.read')
        .map(({ actorId, resourceId, outcome }) => [actorId, resourceId, outcome]),
    ).toEqual([
      [mia.userId, ann.userId, 'success'],
      [admin.userId, ben.userId, 'success'],
      [mia.userId, ben.userId, 'denied'],
      [max.userId, ann.userId, 'denied'],
      [max.userId, null, 'denied'],
    ])

    await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { mentorId: max.userId } })
    expect([(await read(mia, ann.userId)).status, (await read(max, ann.userId)).status]).toEqual([404, 200])
    expect((await mia.call('GET', '/api/v1/mentor/learners')).body.items).toEqual([])
    await ann.call('PATCH', '/api/v1/users/me', { body: { name: 'Ann Lee' } })
    await testApp.settled()
    expect((await max.call('GET', '/api/v1/mentor/learners')).body.items[0].name).toBe('Ann Lee')
  })
})

describe.each(['memory', 'sqlite'])('many at once, on %s', (kind) => {
  let close = () => {}
  beforeEach(async () => {
    testApp = await createTestApp({
      ports: ({ clock }) => {
        if (kind === 'memory') return {}
        const database = openSqlite(':memory:')
        close = database.close
        return { documents: createSqliteDocuments({ database, collections, clock }) }
      },
    })
    admin = await staffMember(testApp, 'Zoe', 'admin')
  })
  afterEach(async () => {
    await testApp.settled()
    close()
    close = () => {}
  })

  test('two enrolments of one person: one 200, one 409, count +1', async () => {
    const { id } = await publishCourse(admin.call)
    const ann = await signUp(testApp, 'Ann')
    const answers = await Promise.all([enrol(ann.call, id), enrol(ann.call, id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await figuresOf(id)).enrolledCount).toBe(1)
  })

  test('100 completions of 8 lessons: 100 %, counted once', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 8 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => complete(ann.call, id, lessonIds[i % 8]!)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const { courses, stats } = await progressOf(ann)
    expect(courses[id]).toMatchObject({ progress: 100, completedLessonCount: 8 })
    expect(stats).toMatchObject({ totalCoursesCompleted: 1, totalLessonsCompleted: 8 })
    expect(await tallyOf(id)).toMatchObject({ enrolled: 1, completed: 1 })
  })

  test('30 people enrol, complete and rate at once: every count is right', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 1 })
    const people = await Promise.all(Array.from({ length: 30 }, (_, i) => signUp(testApp, `Person ${i}`)))
    await Promise.all(people.map(({ call }) => enrol(call, id)))
    await Promise.all(people.map(({ call }) => complete(call, id, lessonIds[0]!)))
    await Promise.all(
      people.map(({ call }, i) =>
        call('PUT', `/api/v1/courses/${id}/rating`, { body: { rating: (i % 5) + 1 } }),
      ),
    )
    await Promise.all(people.slice(0, 10).map(({ call }) => call('DELETE', `/api/v1/courses/${id}/enroll`)))
    expect(await tallyOf(id)).toMatchObject({ enrolled: 20, completed: 20, ratings: 20, ratingSum: 60 })
    expect(await figuresOf(id)).toMatchObject({ enrolledCount: 20, completionRate: 100, rating: 3 })
  })

  test('300 people at once in one course are each counted, once', async () => {
    const { id } = await publishCourse(admin.call)
    const people = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        testApp.users.createAccount({ email: `p${i}@example.com`, name: `P ${i}`, passwordHash: '' }),
      ),
    )
    await Promise.all(people.map((learner) => testApp.enrollments.participation.enrol(learner, id)))
    expect(await tallyOf(id)).toMatchObject({ enrolled: 300 })
    expect(await testApp.enrollments.recount()).toMatchObject({ enrolments: 300, corrected: 0 })
  })

  test('what a crash after the enrolment left undone, the next attempt does', async () => {
    const { id } = await publishCourse(admin.call)
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    await testApp.settled()
    for (const gone of ['tally', ann.userId])
      await testApp.ports.documents.remove(courseMembers, { partition: id, id: gone })
    expect((await figuresOf(id)).enrolledCount).toBe(0)
    expect((await enrol(ann.call, id)).status).toBe(409)
    expect((await figuresOf(id)).enrolledCount).toBe(1)
  })

  test('counts that went wrong are put right by counting again, and right ones stay', async () => {
    const { id, lessonIds } = await publishCourse(admin.call, { lessons: 1 })
    const ann = await signUp(testApp, 'Ann')
    await enrol(ann.call, id)
    await complete(ann.call, id, lessonIds[0]!)
    const { documents } = testApp.ports
    const key = { partition: id, id: 'tally' }
    const stored = (await documents.read(courseMembers, key))!
    await documents.replace(courseMembers, { ...(stored.value as CourseTally), enrolled: 40 }, stored.version)
    await documents.remove(courseMembers, { partition: id, id: ann.userId })
    expect(await testApp.enrollments.recount()).toEqual({ enrolments: 1, courses: 1, corrected: 1 })
    expect(await tallyOf(id)).toMatchObject({ enrolled: 1, completed: 1 })
    expect(await testApp.enrollments.recount()).toEqual({ enrolments: 1, courses: 1, corrected: 0 })
    expect(await figuresOf(id)).toMatchObject({ enrolledCount: 1, completionRate: 100 })
  })
})

describe('administering accounts', () => {
  test('a new role ends the sessions, and what one may do follows it', async () => {
    const ann = await signUp(testApp, 'Ann')
    const change = (body: object, userId = ann.userId) =>
      admin.call('PATCH', `/api/v1/admin/users/${userId}`, { body })
    await admin.call('POST', '/api/v1/auth/step-up', { body: { password: 'SecurePass123!' } })
    expect((await change({ role: 'mentor' })).body).toMatchObject({ id: ann.userId, role: 'mentor' })
    expect((await ann.call('GET', '/api/v1/users/me')).body.error.code).toBe('token_revoked')
    const again = browserOf(testApp)
    await again.call('POST', '/api/v1/auth/login', {
      body: { email: 'ann@example.com', password: 'SecurePass123!' },
    })
    expect((await again.call('GET', '/api/v1/mentor/learners')).status).toBe(200)
    expect((await change({ status: 'suspended' })).body.status).toBe('suspended')
    expect((await again.call('GET', '/api/v1/mentor/learners')).status).toBe(403)
    expect((await change({ status: 'active', role: 'user' })).status).toBe(200)
    expect((await change({ role: 'guest' })).status).toBe(400)
    expect((await change({ mentorId: ann.userId })).status).toBe(400)
    expect((await change({ mentorId: stranger })).status).toBe(400)
    expect((await change({})).status).toBe(400)
    expect((await change({ role: 'user' }, stranger)).status).toBe(404)
    expect((await change({ role: 'user' }, admin.userId)).status).toBe(403)
    expect(
      (await again.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { role: 'admin' } })).status,
    ).toBe(401)
    expect(testApp.auditRecords.filter(({ eventType }) => eventType === 'user.administer')[0]).toMatchObject({
      actorId: admin.userId,
      resourceId: ann.userId,
      changedFields: ['role'],
    })
  })

  test('signing somebody out everywhere', async () => {
    const ann = await signUp(testApp, 'Ann')
    expect((await admin.call('POST', `/api/v1/admin/users/${ann.userId}/revoke-sessions`)).status).toBe(204)
    expect((await ann.call('GET', '/api/v1/users/me')).status).toBe(401)
    expect((await admin.call('POST', `/api/v1/admin/users/${stranger}/revoke-sessions`)).status).toBe(404)
  })

  test('accounts are listed, found and paged without secrets', async () => {
    for (const name of ['Ann', 'Ben', 'Cem']) await signUp(testApp, name)
    const list = async (query: string) => (await admin.call('GET', `/api/v1/admin/users${query}`)).body
    const names = ({ items }: any) => items.map(({ name }: any) => name).sort()
    expect(names(await list(''))).toEqual(['Ann', 'Ben', 'Cem', 'Zoe'])
    expect(names(await list('?q=BEN@example'))).toEqual(['Ben'])
    expect(names(await list('?role=admin'))).toEqual(['Zoe'])
    expect(names(await list('?status=suspended'))).toEqual([])
    const pages: string[] = []
    let query = '?limit=2'
    for (let more = true; more; ) {
      const { items, pagination } = await list(query)
      pages.push(...items.map(({ name }: any) => name))
      query = `?limit=2&cursor=${pagination.nextCursor}`
      more = pagination.hasMore
    }
    expect(pages.sort()).toEqual(['Ann', 'Ben', 'Cem', 'Zoe'])
    expect(JSON.stringify(await list(''))).not.toMatch(/hash|epoch/i)
    expect((await admin.call('GET', '/api/v1/admin/users?cursor=x')).status).toBe(400)
  })
})

test('my activity is what I did, newest first, page by page, and nobody else’s', async () => {
  const ann = await signUp(testApp, 'Ann')
  testApp.clock.advance(minute)
  // On another device: a login over a session ends that one, which is an event of its own.
  await browserOf(testApp).call('POST', '/api/v1/auth/login', {
    body: { email: 'ann@example.com', password: 'SecurePass123!' },
  })
  const first = (await ann.call('GET', '/api/v1/users/me/activity?limit=1')).body
  expect(first.items).toMatchObject([{ event: 'user.login', outcome: 'success' }])
  const second = (
    await ann.call('GET', `/api/v1/users/me/activity?limit=1&cursor=${first.pagination.nextCursor}`)
  ).body
  expect(second.items).toMatchObject([{ event: 'user.signup' }])
  expect(second.pagination).toEqual({ hasMore: false, nextCursor: null })
  expect(JSON.stringify([first, second])).not.toContain('example.com')
  expect((await ann.call('GET', '/api/v1/users/me/activity?cursor=x')).status).toBe(400)
})

test('the profile has one version for both of its sources, and a change is not lost between them', async () => {
  const { id, lessonIds } = await publishCourse(admin.call)
  const ann = await signUp(testApp, 'Ann')
  const etag = async () => (await ann.call('GET', '/api/v1/users/me')).headers.get('etag') ?? ''
  const first = await etag()
  await enrol(ann.call, id)
  const second = await etag()
  expect(second).not.toBe(first)
  const patch = (tag: string) =>
    ann.call('PATCH', '/api/v1/users/me', { body: { name: 'Ann B.' }, headers: { 'if-match': tag } })
  expect((await patch(second)).status).toBe(200)
  expect((await patch(second)).status).toBe(412)
  await complete(ann.call, id, lessonIds[0]!)
  expect((await ann.call('GET', '/api/v1/users/me')).body.completedLessons).toEqual([lessonIds[0]])
})
