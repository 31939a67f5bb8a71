import { type LessonOutline, minutesOf, secondsOf } from './lessons.model.ts'

type Length = Pick<LessonOutline, 'duration' | 'durationSeconds' | 'videoSeconds'>

/**
 * How long a lesson is said to take: of minutes and seconds what differs from before, the seconds where both do; where
 * nobody says, as long as its video.
 */
export function lengthOf(
  given: { readonly duration?: number | undefined; readonly durationSeconds?: number | undefined },
  known: Length | null,
  videoSeconds: number | null,
): Length {
  const video = videoSeconds === null ? {} : { videoSeconds }
  const inSeconds = (seconds: number): Length => ({
    duration: minutesOf(seconds),
    durationSeconds: seconds,
    ...video,
  })
  const before = known === null ? null : secondsOf(known)
  if (given.durationSeconds !== undefined && given.durationSeconds !== before && given.durationSeconds > 0)
    return inSeconds(given.durationSeconds)
  if (given.duration !== undefined && given.duration !== known?.duration && given.duration > 0)
    return { duration: given.duration, ...video }
  const isCleared = given.durationSeconds === 0 || given.duration === 0
  const isFromVideo =
    known?.videoSeconds !== undefined && known.durationSeconds === Math.ceil(known.videoSeconds)
  const stays = known !== null && !isCleared && before !== 0 && !(isFromVideo && videoSeconds !== null)
  if (stays)
    return {
      duration: known.duration,
      ...(known.durationSeconds === undefined ? {} : { durationSeconds: known.durationSeconds }),
      ...video,
    }
  return videoSeconds === null ? { duration: 0 } : inSeconds(Math.ceil(videoSeconds))
}
