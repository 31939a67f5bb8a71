import { type ErrorDetail, validationError } from '../../kernel/errors.ts'
import { type LessonOutline, secondsOf } from './lessons.model.ts'

type Measured = Pick<
  LessonOutline,
  'duration' | 'durationSeconds' | 'videoSeconds' | 'minimumSeconds' | 'watchPercent'
>

/** Of a length that is known to the second: players stop a little short of it. */
const roundingSeconds = 1

/**
 * Seconds of video that `watchPercent` is of. A length in whole minutes may have been rounded up by almost one: nobody is
 * held to more than the shortest video that has it.
 */
export function secondsToWatch({ videoSeconds, durationSeconds, duration }: Measured): number {
  const exact = videoSeconds ?? durationSeconds
  return exact === undefined ? Math.max(0, (duration - 1) * 60) : Math.max(0, exact - roundingSeconds)
}

/** Whether a share of its video can be told at all. */
const isMeasurable = (lesson: Measured): boolean => (lesson.videoSeconds ?? secondsOf(lesson)) > 0

/** What nobody can fulfil. Paths are those of the lesson's own fields. */
export const impossibleRules = (lesson: Measured): readonly ErrorDetail[] =>
  lesson.watchPercent > 0 && !isMeasurable(lesson)
    ? [
        {
          path: 'watchPercent',
          code: 'nothing_to_measure',
          message: 'Needs the length of the video: give a duration.',
        },
      ]
    : []

/** What can be fulfilled, and is probably not meant. */
export function doubtfulRules(lesson: Measured): readonly ErrorDetail[] {
  const seconds = Math.max(secondsOf(lesson), lesson.videoSeconds ?? 0)
  return seconds > 0 && lesson.minimumSeconds > Math.max(seconds, lesson.duration * 60)
    ? [
        {
          path: 'minimumSeconds',
          code: 'longer_than_lesson',
          message: 'More time is asked for than the lesson is said to take.',
        },
      ]
    : []
}

/** Throws `validation_error` for rules that nobody can fulfil. */
export function requirePossible(lesson: Measured): void {
  const details = impossibleRules(lesson)
  if (details.length > 0) throw validationError(details)
}
