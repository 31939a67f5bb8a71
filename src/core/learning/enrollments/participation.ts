import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../../accounts/users/users.model.ts'
import { conflict, forbidden, notFound } from '../../kernel/errors.ts'
import type { Course, CourseDetail, CourseVersion } from '../courses/courses.model.ts'
import type { Courses } from '../courses/courses.ts'
import { completedOf, percentageOf, refuse, whyCourseIncomplete, whyLocked } from './conditions.ts'
import {
  alreadyEnrolled,
  type Enrolled,
  type Enrolment,
  type EnrolmentView,
  type LearnerStats,
  notEnrolled,
} from './enrollments.model.ts'
import { type Learners, memberOf } from './learners.ts'
import { missingCourses } from './missing-courses.ts'
import { timeSpentOf } from './time-shown.model.ts'
import { noTimeSpent, secondsOf } from './time-spent.ts'

export const isActive = (enrolment: Enrolment | null): enrolment is Enrolment => enrolment?.state === 'active'

/** Completed once every lesson is, at the time of the last of them; and then it stays so. */
export function withCompletion(enrolment: Enrolment): Enrolment {
  const { lessonIds, lessons, completedAt } = enrolment
  if (completedAt !== null || lessonIds.length === 0) return enrolment
  if (completedOf(enrolment).length < lessonIds.length) return enrolment
  const times = lessonIds.map((id) => lessons[id]?.completedAt ?? '')
  return { ...enrolment, completedAt: times.reduce((latest, at) => (at > latest ? at : latest)) }
}

/** The totals after a change of one enrolment. */
export function withTotals(stats: LearnerStats, enrolment: Enrolment): LearnerStats {
  const lessons = completedOf(enrolment).filter((id) => !stats.completedLessons.includes(id))
  const isNewlyCompleted =
    enrolment.completedAt !== null &&
    !stats.completedCourses.some(({ courseId }) => courseId === enrolment.id)
  if (lessons.length === 0 && !isNewlyCompleted) return stats
  return {
    ...stats,
    completedLessons: [...stats.completedLessons, ...lessons],
    completedCourses: isNewlyCompleted
      ? [...stats.completedCourses, { courseId: enrolment.id, category: enrolment.category }]
      : stats.completedCourses,
  }
}

/** Somebody who starts this version of the course, which is the one in force. `at`: an ISO time in UTC. */
export const enrolmentIn = (
  { id, version, versionId, category }: Course & { readonly versionId: string },
  lessonIds: readonly string[],
  userId: string,
  at: string,
): Enrolment => ({
  id,
  userId,
  kind: 'enrolment',
  createdAt: at,
  state: 'active',
  version,
  versionId,
  lessonIds,
  category,
  lessons: {},
  completedAt: null,
  lastAccessedAt: at,
  time: noTimeSpent,
  rating: null,
  revision: 0,
})

/** The totals of somebody who takes part in one more. */
export const enrolledIn = (stats: LearnerStats, courseId: string): LearnerStats => ({
  ...stats,
  enrolledCourses: [...stats.enrolledCourses.filter((id) => id !== courseId), courseId],
})

function resumeAt(version: CourseVersion, enrolment: Enrolment): EnrolmentView['resume'] {
  const open = version.lessons.filter(
    (lesson) =>
      (enrolment.lessons[lesson.id]?.completedAt ?? null) === null &&
      whyLocked(version, enrolment, lesson).length === 0,
  )
  const seenAt = (lessonId: string): string => enrolment.lessons[lessonId]?.positionAt ?? ''
  const lesson = open.reduce(
    (latest, candidate) => (seenAt(candidate.id) > seenAt(latest?.id ?? '') ? candidate : latest),
    open[0],
  )
  return lesson ? { lessonId: lesson.id, position: enrolment.lessons[lesson.id]?.position ?? 0 } : null
}

/** Getting into a course, out of it, and on to its next version. */
export function createParticipation(
  { clock }: Needs<'clock'>,
  { courses, learners }: { readonly courses: Courses; readonly learners: Learners },
) {
  const now = () => new Date(clock.now()).toISOString()

  async function readOpen(
    courseId: string,
    read?: Course | null,
  ): Promise<Course & { readonly versionId: string }> {
    const course = read ?? (await courses.readCourse(courseId))?.value
    if (course?.state !== 'published' || course.versionId === null) throw notFound()
    return { ...course, versionId: course.versionId }
  }

  /** Throws `conditions_missing`. Whoever has begun goes on, whatever is asked for since. */
  async function requirePrerequisites(course: Course, stats: LearnerStats | null): Promise<void> {
    const missing = missingCourses(await courses.openPrerequisites(course), stats)
    if (missing.length > 0) throw refuse(missing)
  }

  async function describe(enrolment: Enrolment): Promise<EnrolmentView> {
    const [version, course] = await Promise.all([
      courses.versions.read(enrolment.id, enrolment.versionId),
      courses.readCourse(enrolment.id),
    ])
    const latest = course?.value.state === 'published' ? course.value.versionId : null
    const update =
      latest === null || latest === enrolment.versionId
        ? null
        : courses.versions.compare(version, await courses.versions.read(enrolment.id, latest))
    return {
      courseId: enrolment.id,
      title: course?.value.title ?? '',
      isArchived: course?.value.state === 'archived',
      userId: enrolment.userId,
      enrolledAt: enrolment.createdAt,
      progress: percentageOf(enrolment),
      completedAt: enrolment.completedAt,
      lastAccessedAt: enrolment.lastAccessedAt,
      ...timeSpentOf(secondsOf(enrolment.time)),
      rating: enrolment.rating,
      version: enrolment.version,
      resume: resumeAt(version, enrolment),
      why: whyCourseIncomplete(enrolment),
      update,
    }
  }

  const describeEnrolled = (enrolment: Enrolment): Enrolled => ({
    message: 'Successfully enrolled in course.',
    enrollment: {
      courseId: enrolment.id,
      userId: enrolment.userId,
      enrolledAt: enrolment.createdAt,
      progress: percentageOf(enrolment),
      version: enrolment.version,
    },
  })

  return {
    requirePrerequisites,
    describeEnrolled,

    /**
     * Starts the newest version; somebody who returns goes on where they left. `read`: the course, for whoever has read it. Throws
     * `already_enrolled`.
     */
    async enrol(learner: User, courseId: string, read?: Course | null): Promise<Enrolled> {
      if (learner.role === 'guest') throw forbidden()
      const course = await readOpen(courseId, read)
      const { lessons } = await courses.versions.read(courseId, course.versionId)
      const enrolledAt = now()
      const lessonIds = lessons.map(({ id }) => id)
      const fresh = enrolmentIn(course, lessonIds, learner.id, enrolledAt)
      let present: Enrolment | null = null
      try {
        const { enrolment } = await learners.change(learner.id, courseId, async (known, stats) => {
          if (isActive(known)) {
            present = known
            throw alreadyEnrolled()
          }
          if (!known) await requirePrerequisites(course, stats)
          return {
            enrolment: { ...(known ?? fresh), state: 'active', lastAccessedAt: enrolledAt },
            stats: enrolledIn(stats, courseId),
          }
        })
        present = enrolment
        return describeEnrolled(enrolment)
      } finally {
        // Also when they took part already: the request that enrolled them may have ended before this.
        if (present) await courses.members.note(memberOf(present, learner))
      }
    },

    /** Fine when they have left already. What was reached is kept. */
    async leave(learner: User, courseId: string): Promise<void> {
      const { enrolment } = await learners.change(learner.id, courseId, (known, stats) => {
        if (!known) throw notFound()
        if (!isActive(known)) return { enrolment: known, stats }
        return {
          enrolment: { ...known, state: 'left' },
          stats: { ...stats, enrolledCourses: stats.enrolledCourses.filter((id) => id !== courseId) },
        }
      })
      await courses.members.note(memberOf(enrolment, learner))
    },

    async read(userId: string, courseId: string): Promise<EnrolmentView> {
      const enrolment = await learners.readEnrolment(userId, courseId)
      if (!isActive(enrolment)) throw notFound()
      return describe(enrolment)
    },

    /** The course as somebody takes it: in the version they started, also when it is archived. */
    async readTaken(userId: string, courseId: string): Promise<CourseDetail> {
      const [enrolment, course] = await Promise.all([
        learners.readEnrolment(userId, courseId),
        courses.readCourse(courseId),
      ])
      if (!isActive(enrolment) || !course) throw notFound()
      return courses.describeVersion(course.value, enrolment.versionId)
    },

    /**
     * Goes on with the newest version, which has to be the one the person was shown. Lessons completed before stay
     * completed, and so does the course.
     */
    async move(learner: User, courseId: string, shownVersion: number): Promise<EnrolmentView> {
      const course = await readOpen(courseId)
      const { lessons } = await courses.versions.read(courseId, course.versionId)
      const { enrolment } = await learners.change(learner.id, courseId, (known, stats) => {
        if (!isActive(known)) throw notEnrolled()
        if (shownVersion !== course.version) throw conflict()
        if (known.versionId === course.versionId) return { enrolment: known, stats }
        const moved = withCompletion({
          ...known,
          version: course.version,
          versionId: course.versionId,
          lessonIds: lessons.map(({ id }) => id),
        })
        return { enrolment: moved, stats: withTotals(stats, moved) }
      })
      await courses.members.note(memberOf(enrolment, learner))
      return describe(enrolment)
    },
  }
}

export type Participation = ReturnType<typeof createParticipation>
