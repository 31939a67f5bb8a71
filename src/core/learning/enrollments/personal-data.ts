import type { Needs } from '../../../ports/ports.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import { walk } from '../../kernel/walk.ts'
import { courseMembers } from '../courses/course-members.model.ts'
import type { Courses } from '../courses/courses.ts'
import { type ProgressRecord, progress } from './enrollments.model.ts'

export function createEnrollmentsPersonalData(
  { documents }: Needs<'documents'>,
  { courses }: { readonly courses: Courses },
): readonly PersonalData[] {
  async function recordsOf(userId: string, kind: ProgressRecord['kind']) {
    const records: ProgressRecord[] = []
    const all = walk((after) =>
      documents.query(progress, {
        path: 'byKind',
        partition: userId,
        equals: { kind },
        limit: 100,
        ...after,
      }),
    )
    for await (const { value } of all) records.push(value)
    return records
  }
  /** The courses somebody is in or has left. Each began with a document in Progress. */
  const coursesOf = async (userId: string) => (await recordsOf(userId, 'enrolment')).map(({ id }) => id)

  return [
    {
      store: courseMembers.name,
      dataClass: 'personal',
      fields: ['courseId', 'name', 'avatar', 'hasCompleted', 'rating'],
      purpose: 'Lists and counts the people of a course.',
      retention: 'For as long as the account exists.',
      async collect({ userId }) {
        const members = await Promise.all(
          (await coursesOf(userId)).map((courseId) => courses.members.read(courseId, userId)),
        )
        return members.filter((member) => member !== null)
      },
      async erase({ userId }) {
        for (const courseId of await coursesOf(userId)) await courses.members.remove(courseId, userId)
        return nothingKept
      },
    },
    {
      store: progress.name,
      dataClass: 'personal',
      fields: [
        'lessons',
        'completedAt',
        'time',
        'rating',
        'lastAccessedAt',
        'enrolledCourses',
        'completedLessons',
        'completedCourses',
        'achievements',
        'attempts',
      ],
      purpose: 'What somebody has learned and answered, where they continue, and what they have achieved.',
      retention: 'For as long as the account exists.',
      collect: async ({ userId }) => [
        ...(await recordsOf(userId, 'stats')),
        ...(await recordsOf(userId, 'enrolment')),
        ...(await recordsOf(userId, 'quiz')),
      ],
      async erase({ userId }) {
        for (const kind of ['quiz', 'enrolment', 'stats'] as const)
          for (const { id } of await recordsOf(userId, kind))
            await documents.remove(progress, { partition: userId, id })
        return nothingKept
      },
    },
  ]
}
