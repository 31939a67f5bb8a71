import type { AppError } from '../../kernel/errors.ts'
import { type SecondSet, secondsIn } from '../../kernel/second-set.ts'
import type { CourseVersion } from '../courses/courses.model.ts'
import { conditionsMissing } from '../courses/courses.model.ts'
import { type LessonOutline, secondsOf } from '../courses/lessons.model.ts'
import { secondsToWatch } from '../courses/watch-rules.model.ts'
import { attemptsLeft, standingWith } from '../quizzes/standing.model.ts'
import type { Enrolment, LessonProgress } from './enrollments.model.ts'
import type { Missing } from './study.model.ts'

export const untouched: LessonProgress = {
  completedAt: null,
  seconds: 0,
  watched: [],
  position: 0,
  positionAt: null,
}

export const isCompleted = (enrolment: Enrolment, lessonId: string): boolean =>
  (enrolment.lessons[lessonId]?.completedAt ?? null) !== null

export const completedOf = (enrolment: Enrolment): readonly string[] =>
  enrolment.lessonIds.filter((id) => isCompleted(enrolment, id))

/** Percent, not rounded. Completed stays completed. */
export const percentageOf = (enrolment: Enrolment): number =>
  enrolment.lessonIds.length === 0 ? 0 : (completedOf(enrolment).length / enrolment.lessonIds.length) * 100

export const watchedOf = ({ watched, watchedDense }: LessonProgress): SecondSet => ({
  ranges: watched,
  ...(watchedDense && { dense: watchedDense }),
})

/** Of the video, or of the lesson while the length of the video is not known. */
export function watchedPercentOf(lesson: LessonOutline, progress: LessonProgress): number {
  const length = lesson.videoSeconds ?? secondsOf(lesson)
  return length === 0 ? 0 : Math.min(100, (secondsIn(watchedOf(progress)) / length) * 100)
}

/** Percent still to be watched: none as soon as the shortest video that the lesson may have was watched so far. */
function percentMissing(lesson: LessonOutline, progress: LessonProgress): number {
  if (lesson.watchPercent === 0) return 0
  const watched = secondsIn(watchedOf(progress))
  const needed = (secondsToWatch(lesson) * lesson.watchPercent) / 100
  const isEnough = watched > 0 && watched >= needed - 1e-6
  return isEnough ? 0 : lesson.watchPercent - watchedPercentOf(lesson, progress)
}

const lessonMissing = (lessonId: string): Missing => ({
  code: 'lesson_not_completed',
  message: 'Complete this lesson first.',
  lessonId,
})

/** Why a lesson cannot be opened. */
export function whyLocked(
  version: CourseVersion,
  enrolment: Enrolment | null,
  lesson: LessonOutline,
): Missing[] {
  if (enrolment?.state !== 'active')
    return [{ code: 'not_enrolled', message: 'Enroll in this course first.' }]
  if (!version.isSequential || isCompleted(enrolment, lesson.id)) return []
  return version.lessons
    .filter(({ id, order }) => order < lesson.order && !isCompleted(enrolment, id))
    .map(({ id }) => lessonMissing(id))
}

function whyNotPassed({ quiz }: LessonOutline, progress: LessonProgress): Omit<Missing, 'lessonId'>[] {
  if (!quiz?.isRequired) return []
  const standing = standingWith(quiz, progress.quiz)
  if (standing.passedAt !== null) return []
  const percent = quiz.passPercent
  return attemptsLeft(quiz, standing) === 0
    ? [{ code: 'quiz_attempts_used', message: 'No attempt is left. Ask your teacher for another.', percent }]
    : [{ code: 'quiz_not_passed', message: 'Pass the quiz first.', percent }]
}

/** Why an open lesson does not count as completed when the person says so. */
export function whyIncomplete(lesson: LessonOutline, progress: LessonProgress): Missing[] {
  if (progress.completedAt !== null) return []
  const seconds = lesson.minimumSeconds - progress.seconds
  const percent = percentMissing(lesson, progress)
  const found: Omit<Missing, 'lessonId'>[] = [
    ...(seconds > 0
      ? [{ code: 'time_missing' as const, message: 'Spend more time on this lesson.' as const, seconds }]
      : []),
    ...(percent > 0
      ? [{ code: 'watching_missing' as const, message: 'Watch more of the video.' as const, percent }]
      : []),
    ...whyNotPassed(lesson, progress),
  ]
  return found.map((missing) => ({ ...missing, lessonId: lesson.id }))
}

/** Why a course is not completed. */
export const whyCourseIncomplete = (enrolment: Enrolment): Missing[] =>
  enrolment.completedAt === null
    ? enrolment.lessonIds.filter((id) => !isCompleted(enrolment, id)).map(lessonMissing)
    : []

/** The same conditions as an error. */
export const refuse = (missing: readonly Missing[]): AppError =>
  conditionsMissing(
    missing.map(({ code, message, lessonId, courseId }) => ({
      path: courseId ? `courses.${courseId}` : lessonId === undefined ? '' : `lessons.${lessonId}`,
      code,
      message,
    })),
  )
