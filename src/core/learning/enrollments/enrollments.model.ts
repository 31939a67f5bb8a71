import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import type { Range } from '../../kernel/ranges.ts'
import { type Category, VersionDifference } from '../courses/courses.model.ts'
import type { Attempt } from '../quizzes/quizzes.model.ts'
import type { QuizStanding } from '../quizzes/standing.model.ts'
import { Why } from './study.model.ts'
import { timeSpentFields, totalTimeSpentFields } from './time-shown.model.ts'
import type { TimeSpent } from './time-spent.ts'

export interface LessonProgress {
  readonly completedAt: string | null
  /** Time that was new when it was reported for this lesson. */
  readonly seconds: number
  /** Parts of the video, in seconds. */
  readonly watched: readonly Range[]
  /** Hours of the video of which so many parts were watched that they are kept by the second. */
  readonly watchedDense?: Readonly<Record<string, string>>
  /** Where the person was last, in seconds. */
  readonly position: number
  /** When that was; absent while there is no video. */
  readonly positionAt: string | null
  /** Absent before the first attempt. */
  readonly quiz?: QuizStanding
}

/** One person in one course. */
export interface Enrolment {
  /** The course. */
  readonly id: string
  readonly userId: string
  readonly kind: 'enrolment'
  /** When the person first enrolled. */
  readonly createdAt: string
  /** `left`: what was reached is kept for a return. */
  readonly state: 'active' | 'left'
  readonly version: number
  readonly versionId: string
  /** The lessons of that version. */
  readonly lessonIds: readonly string[]
  readonly category: z.infer<typeof Category>
  readonly lessons: Readonly<Record<string, LessonProgress>>
  /** Stays, also when the person moves to a version with more lessons. */
  readonly completedAt: string | null
  readonly lastAccessedAt: string
  readonly time: TimeSpent
  readonly rating: number | null
  /** Counts the changes. */
  readonly revision: number
}

/** Somebody has completed a course, now or before: listeners hear it as often as it is said. */
export interface CourseCompleted {
  readonly userId: string
  readonly courseId: string
  readonly completedAt: string
}

/** What one person has done in all courses together. */
export interface LearnerStats {
  readonly id: 'stats'
  readonly userId: string
  readonly kind: 'stats'
  readonly createdAt: string
  /** Those the person takes part in now. */
  readonly enrolledCourses: readonly string[]
  readonly completedLessons: readonly string[]
  readonly completedCourses: readonly {
    readonly courseId: string
    readonly category: z.infer<typeof Category>
  }[]
  readonly time: TimeSpent
  readonly achievements: readonly { readonly id: string; readonly unlockedAt: string }[]
}

/** What somebody answered in one quiz. Where they stand with it is in the enrolment, and commits with it. */
export interface QuizRecord {
  /** `quiz.` and the quiz. */
  readonly id: string
  readonly userId: string
  readonly kind: 'quiz'
  readonly createdAt: string
  readonly courseId: string
  readonly lessonId: string
  /** The last ones, oldest first. */
  readonly attempts: readonly Attempt[]
}

export type ProgressRecord = Enrolment | LearnerStats | QuizRecord

/** Partition `userId`: one partition answers "my progress", and a lesson and the totals it changes commit together. */
export const progress = collection<ProgressRecord>()({
  name: 'Progress',
  partition: 'userId',
  paths: { byKind: { by: ['kind'], order: 'createdAt' } },
})

export const alreadyEnrolled = defineError(
  'conflict',
  'already_enrolled',
  'You are already enrolled in this course.',
)
export const notEnrolled = defineError('forbidden', 'not_enrolled', 'Enroll in this course first.')

const Timestamp = z.iso.datetime()

export const Enrolled = z
  .object({
    message: SaidText,
    enrollment: z.object({
      courseId: z.uuid(),
      userId: z.uuid(),
      enrolledAt: Timestamp,
      progress: z.number().meta({ description: 'Percent: 0, or what was reached before leaving.' }),
      version: z.number().int(),
    }),
  })
  .meta({ id: 'Enrolled' })
export type Enrolled = z.input<typeof Enrolled>

export const EnrolmentView = z
  .object({
    courseId: z.uuid(),
    title: z.string().meta({ description: 'Of the course.' }),
    isArchived: z.boolean().meta({ description: 'No longer in the catalog; whoever takes part goes on.' }),
    userId: z.uuid(),
    enrolledAt: Timestamp,
    progress: z.number().meta({ description: 'Percent, not rounded.' }),
    completedAt: Timestamp.nullable(),
    lastAccessedAt: Timestamp,
    ...timeSpentFields,
    rating: z.number().int().nullable(),
    version: z.number().int().meta({ description: 'The version that was started, or moved to.' }),
    resume: z
      .object({ lessonId: z.uuid(), position: z.number() })
      .nullable()
      .meta({ description: 'Where to go on; null when all is done.' }),
    why: Why,
    update: VersionDifference.nullable().meta({
      description: 'What moving to the newest version would change; null when this is the newest.',
    }),
  })
  .meta({ id: 'Enrollment' })
export type EnrolmentView = z.input<typeof EnrolmentView>

export const MoveToVersion = z
  .strictObject({ version: z.number().int().min(1).meta({ description: 'The `update.to` that was shown.' }) })
  .meta({ id: 'MoveToVersion' })

export const Rating = z.strictObject({ rating: z.number().int().min(1).max(5) }).meta({ id: 'Rating' })
export type Rating = z.infer<typeof Rating>

export const ProgressView = z
  .object({
    courses: z.record(
      z.string(),
      z.object({
        title: z.string().meta({ description: 'Of the course, also when it is archived.' }),
        enrolledAt: Timestamp,
        progress: z.number(),
        completedLessons: z.array(z.uuid()).meta({ description: 'Ids of lessons, in their order.' }),
        completedLessonCount: z.number().int(),
        totalLessons: z.number().int(),
        completedAt: Timestamp.nullable(),
        lastAccessedAt: Timestamp,
        ...timeSpentFields,
        version: z.number().int(),
      }),
    ),
    achievements: z.array(
      z.object({ id: z.string(), title: SaidText, description: SaidText, unlockedAt: Timestamp }),
    ),
    stats: z.object({
      totalCoursesCompleted: z.number().int(),
      totalLessonsCompleted: z.number().int(),
      ...totalTimeSpentFields,
      loginStreak: z
        .number()
        .int()
        .meta({ description: 'Days in a row with a sign-in or a lesson, in the time zone of the person.' }),
      longestStreak: z.number().int(),
      lastLoginAt: Timestamp.nullable(),
    }),
  })
  .meta({ id: 'Progress' })
export type ProgressView = z.input<typeof ProgressView>

export const LearnerSummary = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    avatar: z.string().nullable(),
    assignedAt: Timestamp,
    coursesEnrolled: z.number().int(),
    coursesCompleted: z.number().int(),
    lessonsCompleted: z.number().int(),
    ...totalTimeSpentFields,
  })
  .meta({ id: 'LearnerSummary' })
export type LearnerSummary = z.infer<typeof LearnerSummary>

/** What somebody's profile shows of what they have learned. */
export interface LearnedSummary {
  readonly enrolledCourses: readonly string[]
  readonly completedLessons: readonly string[]
  /** Changes with either. */
  readonly version: string
}
