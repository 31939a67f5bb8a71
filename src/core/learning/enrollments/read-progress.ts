import type { Needs } from '../../../ports/ports.ts'
import { activeDaysOf, preferencesOf, type User } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { dayNumber, streakOn } from '../../kernel/active-days.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { type CursorPage, type CursorQuery, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Courses } from '../courses/courses.ts'
import type { Mentors } from '../mentors/mentors.ts'
import { achievements } from './achievements.ts'
import { completedOf, percentageOf } from './conditions.ts'
import type { LearnerSummary, ProgressView } from './enrollments.model.ts'
import type { Learners } from './learners.ts'
import { timeSpentOf, totalTimeSpentOf } from './time-shown.model.ts'
import { noTimeSpent, secondsOf } from './time-spent.ts'

/** Reading what people have learned: everybody their own, a mentor that of assigned learners, an admin any. */
export function createReadProgress(
  { clock }: Needs<'clock'>,
  domain: {
    readonly users: Pick<Users, 'read'>
    readonly courses: Pick<Courses, 'titlesOf'>
    readonly mentors: Mentors
    readonly learners: Learners
    readonly audit: Recording
  },
) {
  const { users, courses, mentors, learners, audit } = domain

  async function progressOf(learner: User): Promise<ProgressView> {
    const [enrolments, stored] = await Promise.all([
      learners.listEnrolments(learner.id),
      learners.readStats(learner.id),
    ])
    const stats = stored?.value
    const days = activeDaysOf(learner)
    const active = enrolments.filter(({ state }) => state === 'active')
    const titles = await courses.titlesOf(active.map(({ id }) => id))
    return {
      courses: Object.fromEntries(
        active.map((enrolment) => [
          enrolment.id,
          {
            title: titles.get(enrolment.id) ?? '',
            enrolledAt: enrolment.createdAt,
            progress: percentageOf(enrolment),
            completedLessons: [...completedOf(enrolment)],
            completedLessonCount: completedOf(enrolment).length,
            totalLessons: enrolment.lessonIds.length,
            completedAt: enrolment.completedAt,
            lastAccessedAt: enrolment.lastAccessedAt,
            ...timeSpentOf(secondsOf(enrolment.time)),
            version: enrolment.version,
          },
        ]),
      ),
      achievements: (stats?.achievements ?? []).flatMap(({ id, unlockedAt }) => {
        const declared = achievements.find((achievement) => achievement.id === id)
        return declared ? [{ id, title: declared.title, description: declared.description, unlockedAt }] : []
      }),
      stats: {
        totalCoursesCompleted: stats?.completedCourses.length ?? 0,
        totalLessonsCompleted: stats?.completedLessons.length ?? 0,
        ...totalTimeSpentOf(secondsOf(stats?.time ?? noTimeSpent)),
        loginStreak: streakOn(days, dayNumber(clock.now(), preferencesOf(learner).timeZone)),
        longestStreak: days.longest,
        lastLoginAt: learner.lastLoginAt,
      },
    }
  }

  return {
    progressOf,

    /** Recorded, also when it is refused. Somebody unknown and somebody else's learner look alike. */
    async progressOfLearner(actor: Actor, learnerId: string, caller: Caller): Promise<ProgressView> {
      const [learner, isAssigned] = await Promise.all([
        users.read(learnerId),
        mentors.isMentorOf(actor.userId, learnerId),
      ])
      const isAllowed = learner !== null && (actor.role === 'admin' || isAssigned)
      await audit.record(caller, {
        event: 'progress.read',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: learner ? learnerId : null },
        ...(isAllowed ? {} : { outcome: 'denied' as const, reason: 'not_assigned' }),
      })
      if (!isAllowed) throw notFound()
      return progressOf(learner.value)
    },

    /** Those assigned to a mentor, by name. Recorded: it says what they have done. */
    async listLearners(
      actor: Actor,
      { cursor, limit }: CursorQuery,
      caller: Caller,
    ): Promise<CursorPage<LearnerSummary>> {
      const { items, next } = await refusingBadCursors(() =>
        mentors.listLearners(actor.userId, { limit, ...(cursor === undefined ? {} : { after: cursor }) }),
      )
      await audit.record(caller, {
        event: 'learners.list',
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: actor.userId },
      })
      const summaries = await Promise.all(
        items.map(async ({ value }) => {
          const stats = (await learners.readStats(value.id))?.value
          return {
            userId: value.id,
            name: value.name,
            avatar: value.avatar,
            assignedAt: value.assignedAt,
            coursesEnrolled: stats?.enrolledCourses.length ?? 0,
            coursesCompleted: stats?.completedCourses.length ?? 0,
            lessonsCompleted: stats?.completedLessons.length ?? 0,
            ...totalTimeSpentOf(secondsOf(stats?.time ?? noTimeSpent)),
          }
        }),
      )
      return pageOf(summaries, next)
    },
  }
}
