import { beforeEach, describe, expect, test } from 'vitest'
import { openSqlite } from '../../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../../src/adapters/sqlite/documents.ts'
import { collections } from '../../../src/app/domains.ts'
import { progress } from '../../../src/core/learning/enrollments/enrollments.model.ts'
import { type Browser, createTestApp, type TestApp } from '../../app.ts'
import { complete, enrol, publishCourse, signUp, staffMember } from './course-people.ts'

const secret = 'SECRET-EXPLANATION'
const quiz = {
  passPercent: 60,
  maxAttempts: 3,
  feedback: { passed: 'Well done.', failed: 'Read it again.' },
  questions: [
    {
      id: 'color',
      type: 'single',
      text: 'Which color has the sky?',
      points: 2,
      feedback: secret,
      choices: [
        { id: 'blue', text: 'Blue', isCorrect: true },
        { id: 'green', text: 'Green', isCorrect: false, feedback: 'That is the grass.' },
      ],
    },
    { id: 'sum', type: 'number', text: '1 + 1?', answer: 2, tolerance: 0.5, feedback: secret },
    { id: 'capital', type: 'text', text: 'Capital of Peru?', answers: ['Lima', 'Ciudad de los Reyes'] },
  ],
}
const right = [
  { questionId: 'color', choiceIds: ['blue'] },
  { questionId: 'sum', number: '2,4' },
  { questionId: 'capital', text: ' LÍMA ' },
]
const wrong = [
  { questionId: 'color', choiceIds: ['green'] },
  { questionId: 'sum', number: 7 },
]

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let course: { id: string; lessonIds: string[] }
let ann: Awaited<ReturnType<typeof signUp>>
let base: string

async function begin(fields: object = {}, app?: TestApp) {
  testApp = app ?? (await createTestApp())
  admin = await staffMember(testApp, 'Zoe', 'admin')
  course = await publishCourse(admin.call, { lessons: 1 }, { quiz: { ...quiz, ...fields } })
  ann = await signUp(testApp, 'Ann')
  await enrol(ann.call, course.id)
  base = `/api/v1/courses/${course.id}/lessons/${course.lessonIds[0]}`
}
beforeEach(() => begin())

const submit = ({ call }: Pick<Browser, 'call'>, number: number, answers: unknown) =>
  call('POST', `${base}/quiz/attempts`, { body: { number, answers } })
const lessonOf = ({ call }: Pick<Browser, 'call'>) => call('GET', base)
const attemptsOf = ({ call }: Pick<Browser, 'call'>) => call('GET', `${base}/quiz/attempts`)

/** Everything that would tell an answer. */
const telling = /isCorrect|SECRET|tolerance|Lima|Reyes|"answers":\[|"answer"|grass/i

describe('before the answers', () => {
  test('a learner sees the questions and nothing that tells what is right', async () => {
    const { body } = await lessonOf(ann)
    expect(body.quiz).toMatchObject({
      passPercent: 60,
      maxAttempts: 3,
      maxPoints: 4,
      attempt: 1,
      attemptsUsed: 0,
      attemptsLeft: 3,
      bestPercent: null,
      passedAt: null,
    })
    expect(body.quiz.questions.map(({ id }: any) => id)).toEqual(['color', 'sum', 'capital'])
    expect(JSON.stringify(body)).not.toMatch(telling)
    for (const path of [
      `/api/v1/courses/${course.id}`,
      `/api/v1/courses/${course.id}/lessons`,
      `/api/v1/courses/${course.id}/enroll`,
    ])
      expect(JSON.stringify((await ann.call('GET', path)).body)).not.toMatch(telling)
  })

  test('nobody else sees even those', async () => {
    const ben = await signUp(testApp, 'Ben')
    expect((await lessonOf(ben)).status).toBe(403)
    expect((await attemptsOf(ben)).status).toBe(403)
    expect((await submit(ben, 1, right)).status).toBe(403)
    expect((await ben.call('GET', `${base.replace('/lessons', '/draft/lessons')}`)).status).toBe(403)
  })

  test('a lesson without a quiz has none', async () => {
    const plain = await publishCourse(admin.call, { lessons: 1 })
    await enrol(ann.call, plain.id)
    const path = `/api/v1/courses/${plain.id}/lessons/${plain.lessonIds[0]}`
    expect((await ann.call('GET', path)).body.quiz).toBeNull()
    expect((await ann.call('GET', `${path}/quiz/attempts`)).status).toBe(404)
    expect(
      (await ann.call('POST', `${path}/quiz/attempts`, { body: { number: 1, answers: [] } })).status,
    ).toBe(404)
    expect((await admin.call('GET', `${path}/quiz/results`)).status).toBe(404)
  })
})

describe('an attempt', () => {
  test('is scored here, and shows what was answered but not what would have been right', async () => {
    const { status, body } = await submit(ann, 1, wrong)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      result: { number: 1, points: 0, maxPoints: 4, percent: 0, isPassed: false, feedback: 'Read it again.' },
      attempt: 2,
      attemptsUsed: 1,
      attemptsLeft: 2,
      bestPercent: 0,
      passedAt: null,
    })
    expect(body.result.questions[0]).toEqual({
      id: 'color',
      choiceIds: ['green'],
      feedback: ['That is the grass.'],
      solution: null,
    })
    expect(JSON.stringify(body).replace('That is the grass.', '')).not.toMatch(telling)
    const passed = (await submit(ann, 2, right)).body
    expect(passed).toMatchObject({
      result: { percent: 100, isPassed: true, feedback: 'Well done.' },
      bestPercent: 100,
    })
    expect(JSON.stringify(passed)).not.toMatch(/isCorrect|SECRET|tolerance/)
    expect((await attemptsOf(ann)).body.items.map(({ number }: any) => number)).toEqual([2, 1])
  })

  test('sent again it counts once; with other answers it is another, which is refused', async () => {
    const first = await submit(ann, 1, wrong)
    const again = await submit(ann, 1, [...wrong].reverse())
    expect([again.status, again.body.result]).toEqual([200, first.body.result])
    const other = await submit(ann, 1, right)
    expect([other.status, other.body.error.code]).toEqual([409, 'conflict'])
    expect((await submit(ann, 3, right)).status).toBe(409)
    expect((await attemptsOf(ann)).body.attemptsUsed).toBe(1)
  })

  test('there are exactly as many as the quiz allows', async () => {
    for (const number of [1, 2, 3]) expect((await submit(ann, number, wrong)).status).toBe(200)
    const { status, body } = await submit(ann, 4, right)
    expect([status, body.error.code]).toEqual([409, 'no_attempt_left'])
    expect((await lessonOf(ann)).body.quiz).toMatchObject({ attempt: null, attemptsLeft: 0 })
    // The last answer may have been lost.
    expect((await submit(ann, 3, wrong)).status).toBe(200)
  })

  test.each(['memory', 'sqlite'])('many at once: one of each number counts (%s)', async (store) => {
    const database = store === 'sqlite' ? openSqlite(':memory:') : null
    await begin(
      {},
      await createTestApp(
        database
          ? { ports: ({ clock }) => ({ documents: createSqliteDocuments({ database, collections, clock }) }) }
          : {},
      ),
    )
    const sent = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        submit(ann, (i % 6) + 1, i % 2 === 0 ? wrong : [{ questionId: 'sum', number: i }]),
      ),
    )
    for (const { status } of sent) expect([200, 409]).toContain(status)
    for (let number = 1; number <= 3; number++) await submit(ann, number, wrong)
    const { body } = await attemptsOf(ann)
    expect(body.items.map(({ number }: any) => number)).toEqual([3, 2, 1])
    expect(body).toMatchObject({ attemptsUsed: 3, attemptsLeft: 0 })
    database?.close()
  })

  test.each<[string, object]>([
    ['no answers', { number: 1 }],
    ['no number', { answers: [] }],
    ['attempt 0', { number: 0, answers: [] }],
    ['a prototype', { number: 1, answers: [{ questionId: '__proto__', text: 'x' }] }],
    ['a constructor', { number: 1, answers: [{ questionId: 'constructor', text: 'x' }] }],
    ['a long number', { number: 1, answers: [{ questionId: 'sum', number: '9'.repeat(101) }] }],
    ['a large number', { number: 1, answers: [{ questionId: 'sum', number: 1e13 }] }],
    ['a long text', { number: 1, answers: [{ questionId: 'capital', text: 'x'.repeat(501) }] }],
    ['too many answers', { number: 1, answers: Array.from({ length: 51 }, () => ({ questionId: 'sum' })) }],
  ])('is refused where it cannot be one: %s', async (_, body) => {
    expect((await ann.call('POST', `${base}/quiz/attempts`, { body })).status).toBe(400)
  })

  test('without an answer there are no points, and nothing given is nothing', async () => {
    const empty = [
      { questionId: 'color', choiceIds: [] },
      { questionId: 'sum', number: '', text: null },
      { questionId: 'capital', text: '' },
    ]
    expect((await submit(ann, 1, empty)).body.result).toMatchObject({ points: 0 })
    expect((await submit(ann, 1, [])).status).toBe(200)
  })
})

describe('the answers', () => {
  test('come with the pass, and then there is no further attempt', async () => {
    await begin({ showAnswers: 'after_pass' })
    expect(JSON.stringify((await submit(ann, 1, wrong)).body)).not.toMatch(/isCorrect|SECRET/)
    const { body } = await submit(ann, 2, right)
    expect(body).toMatchObject({ attempt: null, attemptsLeft: 1 })
    expect(body.result.questions.map(({ solution }: any) => solution)).toEqual([
      { isCorrect: true, points: 2, choiceIds: ['blue'], feedback: secret },
      { isCorrect: true, points: 1, number: 2, tolerance: 0.5, feedback: secret },
      { isCorrect: true, points: 1, texts: ['Lima', 'Ciudad de los Reyes'], feedback: '' },
    ])
    expect((await attemptsOf(ann)).body.items[1].questions[0].solution.isCorrect).toBe(false)
    expect((await submit(ann, 3, right)).body.error.code).toBe('no_attempt_left')
  })

  test('or with the last attempt', async () => {
    await begin({ showAnswers: 'after_last', maxAttempts: 2 })
    expect(JSON.stringify((await submit(ann, 1, right)).body)).not.toMatch(/isCorrect|SECRET/)
    expect((await submit(ann, 2, wrong)).body.result.questions[0].solution).toMatchObject({
      isCorrect: false,
      choiceIds: ['blue'],
    })
  })
})

describe('as a rule of its lesson', () => {
  const whyOf = async () => (await complete(ann.call, course.id, course.lessonIds[0]!)).body.error

  test('nobody completes the lesson before, and it says why', async () => {
    const refused = await complete(ann.call, course.id, course.lessonIds[0]!)
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'conditions_missing', details: [{ code: 'quiz_not_passed' }] } },
    })
    const { items } = (await ann.call('GET', `/api/v1/courses/${course.id}/lessons`)).body
    expect(items[0].why).toEqual([
      {
        code: 'quiz_not_passed',
        message: 'Pass the quiz first.',
        lessonId: course.lessonIds[0],
        percent: 60,
      },
    ])
    await submit(ann, 1, wrong)
    expect((await whyOf()).code).toBe('conditions_missing')
    await submit(ann, 2, right)
    expect(await complete(ann.call, course.id, course.lessonIds[0]!)).toMatchObject({
      status: 200,
      body: { message: 'Course completed.' },
    })
  })

  test('whoever has used all attempts is told so, and granted another passes', async () => {
    for (const number of [1, 2, 3]) await submit(ann, number, wrong)
    expect((await whyOf()).details[0].code).toBe('quiz_attempts_used')
    const grant = (call: Browser['call'], extraAttempts: number) =>
      call('PUT', `${base}/quiz/results/${ann.userId}`, { body: { extraAttempts } })
    for (const _ of [1, 2])
      expect(await grant(admin.call, 1)).toMatchObject({
        status: 200,
        body: { attemptsLeft: 1, extraAttempts: 1 },
      })
    expect((await grant(ann.call, 5)).status).toBe(403)
    expect((await submit(ann, 4, right)).body).toMatchObject({ result: { isPassed: true }, attemptsLeft: 0 })
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(200)
  })

  test('one that is not required keeps nobody', async () => {
    await begin({ isRequired: false })
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(200)
  })

  test('a pass mark of nothing asks for an attempt', async () => {
    await begin({ passPercent: 0 })
    expect((await whyOf()).details[0].code).toBe('quiz_not_passed')
    await submit(ann, 1, [])
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(200)
  })
})

describe('a new version', () => {
  const edit = async (body: object) => {
    expect((await admin.call('PATCH', base, { body })).status).toBe(200)
    await admin.call('POST', `/api/v1/courses/${course.id}/publish`)
  }
  const move = () => ann.call('POST', `/api/v1/courses/${course.id}/enroll/move`, { body: { version: 2 } })

  test('is not met by whoever began before: the quiz stays as it was', async () => {
    await edit({ quiz: { ...quiz, questions: [{ type: 'text', text: 'New?', answers: ['yes'] }] } })
    expect((await lessonOf(ann)).body.quiz.questions).toHaveLength(3)
    expect((await submit(ann, 1, right)).body.result.isPassed).toBe(true)
    await move()
    const { body } = await lessonOf(ann)
    expect(body.quiz).toMatchObject({ attempt: 1, attemptsUsed: 0, passedAt: null })
    expect(body.quiz.questions.map(({ text }: any) => text)).toEqual(['New?'])
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(409)
  })

  test('with the same quiz goes on counting', async () => {
    await submit(ann, 1, right)
    await edit({ content: '# Without a typo' })
    await move()
    expect((await lessonOf(ann)).body).toMatchObject({
      content: '# Without a typo',
      quiz: { attemptsUsed: 1, bestPercent: 100 },
    })
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(200)
  })

  test('without the quiz asks for none', async () => {
    await edit({ quiz: null })
    await move()
    expect((await lessonOf(ann)).body.quiz).toBeNull()
    expect((await complete(ann.call, course.id, course.lessonIds[0]!)).status).toBe(200)
  })

  test('the author reads what was written, with the answers, and writes it back unchanged', async () => {
    const { body } = await admin.call('GET', base.replace('/lessons', '/draft/lessons'))
    expect(body.quiz.questions[0].choices[0]).toMatchObject({ id: 'blue', isCorrect: true })
    expect(Object.keys(body.quiz)).not.toContain('seed')
    expect((await admin.call('PATCH', base, { body: { quiz: body.quiz } })).body.quiz).toEqual(body.quiz)
  })
})

describe('the results', () => {
  const resultsOf = ({ call }: Pick<Browser, 'call'>) => call('GET', `${base}/quiz/results`)

  test('are for whoever may change the course; an admin sees who, and whoever is named reads of it', async () => {
    await submit(ann, 1, wrong)
    const { status, body } = await resultsOf(admin)
    expect([status, body.items.length]).toEqual([200, 1])
    expect(body.items[0]).toMatchObject({
      learner: { userId: ann.userId, name: 'Ann' },
      attemptsUsed: 1,
      bestPercent: 0,
      lastAttempt: {
        number: 1,
        answers: [
          { questionId: 'color', choiceIds: ['green'] },
          { questionId: 'sum', number: 7 },
        ],
      },
    })
    expect((await resultsOf(ann)).status).toBe(403)
    const { items } = (await ann.call('GET', '/api/v1/users/me/disclosures')).body
    expect(items[0]).toMatchObject({
      who: { role: 'admin', name: 'Zoe' },
      what: 'Your answers to a quiz, and how well you did',
    })
  })

  test('a mentor sees by name those assigned, and of others how well they did', async () => {
    const mia = await staffMember(testApp, 'Mia', 'mentor')
    course = await publishCourse(mia.call, { lessons: 1 }, { quiz })
    base = `/api/v1/courses/${course.id}/lessons/${course.lessonIds[0]}`
    const ben = await signUp(testApp, 'Ben')
    for (const learner of [ann, ben]) {
      await enrol(learner.call, course.id)
      await submit(learner, 1, right)
    }
    await admin.call('PATCH', `/api/v1/admin/users/${ann.userId}`, { body: { mentorId: mia.userId } })
    const { items } = (await resultsOf(mia)).body
    expect(items.map(({ learner, bestPercent }: any) => [learner?.name ?? null, bestPercent])).toEqual([
      ['Ann', 100],
      [null, 100],
    ])
    expect(items[1].lastAttempt.answers).toEqual([])
    expect(JSON.stringify(items)).not.toContain(ben.userId)
    const grant = (userId: string) =>
      mia.call('PUT', `${base}/quiz/results/${userId}`, { body: { extraAttempts: 1 } })
    expect((await grant(ann.userId)).status).toBe(200)
    expect((await grant(ben.userId)).status).toBe(404)
    const max = await staffMember(testApp, 'Max', 'mentor')
    expect((await resultsOf(max)).status).toBe(403)
  })
})

test('what somebody answered is handed over without the answers, and erased with the account', async () => {
  await submit(ann, 1, wrong)
  const entry = testApp.registry.entries().find(({ store }) => store === progress.name)
  if (!entry || !('collect' in entry)) throw new Error('progress is not handed over')
  const collected = await entry.collect({ userId: ann.userId, account: null, addresses: [] })
  const text = JSON.stringify(collected)
  expect(text).toContain('"choiceIds":["green"]')
  expect(text).not.toMatch(/isCorrect|SECRET/)
  const left = async () =>
    (
      await testApp.ports.documents.query(progress, {
        path: 'byKind',
        partition: ann.userId,
        equals: { kind: 'quiz' },
        limit: 10,
      })
    ).items
  expect(await left()).toHaveLength(1)
  await ann.call('POST', '/api/v1/auth/step-up', { body: { password: 'SecurePass123!' } })
  expect((await ann.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
  await testApp.settled()
  await testApp.runJob('erase-accounts')
  expect(await left()).toEqual([])
})
