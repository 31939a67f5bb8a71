import type { Actor } from '../../kernel/actor.ts'
import { type AuthorCourses, draftFor } from './author-courses.ts'
import { compareVersions } from './compare-versions.ts'
import type { DraftDifference } from './courses.model.ts'
import type { Versions } from './versions.ts'

/** What publishing the draft would change for new learners; before the first version, all of it. */
export const createReadDifference =
  ({ authorCourses, versions }: { readonly authorCourses: AuthorCourses; readonly versions: Versions }) =>
  async (actor: Actor, courseId: string): Promise<DraftDifference> => {
    const { value: course } = await authorCourses.readOwn(actor, courseId)
    const [draft, published] = await Promise.all([
      versions.readDraft(courseId),
      course.versionId === null ? draftFor(course) : versions.read(courseId, course.versionId),
    ])
    return {
      ...compareVersions(published, { ...draft.value, number: course.version + 1 }),
      hasOtherSequence: published.isSequential !== course.isSequential,
    }
  }
