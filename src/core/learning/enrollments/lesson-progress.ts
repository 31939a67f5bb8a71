import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import type { DomainEvent } from '../../kernel/events.ts'
import type { Range } from '../../kernel/ranges.ts'
import { withPieces } from '../../kernel/second-set.ts'
import type { Courses } from '../courses/courses.ts'
import type { LessonOutline } from '../courses/lessons.model.ts'
import { withAchievements } from './achievements.ts'
import {
  completedOf,
  percentageOf,
  refuse,
  untouched,
  watchedOf,
  whyCourseIncomplete,
  whyIncomplete,
} from './conditions.ts'
import {
  type CourseCompleted,
  type Enrolment,
  type LearnerStats,
  type LessonProgress,
  notEnrolled,
} from './enrollments.model.ts'
import { daysWith, type Learned, type Learners, memberOf } from './learners.ts'
import { findLesson, itemOf, type LessonAccess, requireOpen } from './lesson-access.ts'
import { isActive, withCompletion, withTotals } from './participation.ts'
import type { CompleteLesson, LessonCompleted, TimeCounted, TimeReport } from './study.model.ts'
import { timeSpentOf } from './time-shown.model.ts'
import { secondsOf, withTime } from './time-spent.ts'

/** One event covers at most this: a player reports now and then, not once a day. */
const longestEventMs = 4 * 60 * 60_000
const latestReportMs = 30 * 24 * 60 * 60_000
const fastestPlayback = 2
/** Clocks of several processes differ a little. */
const settledAfterMs = latestReportMs + 24 * 60 * 60_000

const withLesson = (enrolment: Enrolment, lessonId: string, progress: LessonProgress): Enrolment => ({
  ...enrolment,
  lessons: { ...enrolment.lessons, [lessonId]: progress },
})

const accessed = (enrolment: Enrolment, at: string): Enrolment =>
  at > enrolment.lastAccessedAt ? { ...enrolment, lastAccessedAt: at } : enrolment

/** What completing a lesson at this moment makes of what was learned: the same objects when it was completed before. */
export function afterCompleting(
  { enrolment, stats }: Learned,
  lessonId: string,
  learner: User,
  atMs: number,
): Learned {
  const progress = enrolment.lessons[lessonId] ?? untouched
  const at = new Date(atMs).toISOString()
  if (progress.completedAt !== null && progress.completedAt <= at) return { enrolment, stats }
  const completed = withCompletion(
    accessed(withLesson(enrolment, lessonId, { ...progress, completedAt: at }), at),
  )
  return {
    enrolment: completed,
    stats: withAchievements(withTotals(stats, completed), daysWith(learner, [atMs]), at),
  }
}

/** Completing lessons, and the time that goes into them. */
export function createLessonProgress(
  { clock }: Needs<'clock'>,
  {
    courses,
    learners,
    access,
    courseCompleted,
  }: {
    readonly courses: Courses
    readonly learners: Learners
    readonly access: LessonAccess
    readonly courseCompleted: DomainEvent<CourseCompleted>
  },
) {
  const changeOpen = (
    learner: User,
    courseId: string,
    lessonId: string,
    change: (lesson: LessonOutline, enrolment: Enrolment, stats: LearnerStats) => Learned,
  ): Promise<Learned> =>
    learners.change(learner.id, courseId, async (known, stats) => {
      const { lesson, enrolment } = requireOpen(await access.opened(known, courseId), lessonId)
      return change(lesson, enrolment, stats)
    })

  const clamp = (ms: number, enrolment: Enrolment): number =>
    Math.min(clock.now(), Math.max(ms, Date.parse(enrolment.createdAt), clock.now() - latestReportMs))

  return {
    /** Saying it twice, late or out of order changes nothing but that the earliest time counts. */
    async complete(
      learner: User,
      courseId: string,
      lessonId: string,
      given: CompleteLesson,
    ): Promise<LessonCompleted> {
      const claimed = given.completedAt === undefined ? clock.now() : Date.parse(given.completedAt)
      const { enrolment } = await changeOpen(learner, courseId, lessonId, (lesson, known, stats) => {
        const missing = whyIncomplete(lesson, known.lessons[lessonId] ?? untouched)
        if (missing.length > 0) throw refuse(missing)
        return afterCompleting({ enrolment: known, stats }, lessonId, learner, clamp(claimed, known))
      })
      await learners.noteActive(learner, [clamp(claimed, enrolment)])
      // Each time: the request that completed the course may have ended before this.
      if (enrolment.completedAt !== null) {
        await courses.members.note(memberOf(enrolment, learner))
        await courseCompleted.emit({ userId: learner.id, courseId, completedAt: enrolment.completedAt })
      }
      return {
        message: enrolment.completedAt === null ? 'Lesson completed.' : 'Course completed.',
        progress: {
          courseId,
          completedLessons: completedOf(enrolment).length,
          totalLessons: enrolment.lessonIds.length,
          percentage: percentageOf(enrolment),
          why: whyCourseIncomplete(enrolment),
        },
      }
    },

    /** Takes a batch of what a player or page has measured. */
    async recordTime(
      learner: User,
      courseId: string,
      lessonId: string,
      { events }: TimeReport,
    ): Promise<TimeCounted> {
      let moments: readonly number[] = []
      const { enrolment } = await changeOpen(learner, courseId, lessonId, (_, known, stats) => {
        moments = events.map(({ endedAt }) => clamp(Date.parse(endedAt), known))
        const counted = events.flatMap(({ startedAt, endedAt, from, to }) => {
          const startMs = clamp(Date.parse(startedAt), known)
          const endMs = Math.min(clamp(Date.parse(endedAt), known), startMs + longestEventMs)
          return endMs > startMs ? [{ startMs, endMs, from, to }] : []
        })
        if (counted.length === 0) return { enrolment: known, stats }
        const sittings = counted.map(
          ({ startMs, endMs }): Range => [Math.floor(startMs / 1000), Math.floor(endMs / 1000)],
        )
        const watched = counted.flatMap(({ startMs, endMs, from, to }): Range[] => {
          if (from === undefined || to === undefined || to <= from) return []
          const possible = ((endMs - startMs) / 1000) * fastestPlayback + 1
          return [[from, Math.min(to, from + possible)]]
        })
        const progress = known.lessons[lessonId] ?? untouched
        const settleBefore = (clock.now() - settledAfterMs) / 1000
        const time = withTime(known.time, sittings, settleBefore)
        const { ranges, dense } = withPieces(watchedOf(progress), watched)
        const last = counted
          .filter(({ to }) => to !== undefined)
          .reduce((latest, event) => (event.endMs > (latest?.endMs ?? 0) ? event : latest), counted[0])
        const lastAt = new Date(last?.endMs ?? 0).toISOString()
        const isLater = last?.to !== undefined && lastAt > (progress.positionAt ?? '')
        const changed: LessonProgress = {
          ...progress,
          seconds: progress.seconds + secondsOf(time) - secondsOf(known.time),
          watched: ranges,
          ...(dense && { watchedDense: dense }),
          ...(isLater ? { position: last.to ?? 0, positionAt: lastAt } : {}),
        }
        if (secondsOf(time) === secondsOf(known.time) && JSON.stringify(changed) === JSON.stringify(progress))
          return { enrolment: known, stats }
        const endMs = Math.max(...counted.map((event) => event.endMs))
        return {
          enrolment: accessed(
            { ...withLesson(known, lessonId, changed), time },
            new Date(endMs).toISOString(),
          ),
          stats: withAchievements(
            { ...stats, time: withTime(stats.time, sittings, settleBefore) },
            daysWith(learner, moments),
            new Date(clock.now()).toISOString(),
          ),
        }
      })
      await learners.noteActive(learner, moments)
      const opened = await access.opened(enrolment, courseId)
      const { timeSpent, timeSpentSeconds, watchedPercent, why } = itemOf(
        opened,
        findLesson(opened.version, lessonId),
      )
      const { position } = enrolment.lessons[lessonId] ?? untouched
      return {
        ...timeSpentOf(secondsOf(enrolment.time)),
        lesson: { timeSpent, timeSpentSeconds, watchedPercent, position, why },
      }
    },

    /** 1 to 5, by those who have completed it; the last one counts. */
    async rate(learner: User, courseId: string, rating: number): Promise<void> {
      const { enrolment } = await learners.change(learner.id, courseId, (known, stats) => {
        if (!isActive(known)) throw notEnrolled()
        if (known.completedAt === null)
          throw refuse([
            { code: 'course_not_completed', message: 'Complete the course first.' },
            ...whyCourseIncomplete(known),
          ])
        return { enrolment: known.rating === rating ? known : { ...known, rating }, stats }
      })
      await courses.members.note(memberOf(enrolment, learner))
    },
  }
}
