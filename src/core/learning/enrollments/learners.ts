import { type Stored, VersionMismatch, type Write } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { activeDaysOf, preferencesOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { type ActiveDays, dayNumber, withActiveDay } from '../../kernel/active-days.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { CourseMember } from '../courses/course-members.model.ts'
import {
  type Enrolment,
  type LearnerStats,
  type ProgressRecord,
  progress,
  type QuizRecord,
} from './enrollments.model.ts'
import { noTimeSpent } from './time-spent.ts'

export interface Learned {
  readonly enrolment: Enrolment
  readonly stats: LearnerStats
  /** What commits with them. */
  readonly also?: readonly Write<ProgressRecord>[]
}

const isEnrolment = (record: ProgressRecord | undefined): record is Enrolment => record?.kind === 'enrolment'
const isStats = (record: ProgressRecord | undefined): record is LearnerStats => record?.kind === 'stats'

/** The days somebody was active, with those of these moments: the same object when there is nothing new. */
export function daysWith(learner: User, moments: readonly number[]): ActiveDays {
  const { timeZone } = preferencesOf(learner)
  return moments.reduce((days, ms) => withActiveDay(days, dayNumber(ms, timeZone)), activeDaysOf(learner))
}

/** How the course sees somebody. */
export const memberOf = (enrolment: Enrolment, { id, name, avatar }: User): CourseMember => ({
  id,
  courseId: enrolment.id,
  kind: enrolment.state === 'active' ? 'member' : 'former',
  name,
  avatar,
  hasCompleted: enrolment.completedAt !== null,
  rating: enrolment.rating,
  revision: enrolment.revision,
})

export const newStats = (userId: string, at: string): LearnerStats => ({
  id: 'stats',
  userId,
  kind: 'stats',
  createdAt: at,
  enrolledCourses: [],
  completedLessons: [],
  completedCourses: [],
  time: noTimeSpent,
  achievements: [],
})

/** The enrolment as it is stored: each change is counted. */
export const revised = (enrolment: Enrolment, known: Enrolment | null): Enrolment => ({
  ...enrolment,
  revision: (known?.revision ?? 0) + 1,
})

/** Of what somebody answered in a quiz. */
export const quizRecordId = (quizId: string): string => `quiz.${quizId}`

/** What people have learned, read and changed. */
export function createLearners(
  { documents, clock }: Needs<'documents' | 'clock'>,
  { users }: { readonly users: Pick<Users, 'changeUser'> },
) {
  const read = (userId: string, id: string) => documents.read(progress, { partition: userId, id })

  async function readStats(userId: string): Promise<Stored<LearnerStats> | null> {
    const stored = await read(userId, 'stats')
    return isStats(stored?.value) ? (stored as Stored<LearnerStats>) : null
  }

  const writeOf = (value: ProgressRecord, known: Stored<unknown> | null): Write<ProgressRecord> =>
    known ? { replace: value, version: known.version } : { insert: value }

  return {
    readStats,
    writeOf,

    async readQuiz(userId: string, quizId: string): Promise<Stored<QuizRecord> | null> {
      const stored = await read(userId, quizRecordId(quizId))
      return stored?.value.kind === 'quiz' ? (stored as Stored<QuizRecord>) : null
    },

    async readEnrolment(userId: string, courseId: string): Promise<Enrolment | null> {
      const stored = await read(userId, courseId)
      return isEnrolment(stored?.value) ? stored.value : null
    },

    async listEnrolments(userId: string): Promise<readonly Enrolment[]> {
      const enrolments: Enrolment[] = []
      let after: string | undefined
      do {
        const page = await documents.query(progress, {
          path: 'byKind',
          partition: userId,
          equals: { kind: 'enrolment' },
          limit: 200,
          ...(after === undefined ? {} : { after }),
        })
        enrolments.push(...page.items.map(({ value }) => value).filter(isEnrolment))
        after = page.next
      } while (after !== undefined)
      return enrolments
    },

    /**
     * Changes what somebody has learned in one course, and the totals with it, in one commit; again when another
     * request wrote in between. Where `change` answers what it was given, nothing is written.
     */
    change: (
      userId: string,
      courseId: string,
      change: (enrolment: Enrolment | null, stats: LearnerStats) => Learned | Promise<Learned>,
    ): Promise<Learned> =>
      retryOnConflict(async () => {
        const [stored, storedStats] = await Promise.all([read(userId, courseId), readStats(userId)])
        const known = isEnrolment(stored?.value) ? stored.value : null
        const knownStats = storedStats?.value ?? newStats(userId, new Date(clock.now()).toISOString())
        const { enrolment, stats, also = [] } = await change(known, knownStats)
        const next = enrolment === known ? known : revised(enrolment, known)
        const writes = [
          ...(next === known ? [] : [writeOf(next, stored)]),
          ...(stats === knownStats ? [] : [writeOf(stats, storedStats)]),
          ...also,
        ]
        if (writes.length > 0) await documents.transact(progress, userId, writes)
        return { enrolment: next, stats }
      }),

    /** Notes that somebody opened a lesson. Where another request wrote in between, that one says as much. */
    async noteAccess(userId: string, courseId: string, at: string): Promise<void> {
      const stored = await read(userId, courseId)
      if (!stored || !isEnrolment(stored.value) || stored.value.lastAccessedAt >= at) return
      const next = revised({ ...stored.value, lastAccessedAt: at }, stored.value)
      try {
        await documents.replace(progress, next, stored.version)
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
      }
    },

    /**
     * Notes the days of these moments, in the person's own time zone. Writes only when one is new, and the account has
     * not been secured since it was read.
     */
    async noteActive(learner: User, moments: readonly number[]): Promise<void> {
      if (daysWith(learner, moments) === activeDaysOf(learner)) return
      await users.changeUser(learner.id, (latest) => {
        const activeDays = daysWith(latest, moments)
        const isSame = latest.securityEpoch === learner.securityEpoch
        return !isSame || activeDays === latest.activeDays ? latest : { ...latest, activeDays }
      })
    },
  }
}

export type Learners = ReturnType<typeof createLearners>
