import type { Needs } from '../../../ports/ports.ts'
import { walk } from '../../kernel/walk.ts'
import { type Course, type CourseVersion, courseVersions } from './courses.model.ts'
import { fileIdsOf } from './lesson-files.ts'
import type { LessonOutline } from './lessons.model.ts'
import type { Versions } from './versions.ts'

/** A lesson, in one version of its course, that names a file. */
export interface LessonUse {
  readonly version: Pick<CourseVersion, 'id' | 'number'>
  readonly lesson: Pick<LessonOutline, 'id' | 'title'>
  /** Of the draft, or of what new learners start. */
  readonly isCurrent: boolean
}

/** Where a course names a file, the newest version first. */
export const createFindFileUses =
  ({ documents }: Needs<'documents'>, { versions }: { readonly versions: Versions }) =>
  async (course: Course, fileId: string): Promise<readonly LessonUse[]> => {
    const namesIt = async ({ fileIds, contentId }: LessonOutline): Promise<boolean> =>
      (fileIds ?? fileIdsOf(await versions.readContent(course.id, contentId))).includes(fileId)
    const uses: LessonUse[] = []
    const all = walk<CourseVersion>((after) =>
      documents.query(courseVersions, {
        path: 'byNumber',
        partition: course.id,
        equals: {},
        direction: 'desc',
        limit: 20,
        ...after,
      }),
    )
    for await (const { value: version } of all) {
      const isCurrent = version.id === 'draft' || version.id === course.versionId
      for (const lesson of version.lessons)
        if (await namesIt(lesson)) uses.push({ version, lesson, isCurrent })
    }
    return uses
  }

export type FindFileUses = ReturnType<typeof createFindFileUses>
