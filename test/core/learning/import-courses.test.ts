import { beforeEach, describe, expect, test } from 'vitest'
import { courseImports } from '../../../src/core/learning/courses/import-memory.model.ts'
import { importedId } from '../../../src/core/learning/courses/importer.model.ts'
import { PortUnavailable } from '../../../src/ports/unavailable.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { uploadAs } from '../files/upload-as.ts'
import { newCourse, publishCourse, staffMember } from './course-people.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let id: string

beforeEach(async () => {
  testApp = await createTestApp()
  admin = await staffMember(testApp, 'Ada', 'admin')
  id = await importedId('pay-slip')
})

const row = {
  ...newCourse,
  key: 'pay-slip',
  lessons: [
    {
      key: 'one',
      title: 'One',
      content: '# One',
      resources: [{ title: 'A', url: 'https://a.example', type: 'link' }],
    },
    { key: 'two', title: 'Two', duration: 5 },
    { key: 'three', title: 'Three' },
  ],
}
const importRow = async (file: unknown, options = {}) => {
  const [result] = await testApp.courses.importCourses([file], options)
  if (!result) throw new Error('no result')
  return result
}
const call = async (method: string, path: string, body?: unknown) => {
  const answer = await admin.call(method, `/api/v1/courses/${id}${path}`, body === undefined ? {} : { body })
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
const lessonId = (key: string) => importedId('pay-slip', key)
const editLesson = async (key: string, fields: object) =>
  call('PATCH', `/lessons/${await lessonId(key)}`, fields)
const readLesson = async (key: string) => call('GET', `/draft/lessons/${await lessonId(key)}`)
const titles = async () => (await call('GET', '/draft')).lessons.map(({ title }: any) => title)
const version = async () => (await call('GET', '/draft')).version
const withLessons = (...lessons: object[]) => ({ ...row, lessons })
const [one, two, three] = row.lessons as [object, object, object]
const codes = ({ notices }: { notices: readonly { code: string }[] }) => notices.map(({ code }) => code)

describe('an import leaves alone', () => {
  beforeEach(async () => {
    await importRow(row)
  })

  test('an uploaded video that the file cannot name, and publishes nothing', async () => {
    const videoFileId = await uploadAs(testApp, admin.call, 'course-video')
    await editLesson('one', { videoFileId })
    await call('POST', '/publish')
    expect(await importRow(row)).toMatchObject({ outcome: 'unchanged', notices: [] })
    expect([await version(), (await readLesson('one')).videoFileId]).toEqual([2, videoFileId])
    // Nor is it in the way of what did change.
    expect((await importRow(withLessons({ ...one, content: '# Better' }, two, three))).outcome).toBe(
      'updated',
    )
    expect(await readLesson('one')).toMatchObject({ content: '# Better', videoFileId })
  })

  test('places, approval, what is asked for first, and a picture of ours; what the file names later changes', async () => {
    const another = (await publishCourse(admin.call, { lessons: 1 })).id
    const thumbnailFileId = await uploadAs(testApp, admin.call, 'thumbnail')
    const ours = { capacity: 7, enrollmentMode: 'approval', prerequisites: [another], thumbnailFileId }
    await call('PATCH', '', ours)
    const { thumbnail } = await call('GET', '/draft')
    expect(await importRow(row)).toMatchObject({ outcome: 'unchanged', notices: [] })
    const seen = {
      capacity: 7,
      enrollmentMode: 'approval',
      prerequisites: [{ id: another }],
      thumbnailFileId,
    }
    expect(await importRow({ ...row, title: 'Another title' })).toMatchObject({ notices: [] })
    expect(await call('GET', '/draft')).toMatchObject({ ...seen, thumbnail, title: 'Another title' })
    // Both changed it: kept, and named.
    const elsewhere = 'https://example.org/a.png'
    const differing = { ...row, title: 'Another title', capacity: 9, thumbnail: elsewhere }
    expect((await importRow(differing)).notices).toMatchObject(
      ['thumbnail', 'capacity'].map((path) => ({ code: 'kept_edit', path })),
    )
    expect(await call('GET', '/draft')).toMatchObject({ ...seen, thumbnail })
    await importRow(differing, { isOverwriting: true })
    expect(await call('GET', '/draft')).toMatchObject({
      capacity: 9,
      thumbnail: elsewhere,
      thumbnailFileId: null,
    })
    expect((await testApp.app.request(thumbnail)).status).toBe(404)
    // Only the file changed it: as it says from now on, and whoever waited is let in.
    const heard: string[] = []
    testApp.courses.opened.listener('test', async (courseId) => void heard.push(courseId)).attach()
    expect(await importRow({ ...differing, capacity: 10, enrollmentMode: 'open' })).toMatchObject({
      outcome: 'updated',
      notices: [],
    })
    expect(await call('GET', '/draft')).toMatchObject({ capacity: 10, enrollmentMode: 'approval' })
    expect(heard).toEqual([id])
    expect((await importRow({ ...row, prerequisites: [another], thumbnailFileId })).notices).toMatchObject(
      ['prerequisites', 'thumbnailFileId'].map((path) => ({ code: 'unknown_field', path })),
    )
  })

  test('what was archived, also when the file changes', async () => {
    await call('DELETE', '')
    expect((await importRow(row)).outcome).toBe('unchanged')
    const result = await importRow({ ...row, title: 'Another title' })
    expect([result.outcome, ...codes(result)]).toEqual(['updated', 'archived'])
    expect(await call('GET', '/draft')).toMatchObject({ state: 'archived', title: 'Another title' })
  })

  test('work that is not published yet: it is not sent out along with what the file changes', async () => {
    await editLesson('two', { content: 'Half a sen' })
    expect((await importRow(row)).outcome).toBe('unchanged')
    const result = await importRow(withLessons({ ...one, title: 'First' }, two, three))
    expect([result.outcome, ...codes(result)]).toEqual(['updated', 'not_published'])
    expect(await call('GET', '/draft')).toMatchObject({ version: 1, hasUnpublishedChanges: true })
    expect(await titles()).toEqual(['First', 'Two', 'Three'])
  })

  test('lessons that were added, moved and removed here', async () => {
    await call('POST', '/lessons', { title: 'Ours', order: 1 })
    await editLesson('three', { order: 2 })
    await call('DELETE', `/lessons/${await lessonId('two')}`)
    expect(await importRow(row)).toMatchObject({ outcome: 'unchanged', notices: [] })
    expect(await titles()).toEqual(['Ours', 'Three', 'One'])
    const result = await importRow(
      withLessons(one, { ...two, title: 'Second' }, three, { key: 'four', title: 'Four' }),
    )
    expect(result.notices).toMatchObject([{ code: 'kept_removal', lesson: 'two' }, { code: 'not_published' }])
    expect(await titles()).toEqual(['Ours', 'Three', 'Four', 'One'])
  })

  test('what it no longer names', async () => {
    await importRow({ ...row, instructor: { name: 'Jo', bio: 'Teaches.' } })
    expect((await importRow(row)).outcome).toBe('unchanged')
    expect((await call('GET', '/draft')).instructor).toMatchObject({ name: 'Jo', bio: 'Teaches.' })
    const { content: _, ...bare } = one as any
    expect((await importRow(withLessons(bare, two, three))).outcome).toBe('unchanged')
    expect((await readLesson('one')).content).toBe('# One')
  })

  test('what was changed here and in the file: named, until it is to be overwritten', async () => {
    await call('PATCH', '', { title: 'Our title' })
    await editLesson('one', { content: '# Ours' })
    await call('POST', '/publish')
    const changed = { ...withLessons({ ...one, content: '# Theirs' }, two, three), title: 'Their title' }
    for (const _ of [1, 2]) {
      const result = await importRow(changed)
      expect(result).toMatchObject({
        outcome: 'unchanged',
        notices: [
          { code: 'kept_edit', lesson: null, path: 'title' },
          { code: 'kept_edit', lesson: 'one', path: 'content' },
        ],
      })
    }
    expect((await readLesson('one')).content).toBe('# Ours')
    expect((await importRow(changed, { isOverwriting: true })).outcome).toBe('updated')
    expect([(await readLesson('one')).content, await version()]).toEqual(['# Theirs', 3])
    expect(await importRow(changed)).toMatchObject({ outcome: 'unchanged', notices: [] })
  })

  test('resources that were added here, while those of the file come and go', async () => {
    const ours = { title: 'Ours', url: 'https://ours.example', type: 'link' }
    const { resources } = await readLesson('one')
    const plain = resources.map(({ title, url, type }: any) => ({ title, url, type }))
    await editLesson('one', { resources: [...plain, ours] })
    await call('POST', '/publish')
    const theirs = { title: 'B', url: 'https://b.example', type: 'link' }
    expect((await importRow(withLessons({ ...one, resources: [theirs] }, two, three))).outcome).toBe(
      'updated',
    )
    expect((await readLesson('one')).resources.map(({ title }: any) => title)).toEqual(['Ours', 'B'])
  })
})

test('a lesson that leaves the file goes, unless somebody worked on it here', async () => {
  await importRow(row)
  await editLesson('three', { content: 'Our work' })
  await call('POST', '/publish')
  const result = await importRow(withLessons(one))
  expect(result.outcome).toBe('updated')
  expect(result.notices).toMatchObject([
    { code: 'removed', lesson: 'two' },
    { code: 'kept_edit', lesson: 'three' },
  ])
  expect(await titles()).toEqual(['One', 'Three'])
  expect((await importRow(withLessons(one))).outcome).toBe('unchanged')
})

test('a quiz of the file stays as it was changed here, and changes with the file where it was not', async () => {
  const quizOf = (text: string) => ({
    questions: [
      {
        type: 'single',
        text,
        choices: [
          { text: 'Yes', isCorrect: true },
          { text: 'No', isCorrect: false },
        ],
      },
    ],
  })
  const file = (text: string) => withLessons({ ...one, quiz: quizOf(text) }, two, three)
  const asked = async () => (await readLesson('one')).quiz.questions[0].text
  await importRow(file('Is it?'))
  expect(await importRow(file('Is it?'))).toMatchObject({ outcome: 'unchanged', notices: [] })
  expect([(await importRow(file('Is it so?'))).outcome, await asked()]).toEqual(['updated', 'Is it so?'])
  await editLesson('one', { quiz: quizOf('Ours?') })
  expect(await importRow(file('Is it so?'))).toMatchObject({ outcome: 'unchanged', notices: [] })
  expect((await importRow(file('Really?'))).notices).toMatchObject([{ code: 'kept_edit', path: 'quiz' }])
  expect(await asked()).toBe('Ours?')
})

test('modules of the file come, change and go; those of ours stay', async () => {
  const named = (...modules: object[]) => ({
    ...withLessons({ ...one, module: 'a' }, { ...two, module: 'b' }, { ...three, module: null }),
    modules,
  })
  const [a, b] = [
    { key: 'a', title: 'First' },
    { key: 'b', title: 'Second' },
  ]
  const modules = async () => (await call('GET', '/draft')).modules.map(({ title }: any) => title)
  const inModules = async () =>
    (await call('GET', '/draft')).lessons.map(({ moduleId }: any) => moduleId !== null)
  await importRow(named(a, b))
  expect([await modules(), await inModules()]).toEqual([
    ['First', 'Second'],
    [true, true, false],
  ])
  await call('POST', '/modules', { title: 'Ours', order: 1 })
  await call('POST', '/publish')
  expect(await importRow(row)).toMatchObject({ outcome: 'unchanged', notices: [] })
  await importRow(named({ ...b, title: 'Later' }, a))
  expect(await modules()).toEqual(['Ours', 'Later', 'First'])
  const without = {
    ...withLessons({ ...one, module: null }, { ...two, module: 'b' }, three),
    modules: [{ ...b, title: 'Later' }],
  }
  expect((await importRow(without)).notices).toMatchObject([{ code: 'removed', path: 'modules.a' }])
  expect([await modules(), await inModules()]).toEqual([
    ['Ours', 'Later'],
    [false, true, false],
  ])
  const unknown = await importRow({ ...without, lessons: [{ ...one, module: 'nowhere' }] })
  expect(unknown.problems).toMatchObject([{ path: 'lessons.0.module' }])
})

test('the file moves lessons around those that were added here', async () => {
  await importRow(row)
  await call('POST', '/lessons', { title: 'Ours', order: 2 })
  await call('POST', '/publish')
  await importRow(withLessons(three, two, one))
  expect(await titles()).toEqual(['Three', 'Ours', 'Two', 'One'])
})

describe('what the file has and we do not know', () => {
  const strange = {
    ...row,
    colour: 'blue',
    instructor: { name: 'Jo', shoe: 42 },
    lessons: [
      {
        ...one,
        videoFileId: null,
        resources: [{ title: 'A', url: 'https://a.example', type: 'link', size: 3 }],
      },
      { ...two, gradebook: { weight: 2 } },
      three,
    ],
  }
  const named = [
    { lesson: null, path: 'colour' },
    { lesson: null, path: 'instructor.shoe' },
    { lesson: 'one', path: 'resources.0.size' },
    { lesson: 'two', path: 'gradebook' },
  ]
  const unknown = (result: any) =>
    [...result.problems, ...result.notices]
      .filter(({ code }) => code === 'unknown_field')
      .map(({ lesson, path }) => ({ lesson, path }))
      .filter(({ path }) => path !== 'videoFileId')

  test('is named with course and lesson, by a dry run too, and the rest is imported', async () => {
    const dry = await importRow(strange, { isDryRun: true })
    const result = await importRow(strange)
    expect([dry.outcome, result.outcome]).toEqual(['created', 'created'])
    expect(unknown(dry)).toEqual(expect.arrayContaining(named))
    expect(unknown(result)).toEqual(unknown(dry))
    expect(unknown(await importRow(strange))).toEqual(unknown(dry))
  })

  test('is refused when asked to be strict, and nothing of the course is changed', async () => {
    for (const options of [{ isStrict: true }, { isStrict: true, isDryRun: true }]) {
      const result = await importRow(strange, options)
      expect(result.outcome).toBe('invalid')
      expect(unknown(result)).toEqual(expect.arrayContaining(named))
    }
    expect((await admin.call('GET', `/api/v1/courses/${id}/draft`)).status).toBe(404)
    expect((await importRow(row, { isStrict: true })).outcome).toBe('created')
  })
})

test('what would be more lessons than a course can have is refused, not cut', async () => {
  await importRow(row)
  await call('POST', '/lessons', { title: 'Ours' })
  const many = withLessons(...Array.from({ length: 200 }, (_, i) => ({ key: `l${i}`, title: `L ${i}` })))
  await editLesson('one', { title: 'Ours, too' })
  for (const options of [{ isDryRun: true }, {}])
    expect(await importRow(many, options)).toMatchObject({
      outcome: 'invalid',
      problems: [{ path: 'lessons', code: 'too_many_lessons' }],
    })
  expect(await titles()).toEqual(['Ours, too', 'Two', 'Three', 'Ours'])
})

test('a draft stays one until somebody publishes it', async () => {
  expect((await importRow(row, { isDraft: true })).outcome).toBe('created')
  expect((await importRow(row)).outcome).toBe('unchanged')
  expect(await call('GET', '/draft')).toMatchObject({ state: 'draft', version: 0 })
  await call('DELETE', '')
  expect(await testApp.ports.documents.read(courseImports, { partition: id, id })).toBeNull()
  expect((await importRow(row)).outcome).toBe('created')
  expect(await version()).toBe(1)
})

test('what was imported before imports were remembered is left as it is where it differs, by name', async () => {
  await importRow(row)
  await testApp.ports.documents.remove(courseImports, { partition: id, id })
  expect((await importRow(row)).outcome).toBe('unchanged')
  await testApp.ports.documents.remove(courseImports, { partition: id, id })
  const result = await importRow({ ...row, title: 'Changed while nobody remembered' })
  expect(result).toMatchObject({ outcome: 'unchanged', notices: [{ code: 'kept_edit', path: 'title' }] })
})

test('an import that was cut off anywhere is completed by the next', async () => {
  const { documents } = testApp.ports
  const writes = ['insert', 'replace', 'remove', 'transact'] as const
  const changed = {
    ...withLessons({ key: 'four', title: 'Four' }, three, { ...one, content: '# New' }),
    description: 'Other words.',
  }
  const failingAfter = async (count: number, file: unknown) => {
    let left = count
    const failing = { ...documents }
    for (const name of writes)
      failing[name] = ((...call: unknown[]) => {
        if (left-- <= 0) throw new PortUnavailable('documents')
        return (documents[name] as (...call: unknown[]) => unknown)(...call)
      }) as never
    const broken = await createTestApp({ ports: () => ({ ...testApp.ports, documents: failing }) })
    try {
      await broken.courses.importCourses([file])
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(PortUnavailable)
      return false
    }
  }
  for (const file of [row, changed]) {
    let cut = 0
    while (!(await failingAfter(cut, file))) cut++
    expect(cut).toBeGreaterThan(3)
    expect(await importRow(file)).toMatchObject({ outcome: 'unchanged', notices: [] })
  }
  expect(await call('GET', '/draft')).toMatchObject({
    state: 'published',
    hasUnpublishedChanges: false,
    description: 'Other words.',
  })
  expect(await titles()).toEqual(['Four', 'Three', 'One'])
})

test('twice at once is as once', async () => {
  const changed = withLessons(three, { ...one, title: 'First' })
  for (const file of [row, changed]) {
    const results = await Promise.all([importRow(file), importRow(file), importRow(file)])
    expect(results.map(({ outcome }) => outcome)).not.toContain('invalid')
    expect(await importRow(file)).toMatchObject({ outcome: 'unchanged', notices: [] })
  }
  expect(await titles()).toEqual(['Three', 'First'])
  expect(await version()).toBeLessThanOrEqual(4)
})
