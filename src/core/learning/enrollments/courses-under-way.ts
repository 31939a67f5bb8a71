import type { Needs } from '../../../ports/ports.ts'
import { completedOf } from './conditions.ts'
import type { Learners } from './learners.ts'

const weeksMs = 28 * 24 * 60 * 60_000
/** Nobody takes more at a time; a mail is not to cost more than so many reads. */
const mostCourses = 20

/** Of the courses that somebody opened in the last weeks and has not completed: how many, and how much of their lessons is done. */
export const createCoursesUnderWay =
  (
    { clock }: Needs<'clock'>,
    { learners }: { readonly learners: Pick<Learners, 'readStats' | 'readEnrolment'> },
  ) =>
  async (userId: string): Promise<{ readonly count: number; readonly percent: number }> => {
    const since = new Date(clock.now() - weeksMs).toISOString()
    const enrolled = (await learners.readStats(userId))?.value.enrolledCourses ?? []
    const found = await Promise.all(
      enrolled.slice(-mostCourses).map((courseId) => learners.readEnrolment(userId, courseId)),
    )
    const underWay = found.flatMap((each) =>
      each?.state === 'active' && each.completedAt === null && each.lastAccessedAt >= since ? [each] : [],
    )
    const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0)
    const lessons = sum(underWay.map(({ lessonIds }) => lessonIds.length))
    const done = sum(underWay.map((each) => completedOf(each).length))
    return { count: underWay.length, percent: lessons === 0 ? 0 : (done / lessons) * 100 }
  }
