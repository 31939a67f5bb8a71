import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { LearnedSummary, User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Courses } from '../courses/courses.ts'
import type { Mentors } from '../mentors/mentors.ts'
import { createLearners } from './learners.ts'
import { createEnrollmentsPersonalData } from './personal-data.ts'
import { createReadProgress } from './read-progress.ts'
import { createRecount } from './recount.ts'
import { createStudy, type SignVideo } from './study.ts'
import { createTakePart } from './take-part.ts'

export interface EnrollmentsBorrows {
  readonly users: Users
  readonly courses: Courses
  readonly mentors: Mentors
  readonly audit: Audit
  readonly signVideo: SignVideo
}

/** Taking part in courses, and what comes of it. */
export function createEnrollments(
  needs: Needs<'documents' | 'clock' | 'defer'>,
  borrows: EnrollmentsBorrows,
) {
  const { users, courses } = borrows
  const learners = createLearners(needs, borrows)

  return {
    personalData: createEnrollmentsPersonalData(needs, { courses }),
    takePart: createTakePart(needs, { courses, learners }),
    study: createStudy(needs, { ...borrows, learners }),
    reading: createReadProgress(needs, { ...borrows, learners }),
    recount: createRecount(needs, borrows),

    /** `known` is the account when this request has read it already. */
    async learnerOf(actor: Actor, known: Stored<User> | null): Promise<User> {
      const stored = known ?? (await users.read(actor.userId))
      if (!stored) throw notFound()
      return stored.value
    },

    async coursesOf(userId: string): Promise<readonly string[]> {
      return (await learners.readStats(userId))?.value.enrolledCourses ?? []
    },

    async summaryOf(userId: string): Promise<LearnedSummary> {
      const stored = await learners.readStats(userId)
      return {
        enrolledCourses: stored?.value.enrolledCourses ?? [],
        completedLessons: stored?.value.completedLessons ?? [],
        version: stored?.version ?? '0',
      }
    },

    /** Courses keep copies of the names of those who take part. */
    async copyProfile(user: User): Promise<void> {
      const stats = await learners.readStats(user.id)
      for (const courseId of stats?.value.enrolledCourses ?? []) await courses.members.rename(courseId, user)
    },
  }
}

export type Enrollments = ReturnType<typeof createEnrollments>
