import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import { closestIssues } from '../../kernel/closest-issues.ts'
import { AppError } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { AuthorCourses } from './author-courses.ts'
import type { ChangeDraft } from './change-draft.ts'
import { createCleanMarkdown } from './clean-markdown.ts'
import { NewCourse } from './courses.model.ts'
import type { EditLessons } from './edit-lessons.ts'
import { createImportCourse, type ImportOptions } from './import-course.ts'
import type { ImportNotice } from './import-notices.ts'
import { asImportProblem, type ImportProblem, importedId } from './importer.model.ts'
import { spelled } from './lesson-fields.ts'
import { maxLessons, NewLesson } from './lessons.model.ts'
import type { Fields } from './merge-fields.ts'
import { maxModules, NewModule } from './modules.model.ts'
import type { GivenCourse } from './plan-import.ts'
import type { ReleaseCourses } from './release-courses.ts'
import type { Versions } from './versions.ts'

const Key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'Must consist of lower-case letters, digits and hyphens.')

const ImportedLesson = NewLesson.omit({ order: true, moduleId: true }).extend({
  key: Key,
  /** The key of the module it is in. */
  module: Key.nullable().optional(),
})

const ImportedModule = z.object({ key: Key, title: NewModule.shape.title })

/** What names other courses, or files of somebody's, is said here alone. */
export const ImportedCourse = NewCourse.omit({ prerequisites: true, thumbnailFileId: true })
  .extend({
    /** Names the course in every import of it. */
    key: Key,
    modules: z.array(ImportedModule).max(maxModules).optional(),
    lessons: z.array(ImportedLesson).min(1).max(maxLessons),
  })
  .superRefine(({ lessons, modules = [] }, context) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message })
    for (const [name, parts] of Object.entries({ lessons, modules }))
      for (const [index, { key }] of parts.entries())
        if (parts.findIndex((part) => part.key === key) !== index)
          refuse([name, index, 'key'], 'Is used twice in this course.')
    for (const [index, { module = null }] of lessons.entries())
      if (module !== null && !modules.some(({ key }) => key === module))
        refuse(['lessons', index, 'module'], 'Must be the key of a module of this course.')
  })
export type ImportedCourse = z.infer<typeof ImportedCourse>

export interface ImportedRow {
  /** Counted from 1. */
  readonly row: number
  readonly key: string | null
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'invalid'
  readonly problems: readonly ImportProblem[]
  /** What of the file was left out, and what was left as it is here. */
  readonly notices: readonly ImportNotice[]
}

/** What is in `raw` and not in what was understood of it, by its path. */
function* unknownIn(raw: unknown, understood: unknown, path: readonly string[] = []): Generator<string[]> {
  if (typeof raw !== 'object' || raw === null || typeof understood !== 'object' || understood === null) return
  for (const [key, value] of Object.entries(raw)) {
    if (Object.hasOwn(understood, key)) yield* unknownIn(value, understood[key as never], [...path, key])
    else if (value !== undefined) yield [...path, key]
  }
}

/** The same without what `ImportedCourse` does not know: it is left out of the course, and named. */
function withoutUnknown(raw: unknown): unknown {
  const copy = structuredClone(raw)
  for (;;) {
    const { error } = ImportedCourse.safeParse(copy)
    const unknown = closestIssues(error?.issues ?? []).filter(({ code }) => code === 'unrecognized_keys')
    if (unknown.length === 0) return copy
    for (const { path, keys = [] } of unknown) {
      const object = path.reduce(
        (value, key) => value[key as string] as Record<string, unknown>,
        copy as Record<string, unknown>,
      )
      for (const key of keys) delete object[key]
    }
  }
}

const noticeOf = (path: readonly string[], { lessons }: ImportedCourse): ImportNotice => {
  const lesson = path[0] === 'lessons' ? (lessons[Number(path[1])]?.key ?? null) : null
  return {
    lesson,
    path: (lesson === null ? path : path.slice(2)).join('.'),
    code: 'unknown_field',
    message: 'Is not known here: it was left out.',
  }
}

const pick = (whole: object, raw: object): Fields =>
  Object.fromEntries(Object.entries(whole).filter(([field]) => Object.hasOwn(raw, field)))

/** What a row names, apart from what it leaves to defaults. */
export async function givenIn(raw: ImportedCourse, parsed: ImportedCourse): Promise<GivenCourse> {
  const { key: _, lessons: __, instructor: ___, modules: ____, ...card } = pick(parsed, raw)
  const moduleId = (module: string) => importedId(parsed.key, 'module', module)
  const lessons = parsed.lessons.map(async ({ key, module, ...lesson }, i) => {
    const place = module === undefined || module === null ? null : await moduleId(module)
    const whole = spelled({ ...lesson, moduleId: place })
    const named = { ...pick(whole, raw.lessons[i] ?? {}), ...(module !== undefined && { moduleId: place }) }
    return { id: await importedId(parsed.key, key), key, whole, named }
  })
  const modules = parsed.modules?.map(async ({ key, title }) => ({ id: await moduleId(key), key, title }))
  const instructor = Object.entries(parsed.instructor).map(([field, value]) => [`instructor.${field}`, value])
  return {
    named: { ...card, ...Object.fromEntries(instructor) },
    modules: modules ? await Promise.all(modules) : null,
    lessons: await Promise.all(lessons),
  }
}

/**
 * Brings courses into line with a list of them: what changed in the list since it was last imported changes here, and
 * nothing else does. Running it again changes nothing; a run that was cut off is completed by the next. Invalid rows
 * are reported and leave the others alone. With `isDryRun` it only says what it would do; with `isStrict` a row of
 * which something would be left out is invalid.
 */
export function createImportCourses(
  needs: Needs<'coursePackages' | 'documents'>,
  domain: {
    readonly authorCourses: AuthorCourses & Pick<ReleaseCourses, 'publishAs'>
    readonly editLessons: EditLessons
    readonly versions: Versions
    readonly changeDraft: ChangeDraft
    readonly opened: Pick<DomainEvent<string>, 'emit'>
  },
) {
  const importCourse = createImportCourse(needs, domain)
  const cleanMarkdown = createCleanMarkdown(needs)

  async function importRow(row: unknown, options: ImportOptions): Promise<Omit<ImportedRow, 'row'>> {
    const invalid = (key: string | null, problems: readonly ImportProblem[]) =>
      ({ key, outcome: 'invalid', problems, notices: [] }) as const
    const isPlain = typeof row === 'object' && row !== null
    const parsed = ImportedCourse.safeParse(withoutUnknown(isPlain ? { ...options.assumed, ...row } : row))
    if (!parsed.success)
      return invalid(
        null,
        parsed.error.issues.map(({ path, code, message }) => ({ path: path.join('.'), code, message })),
      )
    const { key } = parsed.data
    const unknown = [...unknownIn(row, parsed.data)].map((path) => noticeOf(path, parsed.data))
    const cleaned = await Promise.all(parsed.data.lessons.map(cleanMarkdown))
    unknown.push(...cleaned.flatMap(({ notices }) => notices))
    const lost = unknown.filter(({ code }) => code !== 'rewritten')
    if (options.isStrict && lost.length > 0) return invalid(key, lost)
    const course = { ...parsed.data, lessons: cleaned.map(({ lesson }) => lesson) }
    const given = await givenIn(row as ImportedCourse, course)
    try {
      const { outcome, notices } = await retryOnConflict(() => importCourse(course, given, options))
      return { key, outcome, problems: [], notices: [...unknown, ...notices] }
    } catch (error) {
      if (!(error instanceof AppError && (error.kind === 'invalid' || error.kind === 'conflict'))) throw error
      const { code, said: message, details = [{ path: '', code, message }] } = error
      return { ...invalid(key, details.map(asImportProblem)), notices: unknown }
    }
  }

  return async (rows: readonly unknown[], options: ImportOptions = {}): Promise<readonly ImportedRow[]> => {
    const seen = new Set<string>()
    const results: ImportedRow[] = []
    for (const [index, row] of rows.entries()) {
      const key = (row as { readonly key?: unknown } | null)?.key
      const isSecond = typeof key === 'string' && seen.has(key)
      const result = isSecond
        ? ({
            key,
            outcome: 'invalid',
            problems: [{ path: 'key', code: 'used_twice', message: 'Another row has this key.' }],
            notices: [],
          } as const)
        : await importRow(row, options)
      if (result.outcome !== 'invalid' && result.key !== null) seen.add(result.key)
      results.push({ row: index + 1, ...result })
    }
    return results
  }
}

export type ImportCourses = ReturnType<typeof createImportCourses>
