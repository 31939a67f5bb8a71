import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import { AppError, type ErrorDetail } from '../../kernel/errors.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { Author, AuthorCourses } from './author-courses.ts'
import type { ChangeDraft } from './change-draft.ts'
import { type Course, catalog, courses, NewCourse } from './courses.model.ts'
import type { EditLessons } from './edit-lessons.ts'
import { maxLessons, NewLesson } from './lessons.model.ts'
import type { Versions } from './versions.ts'

const Key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'Must consist of lower-case letters, digits and hyphens.')

const ImportedLesson = NewLesson.omit({
  order: true,
  videoFileId: true,
  moduleId: true,
  captions: true,
  transcript: true,
}).extend({ key: Key })

export const ImportedCourse = NewCourse.extend({
  /** Names the course in every import of it. */
  key: Key,
  lessons: z.array(ImportedLesson).min(1).max(maxLessons),
}).superRefine(({ lessons }, context) => {
  lessons.forEach(({ key }, index) => {
    if (lessons.findIndex((lesson) => lesson.key === key) !== index)
      context.addIssue({
        code: 'custom',
        path: ['lessons', index, 'key'],
        message: 'Is used twice in this course.',
      })
  })
})
export type ImportedCourse = z.infer<typeof ImportedCourse>

export interface ImportedRow {
  /** Counted from 1. */
  readonly row: number
  readonly key: string | null
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'invalid'
  readonly problems: readonly ErrorDetail[]
}

/** Belongs to nobody: only admins change what was imported. */
export const importer: Author = { userId: '00000000-0000-0000-0000-000000000000', role: 'admin' }

/** The same id for the same key, in the shape of a UUID (version 8). */
export async function importedId(...keys: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(['imported course', ...keys]))
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', text), 0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const notImported = { moduleId: null, captions: [], transcript: null }

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * Brings courses into line with a list of them. Running it again changes nothing; a run that was cut off is completed
 * by the next. Invalid rows are reported and leave the others alone. With `isDryRun` it only says what it would do.
 */
export function createImportCourses(
  { documents }: Needs<'documents'>,
  domain: {
    readonly authorCourses: AuthorCourses
    readonly editLessons: EditLessons
    readonly versions: Versions
    readonly changeDraft: ChangeDraft
  },
) {
  const { authorCourses, editLessons, versions, changeDraft } = domain

  const cardOf = (given: ImportedCourse, known: Course) => ({
    title: given.title,
    description: given.description,
    category: given.category,
    level: given.level,
    thumbnail: given.thumbnail,
    instructor: {
      name: given.instructor.name ?? known.instructor.name,
      avatar: given.instructor.avatar ?? null,
      bio: given.instructor.bio ?? '',
    },
    isSequential: given.isSequential,
  })

  async function syncLessons(courseId: string, given: ImportedCourse, isDryRun: boolean): Promise<boolean> {
    const known = (await versions.readDraft(courseId)).value.lessons
    const wanted = await Promise.all(
      given.lessons.map(async ({ key, ...lesson }) => ({
        id: await importedId(given.key, key),
        lesson: { ...lesson, videoFileId: null },
      })),
    )
    const order = wanted.map(({ id }) => id)
    let isChanged = !isSame(
      known.map(({ id }) => id),
      order,
    )
    for (const { id, lesson } of wanted) {
      const outline = known.find((candidate) => candidate.id === id)
      if (!outline) {
        if (!isDryRun) await editLessons.addAs(importer, courseId, id, { ...lesson, ...notImported })
        continue
      }
      const content = await versions.readContent(courseId, outline.contentId)
      const was = { ...outline, ...content }
      const isDifferent = Object.entries(lesson).some(
        ([field, value]) => !isSame(value, was[field as keyof typeof was]),
      )
      if (!isDifferent) continue
      isChanged = true
      if (!isDryRun) await editLessons.updateAs(importer, courseId, id, lesson)
    }
    if (isChanged && !isDryRun)
      await changeDraft(courseId, ({ lessons }) => ({
        lessons: order.flatMap((id, index) => {
          const lesson = lessons.find((candidate) => candidate.id === id)
          return lesson ? [{ ...lesson, order: index + 1 }] : []
        }),
      }))
    return isChanged
  }

  /** Somebody else who imports the same at this moment may publish first: then there is nothing left to do. */
  async function publish(courseId: string): Promise<void> {
    try {
      await authorCourses.publishAs(importer, courseId)
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'conflict')) throw error
      await authorCourses.publishAs(importer, courseId)
    }
  }

  async function importOne(given: ImportedCourse, isDryRun: boolean): Promise<ImportedRow['outcome']> {
    const id = await importedId(given.key)
    const stored = await documents.read(courses, { partition: catalog, id })
    if (!stored) {
      if (isDryRun) return 'created'
      await authorCourses.store(importer, id, given)
      await syncLessons(id, given, false)
      await publish(id)
      return 'created'
    }
    const card = cardOf(given, stored.value)
    const isCardChanged = Object.entries(card).some(
      ([field, value]) => !isSame(value, stored.value[field as keyof Course]),
    )
    if (isCardChanged && !isDryRun)
      await authorCourses.change(importer, id, (known) => ({ ...known, ...card }))
    const isChanged = await syncLessons(id, given, isDryRun)
    if (!isDryRun) await publish(id)
    return isCardChanged || isChanged || stored.value.state !== 'published' ? 'updated' : 'unchanged'
  }

  return async (rows: readonly unknown[], { isDryRun = false } = {}): Promise<readonly ImportedRow[]> => {
    const seen = new Set<string>()
    const results: ImportedRow[] = []
    for (const [index, row] of rows.entries()) {
      const parsed = ImportedCourse.safeParse(row)
      const invalid = (key: string | null, problems: readonly ErrorDetail[]) =>
        results.push({ row: index + 1, key, outcome: 'invalid', problems })
      if (!parsed.success) {
        invalid(
          null,
          parsed.error.issues.map(({ path, code, message }) => ({ path: path.join('.'), code, message })),
        )
        continue
      }
      const { key } = parsed.data
      if (seen.has(key)) {
        invalid(key, [{ path: 'key', code: 'used_twice', message: 'Another row has this key.' }])
        continue
      }
      seen.add(key)
      results.push({
        row: index + 1,
        key,
        outcome: await retryOnConflict(() => importOne(parsed.data, isDryRun)),
        problems: [],
      })
    }
    return results
  }
}
