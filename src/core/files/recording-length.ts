import type { MediaType } from './media-types.ts'
import { readMp3Length } from './mp3-length.ts'
import { readMp4Length } from './mp4-length.ts'
import { readOggLength } from './ogg-length.ts'
import type { RecordingBytes } from './recording-bytes.ts'
import { readWebmLength } from './webm-length.ts'

const longestSeconds = 7 * 24 * 3_600

const readers: Readonly<Partial<Record<MediaType, (file: RecordingBytes) => Promise<number | null>>>> = {
  'video/mp4': readMp4Length,
  'video/quicktime': readMp4Length,
  'audio/mp4': readMp4Length,
  'video/webm': readWebmLength,
  'audio/webm': readWebmLength,
  'audio/mpeg': readMp3Length,
  'audio/ogg': readOggLength,
}

/**
 * How long a recording plays, in seconds, as its own header says; null where it does not say, or says nonsense. A few
 * small reads at its beginning and its end, however large it is.
 */
export async function readRecordingLength(type: MediaType, file: RecordingBytes): Promise<number | null> {
  const seconds = (await readers[type]?.(file)) ?? null
  if (seconds === null || !Number.isFinite(seconds) || seconds <= 0 || seconds > longestSeconds) return null
  return Math.round(seconds * 1_000) / 1_000
}
