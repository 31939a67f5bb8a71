import type { Needs } from '../../../ports/ports.ts'
import { notFound } from '../../kernel/errors.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import { type CourseVersion, courseVersions } from './courses.model.ts'
import type { LessonOutline } from './lessons.model.ts'
import type { Versions } from './versions.ts'

export type DraftOutline = Pick<CourseVersion, 'lessons' | 'modules'>

/** In their places, counted from 1. */
export const numbered = <T extends { readonly order: number }>(items: readonly T[]): T[] =>
  items.map((item, index) => ({ ...item, order: index + 1 }))

/** With the item at that place; the others make room. */
export function placed<T extends { readonly id: string; readonly order: number }>(
  items: readonly T[],
  item: T,
  order: number,
): T[] {
  const others = items.filter(({ id }) => id !== item.id)
  return numbered([...others.slice(0, order - 1), item, ...others.slice(order - 1)])
}

export function findIn<T extends { readonly id: string }>(items: readonly T[], wanted: string): T {
  const item = items.find(({ id }) => id === wanted)
  if (!item) throw notFound()
  return item
}

/** Changes what a draft consists of, in one commit; again when somebody else wrote in between. */
export const createChangeDraft =
  ({ documents }: Needs<'documents'>, { versions }: { readonly versions: Versions }) =>
  (courseId: string, change: (draft: CourseVersion) => Partial<DraftOutline>): Promise<CourseVersion> =>
    retryOnConflict(async () => {
      const { value, version } = await versions.readDraft(courseId)
      const changed: CourseVersion = { ...value, ...change(value) }
      await documents.replace(courseVersions, changed, version)
      return changed
    })

export type ChangeDraft = ReturnType<typeof createChangeDraft>

/** Where a lesson goes that is given a module and no place: after the others of that module and of those before it. */
export function placeIn({ lessons, modules = [] }: DraftOutline, moduleId: string | null): number {
  if (moduleId === null) return lessons.length + 1
  const rank = (lesson: LessonOutline) => modules.findIndex(({ id }) => id === (lesson.moduleId ?? null))
  const own = modules.findIndex(({ id }) => id === moduleId)
  const last = lessons.findLast((lesson) => rank(lesson) <= own && rank(lesson) >= 0)
  return last ? last.order + 1 : lessons.filter((lesson) => rank(lesson) < 0).length + 1
}
