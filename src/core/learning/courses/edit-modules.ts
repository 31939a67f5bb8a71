import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import type { AuthorCourses } from './author-courses.ts'
import { type ChangeDraft, type DraftOutline, findIn, numbered, placed } from './change-draft.ts'
import {
  type CourseModule,
  maxModules,
  type NewModule,
  tooManyModules,
  type UpdateModule,
} from './modules.model.ts'

/** Lessons follow their modules to their new places; those in no module stay where they are. */
function inOrderOf(modules: readonly CourseModule[], lessons: DraftOutline['lessons']) {
  const place = new Map(modules.map(({ id, order }) => [id, order]))
  const placeOf = (lesson: { readonly moduleId?: string | null }) => place.get(lesson.moduleId ?? '') ?? 0
  const within = lessons.filter((lesson) => placeOf(lesson) > 0).sort((a, b) => placeOf(a) - placeOf(b))
  return numbered(lessons.map((lesson) => (placeOf(lesson) > 0 ? (within.shift() ?? lesson) : lesson)))
}

/** Changes the modules of a draft; nobody who takes part notices before the next version is published. */
export function createEditModules(
  { ids }: Needs<'ids'>,
  {
    authorCourses,
    changeDraft,
  }: { readonly authorCourses: AuthorCourses; readonly changeDraft: ChangeDraft },
) {
  return {
    async add(actor: Actor, courseId: string, { title, order }: NewModule): Promise<CourseModule> {
      await authorCourses.readOwn(actor, courseId)
      const id = ids.next()
      const { modules = [] } = await changeDraft(courseId, ({ lessons, modules = [] }) => {
        if (modules.length >= maxModules) throw tooManyModules()
        const place = Math.min(order ?? modules.length + 1, modules.length + 1)
        const changed = placed(modules, { id, title, order: place }, place)
        return { lessons: inOrderOf(changed, lessons), modules: changed }
      })
      return findIn(modules, id)
    },

    async update(
      actor: Actor,
      courseId: string,
      moduleId: string,
      { title, order }: UpdateModule,
    ): Promise<CourseModule> {
      await authorCourses.readOwn(actor, courseId)
      const { modules = [] } = await changeDraft(courseId, ({ lessons, modules = [] }) => {
        const known = findIn(modules, moduleId)
        const changed = placed(modules, { ...known, title: title ?? known.title }, order ?? known.order)
        return { lessons: order === undefined ? lessons : inOrderOf(changed, lessons), modules: changed }
      })
      return findIn(modules, moduleId)
    },

    /** Throws `in_use` while lessons are in it. */
    async remove(actor: Actor, courseId: string, moduleId: string): Promise<void> {
      await authorCourses.readOwn(actor, courseId)
      await changeDraft(courseId, ({ lessons, modules = [] }) => {
        findIn(modules, moduleId)
        const within = lessons.filter((lesson) => lesson.moduleId === moduleId)
        if (within.length > 0)
          throw new AppError('conflict', 'in_use', 'Lessons are in this module. Move them first.', {
            details: within.map(({ id, title }) => ({
              path: `lessons.${id}`,
              code: 'lesson_in_module',
              message: filled('The lesson “{title}” is in it.', { title: { asIs: title } }),
            })),
          })
        return { lessons, modules: numbered(modules.filter(({ id }) => id !== moduleId)) }
      })
    },
  }
}

export type EditModules = ReturnType<typeof createEditModules>
