import { AppError, notFound } from '../../kernel/errors.ts'
import type { CourseVersion } from '../courses/courses.model.ts'
import type { Courses } from '../courses/courses.ts'
import { type LessonOutline, secondsOf } from '../courses/lessons.model.ts'
import { refuse, untouched, watchedPercentOf, whyIncomplete, whyLocked } from './conditions.ts'
import { type Enrolment, notEnrolled } from './enrollments.model.ts'
import type { Learners } from './learners.ts'
import { missingCourses } from './missing-courses.ts'
import { isActive } from './participation.ts'
import type { LessonListItem, Missing } from './study.model.ts'
import { timeSpentOf } from './time-shown.model.ts'

/** The version somebody takes, or would; without an enrolment they see what is public. */
export interface OpenedVersion {
  readonly enrolment: Enrolment | null
  readonly version: CourseVersion
  /** Courses that somebody who does not take part has to complete first. */
  readonly missing?: readonly Missing[]
}

export interface OpenLesson {
  readonly lesson: LessonOutline
  readonly enrolment: Enrolment
}

const lessonLocked = (error: AppError): AppError =>
  new AppError('forbidden', 'lesson_locked', 'Complete the earlier lessons first.', {
    ...(error.details ? { details: error.details } : {}),
  })

export const findLesson = ({ lessons }: CourseVersion, lessonId: string): LessonOutline => {
  const lesson = lessons.find(({ id }) => id === lessonId)
  if (!lesson) throw notFound()
  return lesson
}

/** Throws what keeps a lesson closed. 404 comes first: whether a lesson is in a course is public. */
export function requireOpen({ version, enrolment }: OpenedVersion, lessonId: string): OpenLesson {
  const lesson = findLesson(version, lessonId)
  if (!enrolment) throw notEnrolled()
  const locked = whyLocked(version, enrolment, lesson)
  if (locked.length > 0) throw lessonLocked(refuse(locked))
  return { lesson, enrolment }
}

export function itemOf(
  { version, enrolment, missing = [] }: OpenedVersion,
  lesson: LessonOutline,
): LessonListItem {
  const progress = enrolment?.lessons[lesson.id] ?? untouched
  const locked = [...whyLocked(version, enrolment, lesson), ...missing]
  return {
    id: lesson.id,
    title: lesson.title,
    description: lesson.description,
    duration: lesson.duration,
    durationSeconds: secondsOf(lesson),
    order: lesson.order,
    moduleId: lesson.moduleId ?? null,
    completed: progress.completedAt !== null,
    completedAt: progress.completedAt,
    ...timeSpentOf(progress.seconds),
    watchedPercent: watchedPercentOf(lesson, progress),
    locked: locked.length > 0,
    why: locked.length > 0 ? locked : whyIncomplete(lesson, progress),
  }
}

/** Which version of a course somebody takes. */
export function createLessonAccess({
  courses,
  learners,
}: {
  readonly courses: Courses
  readonly learners: Learners
}) {
  async function opened(known: Enrolment | null, courseId: string, userId?: string): Promise<OpenedVersion> {
    if (isActive(known))
      return { enrolment: known, version: await courses.versions.read(courseId, known.versionId) }
    const course = await courses.readCourse(courseId)
    if (course?.value.state !== 'published' || course.value.versionId === null) throw notFound()
    const asked = userId && !known ? await courses.openPrerequisites(course.value) : []
    const stats = userId && asked.length > 0 ? await learners.readStats(userId) : null
    return {
      enrolment: null,
      version: await courses.versions.read(courseId, course.value.versionId),
      missing: missingCourses(asked, stats?.value ?? null),
    }
  }

  return {
    opened,
    open: async (userId: string, courseId: string): Promise<OpenedVersion> =>
      opened(await learners.readEnrolment(userId, courseId), courseId, userId),
  }
}

export type LessonAccess = ReturnType<typeof createLessonAccess>
