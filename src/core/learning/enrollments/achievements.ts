import type { ActiveDays } from '../../kernel/active-days.ts'
import type { Plain } from '../../kernel/messages/said.ts'
import type { LearnerStats } from './enrollments.model.ts'
import { secondsOf } from './time-spent.ts'

interface Achievement {
  /** Never reused: people hold it. */
  readonly id: string
  readonly title: Plain
  readonly description: Plain
  readonly isEarned: (stats: LearnerStats, days: ActiveDays) => boolean
}

const hour = 3_600

export const achievements: readonly Achievement[] = [
  {
    id: 'first-lesson',
    title: 'First step',
    description: 'Complete a lesson.',
    isEarned: ({ completedLessons }) => completedLessons.length >= 1,
  },
  {
    id: 'ten-lessons',
    title: 'Getting into it',
    description: 'Complete ten lessons.',
    isEarned: ({ completedLessons }) => completedLessons.length >= 10,
  },
  {
    id: 'fifty-lessons',
    title: 'Half a hundred',
    description: 'Complete fifty lessons.',
    isEarned: ({ completedLessons }) => completedLessons.length >= 50,
  },
  {
    id: 'first-course',
    title: 'From start to finish',
    description: 'Complete a course.',
    isEarned: ({ completedCourses }) => completedCourses.length >= 1,
  },
  {
    id: 'five-courses',
    title: 'Well read',
    description: 'Complete five courses.',
    isEarned: ({ completedCourses }) => completedCourses.length >= 5,
  },
  {
    id: 'all-round',
    title: 'All-round',
    description: 'Complete a course in each of the four categories.',
    isEarned: ({ completedCourses }) => new Set(completedCourses.map(({ category }) => category)).size === 4,
  },
  {
    id: 'ten-hours',
    title: 'Ten hours',
    description: 'Spend ten hours learning.',
    isEarned: ({ time }) => secondsOf(time) >= 10 * hour,
  },
  {
    id: 'fifty-hours',
    title: 'Fifty hours',
    description: 'Spend fifty hours learning.',
    isEarned: ({ time }) => secondsOf(time) >= 50 * hour,
  },
  {
    id: 'week-streak',
    title: 'A whole week',
    description: 'Be here seven days in a row.',
    isEarned: (_, { longest }) => longest >= 7,
  },
  {
    id: 'month-streak',
    title: 'Thirty days',
    description: 'Be here thirty days in a row.',
    isEarned: (_, { longest }) => longest >= 30,
  },
]

/** What was earned stays, whatever happens later. */
export function withAchievements(stats: LearnerStats, days: ActiveDays, at: string): LearnerStats {
  const earned = achievements
    .filter(({ id }) => !stats.achievements.some((held) => held.id === id))
    .filter(({ isEarned }) => isEarned(stats, days))
  if (earned.length === 0) return stats
  return {
    ...stats,
    achievements: [...stats.achievements, ...earned.map(({ id }) => ({ id, unlockedAt: at }))],
  }
}
