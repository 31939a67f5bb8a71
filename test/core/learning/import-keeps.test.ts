import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { importedId } from '../../../src/core/learning/courses/importer.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { uploadAs } from '../files/upload-as.ts'
import { newCourse, publishCourse, staffMember } from './course-people.ts'

let testApp: TestApp
let admin: Awaited<ReturnType<typeof staffMember>>
let runs = 0
/** A published course. */
let another: string

beforeAll(async () => {
  testApp = await createTestApp({ environment: { FILES_AUTHOR_QUOTA_MB: '100000' } })
  admin = await staffMember(testApp, 'Ada', 'admin')
  another = (await publishCourse(admin.call, { lessons: 1 })).id
})

const call = async (method: string, path: string, body?: unknown) => {
  const answer = await admin.call(method, `/api/v1${path}`, body === undefined ? {} : { body })
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

const word = fc.stringMatching(/^[a-z]{3,12}$/)
const sentence = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '))
const address = word.map((name) => `https://example.org/${name}`)
const resource = fc.record({
  title: word,
  url: address,
  type: fc.constantFrom('pdf' as const, 'link' as const, 'download' as const),
})

const lessonFields = {
  title: word,
  description: sentence,
  duration: fc.integer({ min: 1, max: 90 }),
  content: sentence.map((text) => `# ${text}\n\n${text}`),
  videoUrl: fc.option(address),
  resources: fc.array(resource, { maxLength: 3 }),
  minimumSeconds: fc.integer({ min: 0, max: 30 }),
  watchPercent: fc.integer({ min: 0, max: 20 }),
}
const courseFields = {
  title: sentence.map((text) => `About ${text}`),
  description: sentence,
  category: fc.constantFrom('job-readiness', 'education', 'life-skills', 'tech'),
  level: fc.constantFrom('beginner', 'intermediate', 'advanced'),
  thumbnail: fc.option(address),
  instructor: fc.record({ name: word, avatar: fc.option(address), bio: sentence }),
  isSequential: fc.boolean(),
  capacity: fc.option(fc.integer({ min: 1, max: 50 })),
  enrollmentMode: fc.constantFrom('open', 'approval'),
}
/** Some of the fields: what is not among them is not named. */
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] })
const givenLesson = fc
  // A share of the video can only be asked for where its length is told.
  .tuple(fc.record({ title: lessonFields.title, duration: lessonFields.duration }), some(lessonFields))
  .map(([must, may]) => ({ ...may, ...must }) as Record<string, unknown>)
const which = fc.nat({ max: 9 })
const givenCourse = fc
  .record({
    card: some(courseFields),
    modules: fc.option(fc.array(word, { maxLength: 3 })),
    lessons: fc.array(fc.tuple(givenLesson, fc.option(which)), { minLength: 1, maxLength: 4 }),
  })
  .map(({ card, modules, lessons }) => ({
    card: { ...card, ...(modules && { modules: modules.map((title, i) => ({ key: `m${i}`, title })) }) },
    lessons: lessons.map(([lesson, module]) =>
      module !== null && modules && modules.length > 0
        ? { ...lesson, module: `m${module % modules.length}` }
        : lesson,
    ),
  }))

/** What an administrator does in between. */
const edit = fc.oneof(
  fc.record({ do: fc.constant('card' as const), fields: some(courseFields) }),
  fc.record({ do: fc.constant('change' as const), which, fields: some(lessonFields) }),
  fc.record({ do: fc.constant('move' as const), which, to: which }),
  fc.record({ do: fc.constant('add' as const), to: which, fields: givenLesson }),
  fc.record({ do: fc.constant('remove' as const), which }),
  fc.record({ do: fc.constant('film' as const), which }),
  fc.record({ do: fc.constant('papers' as const), which }),
  fc.record({ do: fc.constant('time' as const), which, seconds: fc.integer({ min: 1, max: 5_000 }) }),
  fc.record({ do: fc.constant('module' as const), title: word, to: which }),
  fc.record({ do: fc.constant('rename' as const), title: word, which, to: which }),
  fc.record({ do: fc.constant('remove-module' as const), which }),
  fc.record({ do: fc.constant('into-module' as const), which, module: fc.option(which) }),
  fc.record({ do: fc.constant('picture' as const) }),
  fc.record({ do: fc.constant('prerequisite' as const) }),
  fc.record({ do: fc.constant('publish' as const) }),
  fc.record({ do: fc.constant('archive' as const) }),
)
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

async function carryOut(courseId: string, step: Edit): Promise<void> {
  const path = `/courses/${courseId}`
  const { lessons, modules } = await call('GET', `${path}/draft`)
  const moduleAt = (place: number): string | null => modules[place % modules.length]?.id ?? null
  const idAt = (place: number): string => lessons[place % lessons.length].id
  if (step.do === 'card' && Object.keys(step.fields).length > 0) await call('PATCH', path, step.fields)
  if (step.do === 'publish') await call('POST', `${path}/publish`)
  if (step.do === 'archive') await call('DELETE', path)
  if (step.do === 'add')
    await call('POST', `${path}/lessons`, { ...step.fields, order: (step.to % (lessons.length + 1)) + 1 })
  if (step.do === 'remove' && lessons.length > 1) await call('DELETE', `${path}/lessons/${idAt(step.which)}`)
  if (step.do === 'move')
    await call('PATCH', `${path}/lessons/${idAt(step.which)}`, { order: (step.to % lessons.length) + 1 })
  if (step.do === 'change' && Object.keys(step.fields).length > 0) {
    const { videoUrl: _, ...fields } = step.fields
    if (Object.keys(fields).length > 0) await call('PATCH', `${path}/lessons/${idAt(step.which)}`, fields)
  }
  if (step.do === 'time')
    await call('PATCH', `${path}/lessons/${idAt(step.which)}`, { durationSeconds: step.seconds })
  if (step.do === 'module')
    await call('POST', `${path}/modules`, { title: step.title, order: (step.to % (modules.length + 1)) + 1 })
  if (step.do === 'rename' && modules.length > 0)
    await call('PATCH', `${path}/modules/${moduleAt(step.which)}`, {
      title: step.title,
      order: (step.to % modules.length) + 1,
    })
  if (step.do === 'remove-module') {
    const id = moduleAt(step.which)
    for (const lesson of lessons.filter(({ moduleId }: any) => id !== null && moduleId === id))
      await call('PATCH', `${path}/lessons/${lesson.id}`, { moduleId: null })
    if (id !== null) await call('DELETE', `${path}/modules/${id}`)
  }
  if (step.do === 'into-module')
    await call('PATCH', `${path}/lessons/${idAt(step.which)}`, {
      moduleId: step.module === null ? null : moduleAt(step.module),
    })
  if (step.do === 'papers') {
    const paper = { title: 'Paper', type: 'pdf', fileId: await uploadAs(testApp, admin.call, 'document') }
    const caption = { fileId: await uploadAs(testApp, admin.call, 'captions'), language: 'es' }
    const text = 'Word for word.'
    await call('PATCH', `${path}/lessons/${idAt(step.which)}`, {
      resources: [paper],
      captions: [caption],
      transcript: { text },
    })
  }
  if (step.do === 'picture')
    await call('PATCH', path, { thumbnailFileId: await uploadAs(testApp, admin.call, 'thumbnail') })
  if (step.do === 'prerequisite') await call('PATCH', path, { prerequisites: [another] })
  if (step.do === 'film') {
    const videoFileId = await uploadAs(testApp, admin.call, 'course-video')
    await call('PATCH', `${path}/lessons/${idAt(step.which)}`, { videoFileId, videoUrl: null })
  }
}

/** Everything that an author can see of a course. */
async function snapshot(courseId: string) {
  const { updatedAt: _, ...card } = await call('GET', `/courses/${courseId}/draft`)
  const lessons: Record<string, unknown>[] = []
  for (const { id } of card.lessons)
    lessons.push(await call('GET', `/courses/${courseId}/draft/lessons/${id}`))
  return { card, lessons }
}

function fileOf({ card, lessons }: { card: object; lessons: readonly object[] }) {
  const key = `generated-${++runs}`
  return { ...newCourse, ...card, key, lessons: lessons.map((lesson, i) => ({ ...lesson, key: `l${i}` })) }
}

const importOne = async (file: object, options = {}) => {
  const [row] = await testApp.courses.importCourses([file], options)
  if (!row || row.outcome === 'invalid') throw new Error(JSON.stringify(row))
  return row
}

test('the same file again leaves everything as it is, whatever an administrator did in between', async () => {
  await fc.assert(
    fc.asyncProperty(givenCourse, fc.array(edit, { minLength: 1, maxLength: 8 }), async (given, edits) => {
      const file = fileOf(given)
      expect((await importOne(file)).outcome).toBe('created')
      const id = await importedId(file.key)
      for (const step of edits) await carryOut(id, step)
      const before = await snapshot(id)
      expect(await importOne(file, { isDryRun: true })).toMatchObject({ outcome: 'unchanged', notices: [] })
      expect(await importOne(file)).toMatchObject({ outcome: 'unchanged', notices: [] })
      expect(await importOne(file, { isOverwriting: true })).toMatchObject({ outcome: 'unchanged' })
      expect(await snapshot(id)).toEqual(before)
    }),
    { numRuns: 60 },
  )
}, 120_000)

/** A course or a lesson as flat fields, and what the file says of it. */
const flat = ({ instructor, ...fields }: Record<string, any>): Record<string, unknown> => ({
  ...fields,
  ...Object.fromEntries(Object.entries(instructor ?? {}).map(([k, v]) => [`instructor.${k}`, v])),
})

test('a file that changed changes what changed in it, where nobody else did', async () => {
  const changes = fc.record({ card: some(courseFields), lesson: some(lessonFields), which })
  await fc.assert(
    fc.asyncProperty(
      givenCourse,
      fc.array(edit, { maxLength: 5 }),
      changes,
      async (given, edits, { card, lesson, which: place }) => {
        const file = fileOf(given)
        await importOne(file)
        const id = await importedId(file.key)
        const first = await snapshot(id)
        for (const step of edits) await carryOut(id, step)
        const before = await snapshot(id)
        const at = place % file.lessons.length
        const firstId = (first.lessons[at] as any).id
        const later = {
          ...file,
          ...card,
          lessons: file.lessons.map((known, i) => (i === at ? { ...known, ...lesson } : known)),
        }
        const { notices } = await importOne(later)
        const after = await snapshot(id)

        /** Of three sides: the file's where only it changed, what is there where it did not, both named where both did. */
        const expected = (said: any, there: any, change: Record<string, any>, lessonKey: string | null) => {
          const result = { ...there }
          for (const [field, value] of Object.entries(change)) {
            const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
            if (same(value, said[field]) || same(value, there[field])) continue
            const isSecondVideo = field === 'videoUrl' && there.videoFileId
            // Minutes and seconds follow from each other.
            if (field === 'duration') delete result['durationSeconds']
            if (same(said[field], there[field]) && !isSecondVideo) result[field] = value
            else if (Array.isArray(value)) delete result[field]
            else
              expect(notices).toContainEqual(
                expect.objectContaining({ code: 'kept_edit', lesson: lessonKey, path: field }),
              )
          }
          return result
        }
        const dropped = ['state', 'version', 'hasUnpublishedChanges', 'lessons']
        const cardOf = (shot: any) =>
          Object.fromEntries(Object.entries(flat(shot.card)).filter(([field]) => !dropped.includes(field)))
        expect(cardOf(after)).toMatchObject(expected(cardOf(first), cardOf(before), flat(card), null))
        expect(after.lessons.map((each: any) => each.id)).toEqual(before.lessons.map((each: any) => each.id))
        for (const [i, there] of before.lessons.entries())
          expect(after.lessons[i]).toMatchObject(
            (there as any).id === firstId
              ? expected(first.lessons[at], there, lesson, `l${at}`)
              : (there as any),
          )
      },
    ),
    { numRuns: 60 },
  )
}, 120_000)
