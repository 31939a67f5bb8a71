import type { Stored } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Actor } from '../actor.ts'
import type { Courses } from '../courses/courses.ts'
import { notFound } from '../errors.ts'
import type { Mentors } from '../mentors/mentors.ts'
import type { Trail } from '../trail/trail.ts'
import type { LearnedSummary, User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { createLearners } from './learners.ts'
import { createLearningPersonalData } from './personal-data.ts'
import { createReadProgress } from './read-progress.ts'
import { createRecount } from './recount.ts'
import { createStudy, type SignVideo } from './study.ts'
import { createTakePart } from './take-part.ts'

export interface LearningBorrows {
  readonly users: Users
  readonly courses: Courses
  readonly mentors: Mentors
  readonly trail: Trail
  readonly signVideo: SignVideo
}

/** Taking part in courses, and what comes of it. */
export function createLearning(needs: Needs<'documents' | 'clock' | 'defer'>, borrows: LearningBorrows) {
  const { users, courses } = borrows
  const learners = createLearners(needs, borrows)

  return {
    personalData: createLearningPersonalData(needs, { courses }),
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

export type Learning = ReturnType<typeof createLearning>
