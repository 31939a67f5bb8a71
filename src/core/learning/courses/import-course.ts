import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { AppError, validationError } from '../../kernel/errors.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { AuthorCourses } from './author-courses.ts'
import { type ChangeDraft, numbered } from './change-draft.ts'
import { compareVersions, isUnchanged } from './compare-versions.ts'
import { type Course, type CourseVersion, catalog, courses, type NewCourse } from './courses.model.ts'
import type { EditLessons } from './edit-lessons.ts'
import { courseImports, type ImportMemory } from './import-memory.model.ts'
import { type ImportNotice, ofCourse } from './import-notices.ts'
import { importedId, importer } from './importer.model.ts'
import { storedFieldsOf } from './lesson-fields.ts'
import type { UpdateLesson } from './lessons.model.ts'
import { type Fields, isSame, sayingsOf } from './merge-fields.ts'
import { type GivenCourse, type ImportPlan, planImport } from './plan-import.ts'
import type { ReleaseCourses } from './release-courses.ts'
import type { Versions } from './versions.ts'

export interface ImportOptions {
  /** Only says what it would do. */
  readonly isDryRun?: boolean
  /** Refuses a course of which something would be left out. */
  readonly isStrict?: boolean
  /** What a course is that does not say so: for what has to be said, and the source has no word for. */
  readonly assumed?: Readonly<Record<string, unknown>>
  /** Leaves what is new as a draft. */
  readonly isDraft?: boolean
  /** What was changed here and in the file becomes as it is in the file. */
  readonly isOverwriting?: boolean
}

export interface ImportedCourseResult {
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly notices: readonly ImportNotice[]
}

/** As one level of fields, each by itself. */
export const cardFieldsOf = ({ instructor, ...card }: Course): Fields => {
  const { title, description, category, level, thumbnail, isSequential } = card
  const { capacity = null, enrollmentMode = 'open', prerequisites = [], thumbnailFileId = null } = card
  return {
    title,
    description,
    category,
    level,
    thumbnail,
    thumbnailFileId,
    isSequential,
    capacity,
    enrollmentMode,
    prerequisites,
    'instructor.name': instructor.name,
    'instructor.avatar': instructor.avatar,
    'instructor.bio': instructor.bio,
  }
}

const withCard = (course: Course, changes: Fields): Course => {
  const isOfInstructor = (field: string) => field.startsWith('instructor.')
  const entries = Object.entries(changes)
  return {
    ...course,
    ...Object.fromEntries(entries.filter(([field]) => !isOfInstructor(field))),
    // A picture elsewhere takes the place of one that was uploaded.
    ...('thumbnail' in changes && { thumbnailFileId: null }),
    instructor: {
      ...course.instructor,
      ...Object.fromEntries(
        entries
          .filter(([field]) => isOfInstructor(field))
          .map(([field, value]) => [field.slice('instructor.'.length), value]),
      ),
    },
  }
}

/** What is remembered of a course once all of it is as an import said. */
export const memoryOf = async (
  course: Course,
  key: string,
  lessons: readonly { readonly id: string; readonly key: string; readonly whole: object }[],
): Promise<ImportMemory> => ({
  id: course.id,
  key,
  course: await sayingsOf(cardFieldsOf(course)),
  modules: [],
  lessons: await Promise.all(
    lessons.map(async ({ id, key, whole }) => ({ id, key, says: await sayingsOf({ ...whole }) })),
  ),
  pending: null,
})

/** One course: reads, plans, and does what is planned. */
export function createImportCourse(
  { documents }: Needs<'documents'>,
  domain: {
    readonly authorCourses: AuthorCourses & Pick<ReleaseCourses, 'publishAs'>
    readonly editLessons: EditLessons
    readonly versions: Versions
    readonly changeDraft: ChangeDraft
    readonly opened: Pick<DomainEvent<string>, 'emit'>
  },
) {
  const { authorCourses, editLessons, versions, changeDraft, opened } = domain

  async function readLessons(draft: CourseVersion) {
    const lessons: { id: string; fields: Fields }[] = []
    for (const outline of draft.lessons) {
      const content = await versions.readContent(draft.courseId, outline.contentId)
      lessons.push({ id: outline.id, fields: storedFieldsOf(outline, content) })
    }
    return lessons
  }

  /** Whether the draft holds nothing that is not published. */
  async function isClean(course: Course, draft: CourseVersion): Promise<boolean> {
    if (course.versionId === null) return false
    const published = await versions.read(course.id, course.versionId)
    return published.isSequential === course.isSequential && isUnchanged(compareVersions(published, draft))
  }

  async function remember(known: Stored<ImportMemory> | null, memory: ImportMemory) {
    if (known && isSame(known.value, memory)) return known
    return known
      ? documents.replace(courseImports, memory, known.version)
      : documents.insert(courseImports, memory)
  }

  async function carryOut(courseId: string, plan: ImportPlan): Promise<void> {
    if (Object.keys(plan.course).length > 0)
      await authorCourses.change(importer, courseId, (latest) => withCard(latest, plan.course))
    if ('capacity' in plan.course || 'enrollmentMode' in plan.course) await opened.emit(courseId)
    await changeDraft(courseId, (latest) => {
      const byId = new Map(latest.lessons.map((lesson) => [lesson.id, lesson]))
      const placed = plan.order.flatMap((id) => byId.get(id) ?? [])
      const others = latest.lessons.filter(({ id }) => !plan.order.includes(id) && !plan.removed.includes(id))
      const known = latest.modules ?? []
      const addedMeanwhile = known.filter(({ id }) => !plan.modules.some((planned) => planned.id === id))
      const modules = [...plan.modules, ...addedMeanwhile].map((module) => ({ ...module, order: 0 }))
      return {
        lessons: numbered([...placed, ...others]),
        ...((latest.modules || modules.length > 0) && { modules: numbered(modules) }),
      }
    })
    for (const { id, changes } of plan.changed)
      await editLessons.updateAs(importer, courseId, id, changes as UpdateLesson).catch((error: unknown) => {
        // Removed here a moment ago: what is to be done is another thing now.
        throw error instanceof AppError && error.kind === 'not_found' ? new VersionMismatch('lessons') : error
      })
    for (const { id, whole } of plan.added)
      await editLessons.addAs(importer, courseId, id, { ...whole, order: plan.order.indexOf(id) + 1 })
    if (plan.leavingModules.length > 0)
      await changeDraft(courseId, ({ lessons, modules = [] }) => {
        const used = new Set(lessons.map(({ moduleId }) => moduleId))
        return {
          modules: numbered(modules.filter(({ id }) => used.has(id) || !plan.leavingModules.includes(id))),
        }
      })
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

  async function bringIntoLine(
    course: Course,
    key: string,
    given: GivenCourse,
    { isDryRun = false, isDraft = false, isOverwriting = false }: ImportOptions,
  ): Promise<ImportedCourseResult> {
    const { id } = course
    const [draft, memory] = await Promise.all([
      versions.readDraft(id),
      documents.read(courseImports, { partition: id, id }),
    ])
    const known = {
      fields: cardFieldsOf(course),
      modules: draft.value.modules ?? [],
      lessons: await readLessons(draft.value),
      memory: memory?.value ?? null,
    }
    const plan = await planImport(given, known, isOverwriting)
    if (plan.problems.length > 0) throw validationError(plan.problems)
    const pending = memory?.value.pending ?? null
    const isUnfinished = pending !== null || (memory === null && course.version === 0)
    const isToBePublished =
      course.state !== 'archived' &&
      (isUnfinished
        ? (pending?.isToBePublished ?? !isDraft)
        : course.version > 0 && (await isClean(course, draft.value)))
    const isWorkToDo = !plan.isEmpty || isUnfinished
    const notices = [...plan.notices]
    if (isWorkToDo && course.state === 'archived')
      notices.push(ofCourse('archived', 'Is archived here: changed, but not published again.'))
    else if (isWorkToDo && !isToBePublished && !isDraft)
      notices.push(
        ofCourse('not_published', 'Has changes here that are not published: publish them together.'),
      )
    const outcome = isWorkToDo ? 'updated' : 'unchanged'
    if (isDryRun) return { outcome, notices }
    const finished: ImportMemory = { id, key, ...plan.memory, pending: null }
    if (!isWorkToDo) {
      await remember(memory, finished)
      return { outcome, notices }
    }
    const begun = await remember(memory, {
      ...(memory?.value ?? { id, key, course: {}, modules: [], lessons: [] }),
      pending: { isToBePublished },
    })
    if (!plan.isEmpty) await carryOut(id, plan)
    if (isToBePublished) await publish(id)
    await remember(begun, finished)
    return { outcome, notices }
  }

  return async (
    whole: NewCourse & { readonly key: string },
    given: GivenCourse,
    options: ImportOptions = {},
  ): Promise<ImportedCourseResult> => {
    const { isDryRun = false, isDraft = false } = options
    const { key } = whole
    const id = await importedId(key)
    const stored = await documents.read(courses, { partition: catalog, id })
    if (stored) return bringIntoLine(stored.value, key, given, options)
    if (isDryRun) return { outcome: 'created', notices: [] }
    const memory = await documents.read(courseImports, { partition: id, id })
    const created = await authorCourses.store(importer, id, whole)
    await remember(memory, {
      ...(await memoryOf(created.value, key, [])),
      pending: { isToBePublished: !isDraft },
    })
    const { notices } = await bringIntoLine(created.value, key, given, options)
    return { outcome: 'created', notices }
  }
}
