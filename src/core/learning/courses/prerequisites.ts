import type { Needs } from '../../../ports/ports.ts'
import { AppError, validationError } from '../../kernel/errors.ts'
import { filled, type Said } from '../../kernel/messages/said.ts'
import { walk } from '../../kernel/walk.ts'
import { type Course, type CourseNamed, catalog, courses } from './courses.model.ts'

const followedAtMost = 500

/** Courses that have to be completed before another is begun. */
export function createPrerequisites({ documents }: Needs<'documents'>) {
  const read = async (id: string): Promise<Course | null> =>
    (await documents.read(courses, { partition: catalog, id }))?.value ?? null
  const readAll = async (ids: readonly string[]) =>
    (await Promise.all(ids.map(read))).filter((course) => course !== null)

  const refuse = (code: string, message: Said) => validationError([{ path: 'prerequisites', code, message }])

  /** Whether a course is asked for, in the end, by one of these. */
  async function leadsTo(courseId: string, from: readonly string[]): Promise<boolean> {
    const seen = new Set<string>()
    let next = [...from]
    while (next.length > 0 && seen.size < followedAtMost) {
      if (next.includes(courseId)) return true
      for (const id of next) seen.add(id)
      const found = await readAll(next)
      next = [...new Set(found.flatMap(({ prerequisites }) => prerequisites ?? []))].filter(
        (id) => !seen.has(id),
      )
    }
    return false
  }

  return {
    /** Throws `validation_error` for what is not published, and for courses that would wait for each other. */
    async check(courseId: string, wanted: readonly string[], known: readonly string[]): Promise<void> {
      const added = wanted.filter((id) => !known.includes(id))
      const found = await readAll(added)
      if (found.filter(({ state }) => state === 'published').length < new Set(added).size)
        throw refuse('unknown_course', 'Must be published courses.')
      if (await leadsTo(courseId, wanted))
        throw refuse('cycle', 'Must not ask, in the end, for this course itself.')
    },

    named: async ({ prerequisites = [] }: Course): Promise<CourseNamed[]> =>
      (await readAll(prerequisites)).map(({ id, title }) => ({ id, title })),

    /** Those that can be taken: one that is archived keeps nobody out. */
    open: async ({ prerequisites = [] }: Course): Promise<CourseNamed[]> =>
      (await readAll(prerequisites))
        .filter(({ state }) => state === 'published')
        .map(({ id, title }) => ({ id, title })),

    /** Throws `in_use` while other courses ask for this one. */
    async requireUnused(courseId: string): Promise<void> {
      const using: Course[] = []
      const all = walk<Course>((after) =>
        documents.query(courses, {
          path: 'byCreation',
          partition: catalog,
          equals: {},
          limit: 100,
          ...after,
        }),
      )
      for await (const { value } of all)
        if (value.state !== 'archived' && value.prerequisites?.includes(courseId)) using.push(value)
      if (using.length === 0) return
      throw new AppError('conflict', 'in_use', 'Other courses ask for this one first. Take it out there.', {
        details: using.map(({ id, title }) => ({
          path: `courses.${id}.prerequisites`,
          code: 'asked_for_by_course',
          message: filled('The course “{title}”.', { title: { asIs: title } }),
        })),
      })
    },
  }
}

export type Prerequisites = ReturnType<typeof createPrerequisites>
