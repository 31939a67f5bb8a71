import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createEvent } from '../../kernel/events.ts'
import type { Mails } from '../../notifications/mails/mails.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Courses } from '../courses/courses.ts'
import type { Mentors } from '../mentors/mentors.ts'
import type { Quizzes } from '../quizzes/quizzes.ts'
import { percentageOf } from './conditions.ts'
import { createCourseFileUses } from './course-file-uses.ts'
import { courseRequests } from './course-requests.model.ts'
import { createCourseRequests } from './course-requests.ts'
import { createCoursesUnderWay } from './courses-under-way.ts'
import {
  type CourseCompleted,
  type EnrolmentView,
  type LearnedSummary,
  progress,
} from './enrollments.model.ts'
import { createLearners } from './learners.ts'
import { createLessonAccess } from './lesson-access.ts'
import { createLessonProgress } from './lesson-progress.ts'
import { createListMembers } from './list-members.ts'
import { createParticipation } from './participation.ts'
import { createEnrollmentsPersonalData } from './personal-data.ts'
import { createPlaces } from './places.ts'
import { createQuizResults } from './quiz-results.ts'
import { createReadLessons } from './read-lessons.ts'
import { createReadProgress } from './read-progress.ts'
import { createRecount } from './recount.ts'
import { createRequestsPersonalData } from './requests-personal-data.ts'
import { createTakeQuiz } from './take-quiz.ts'
import { timeSpentOf } from './time-shown.model.ts'
import { secondsOf } from './time-spent.ts'

export interface EnrollmentsBorrows {
  readonly users: Users
  readonly courses: Courses
  readonly mentors: Mentors
  readonly audit: Recording
  readonly files: Pick<Files, 'bindings'>
  readonly quizzes: Quizzes
  readonly mail: Pick<Mailing, 'enqueue'>
  readonly mails: Pick<Mails, 'waiting'>
}

export interface Outcome {
  readonly courseId: string
  /** Percent, not rounded. */
  readonly progress: number
  readonly completedAt: string | null
  /** Whole minutes. */
  readonly timeSpent: number
  readonly timeSpentSeconds: number
}

/** Taking part in courses, and what comes of it. */
export function createEnrollments(
  needs: Needs<'documents' | 'clock' | 'defer' | 'ids'>,
  borrows: EnrollmentsBorrows,
) {
  const { users, courses, files, mails, quizzes } = borrows
  const learners = createLearners(needs, borrows)
  const access = createLessonAccess({ courses, learners })
  const underWay = createCoursesUnderWay(needs, { learners })
  const usesOf = createCourseFileUses({ courses, learners })
  const courseCompleted = createEvent<CourseCompleted>('enrollments.course-completed')

  const participation = createParticipation(needs, { courses, learners })
  const requests = createCourseRequests(needs)
  const places = createPlaces({ ...borrows, learners, participation, requests })

  async function coursesOf(userId: string): Promise<readonly string[]> {
    return (await learners.readStats(userId))?.value.enrolledCourses ?? []
  }

  /** Courses keep copies of the names of those who take part. */
  async function copyProfile(user: User): Promise<void> {
    const stats = await learners.readStats(user.id)
    for (const courseId of stats?.value.enrolledCourses ?? []) await courses.members.rename(courseId, user)
  }

  return {
    ...emptyFace,
    personalData: [
      createRequestsPersonalData(needs, requests),
      ...createEnrollmentsPersonalData(needs, { courses }),
    ],
    jobs: [{ name: 'complete-places', everyMs: 60_000, run: places.completeDue }],
    listeners: [
      courses.opened.listener('enrollments', places.promote),
      users.profileChanged.listener('enrollments', copyProfile),
      mails.waiting.listener('enrollments', async (userId) => ({ courses: await underWay(userId) })),
      files.bindings.listener('course', {
        canRead: async (actor, { id }) => (await coursesOf(actor.userId)).includes(id),
        exists: async ({ id }) => (await courses.readCourse(id)) !== null,
        usesOf: ({ id }, fileId) => usesOf(id, fileId),
        titleFor: async (_, { id }) => (await courses.readCourse(id))?.value.title ?? null,
      }),
    ],
    participation: {
      ...participation,
      async move(learner: User, courseId: string, shownVersion: number): Promise<EnrolmentView> {
        const moved = await participation.move(learner, courseId, shownVersion)
        const { completedAt } = moved
        if (completedAt !== null) await courseCompleted.emit({ userId: learner.id, courseId, completedAt })
        return moved
      },
    },
    places,
    study: {
      ...createReadLessons(needs, { courses, learners, access, quizzes }),
      ...createLessonProgress(needs, { courses, learners, access, courseCompleted }),
    },
    quiz: createTakeQuiz(needs, { courses, learners, quizzes, access }),
    quizResults: createQuizResults({ ...borrows, learners }),
    reading: createReadProgress(needs, { ...borrows, learners }),
    listMembers: createListMembers({ ...borrows, learners }),
    recount: createRecount(needs, borrows),

    /** `known` is the account when this request has read it already. */
    async learnerOf(actor: Actor, known: Stored<User> | null): Promise<User> {
      const stored = known ?? (await users.read(actor.userId))
      if (!stored) throw notFound()
      return stored.value
    },

    coursesOf,
    courseCompleted,

    /** In the order in which they were completed. */
    completedCoursesOf: async (userId: string): Promise<readonly string[]> =>
      ((await learners.readStats(userId))?.value.completedCourses ?? []).map(({ courseId }) => courseId),

    /** Null while it is not, and for who never took it. */
    completedAt: async (userId: string, courseId: string): Promise<string | null> =>
      (await learners.readEnrolment(userId, courseId))?.completedAt ?? null,

    /** How far somebody is in these courses. One that they have left, or never took, is left out. */
    async outcomesOf(userId: string, courseIds: readonly string[]): Promise<readonly Outcome[]> {
      const found = await Promise.all(courseIds.map((id) => learners.readEnrolment(userId, id)))
      return found.flatMap((enrolment) =>
        enrolment?.state === 'active'
          ? [
              {
                courseId: enrolment.id,
                progress: percentageOf(enrolment),
                completedAt: enrolment.completedAt,
                ...timeSpentOf(secondsOf(enrolment.time)),
              },
            ]
          : [],
      )
    },

    async summaryOf(userId: string): Promise<LearnedSummary> {
      const stored = await learners.readStats(userId)
      return {
        enrolledCourses: stored?.value.enrolledCourses ?? [],
        completedLessons: stored?.value.completedLessons ?? [],
        version: stored?.version ?? '0',
      }
    },
  }
}

export type Enrollments = ReturnType<typeof createEnrollments>

export const enrollmentsDomain = { collections: [progress, courseRequests], create: createEnrollments }
