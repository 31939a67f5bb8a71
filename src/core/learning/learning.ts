import type { Page } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { type CourseMember, courseMembers, progress } from './learning.model.ts'

export function createLearning(needs: Needs<'documents'>) {
  const { documents } = needs

  return {
    async coursesOf(userId: string): Promise<readonly string[]> {
      const stored = await documents.read(progress, { partition: userId, id: 'stats' })
      return stored?.value.enrolledCourses ?? []
    },

    listMembers: (
      courseId: string,
      page: { readonly after?: string; readonly limit: number },
    ): Promise<Page<CourseMember>> =>
      documents.query(courseMembers, {
        path: 'byName',
        partition: courseId,
        equals: { kind: 'member' },
        ...page,
      }),
  }
}

export type Learning = ReturnType<typeof createLearning>
