import type { FileUse } from '../../files/files.model.ts'
import { filled, type Said } from '../../kernel/messages/said.ts'
import { walk } from '../../kernel/walk.ts'
import type { CourseMember } from '../courses/course-members.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { Learners } from './learners.ts'

/**
 * Where a file of a course is used: in its draft, in what new learners start, and in older versions that somebody is
 * still on, or goes on with on their return.
 */
export const createCourseFileUses = ({
  courses,
  learners,
}: {
  readonly courses: Pick<Courses, 'readCourse' | 'findFileUses' | 'members'>
  readonly learners: Pick<Learners, 'readEnrolment'>
}) => {
  async function isTaken(courseId: string, versionIds: ReadonlySet<string>): Promise<boolean> {
    for (const kind of ['member', 'former'] as const) {
      const people = walk<CourseMember>((after) =>
        courses.members.list(courseId, { limit: 100, ...after }, kind),
      )
      for await (const { value } of people) {
        const enrolment = await learners.readEnrolment(value.id, courseId)
        if (enrolment && versionIds.has(enrolment.versionId)) return true
      }
    }
    return false
  }

  return async (courseId: string, fileId: string): Promise<readonly FileUse[]> => {
    const course = (await courses.readCourse(courseId))?.value
    if (!course) return []
    const found = await courses.findFileUses(course, fileId)
    const older = found.filter(({ isCurrent }) => !isCurrent)
    const areOlderTaken =
      older.length > 0 && (await isTaken(courseId, new Set(older.map(({ version }) => version.id))))
    const uses = areOlderTaken ? found : found.filter(({ isCurrent }) => isCurrent)
    const where = ({ version, isCurrent }: (typeof uses)[number]) => (isCurrent ? '' : version.number)
    const say = (use: (typeof uses)[number]): Said => {
      const named = { lesson: { asIs: use.lesson.title }, course: { asIs: course.title } }
      return use.isCurrent
        ? filled('The lesson “{lesson}” of the course “{course}”.', named)
        : filled(
            'The lesson “{lesson}” of the course “{course}”, in version {version}, which somebody still takes.',
            { ...named, version: use.version.number },
          )
    }
    const named = new Map(
      uses.map((use): [string, FileUse] => [
        `${use.lesson.id} ${where(use)}`,
        {
          path: `courses.${courseId}.lessons.${use.lesson.id}`,
          code: 'used_in_lesson',
          message: say(use),
        },
      ]),
    )
    return [
      ...(course.thumbnailFileId === fileId
        ? [
            {
              path: `courses.${courseId}.thumbnailFileId`,
              code: 'used_as_thumbnail',
              message: filled('The picture of the course “{title}”.', { title: { asIs: course.title } }),
            },
          ]
        : []),
      ...named.values(),
    ]
  }
}
