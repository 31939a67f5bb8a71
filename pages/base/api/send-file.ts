import type { UploadOptions } from '../../../src/client/upload-file.ts'
import { fault } from '../state/loosely.ts'
import { hereOf } from './addresses.ts'
import { type Answer, refusal, unreachable } from './ask.ts'
import { client } from './client.ts'

/** Their codes come with statuses of their own, which have words of their own. */
const statusOf: Readonly<Record<string, number>> = { rate_limit_exceeded: 429, unavailable: 503 }

/**
 * Announces, sends and completes one file. Answers its id. Never throws; what was ended by `signal` is answered like a line
 * that broke.
 */
export async function sendFile(
  file: File,
  {
    onProgress,
    ...options
  }: Pick<UploadOptions, 'category' | 'fileName' | 'signal' | 'notes' | 'maxFailures' | 'whenOnline'> & {
    /** Hears the part that has arrived: 0 up to 1. */
    readonly onProgress?: (part: number) => void
  },
): Promise<Answer<string>> {
  try {
    const loaded = await import('../../../src/client/upload-file.ts').catch(() => null)
    if (!loaded) return { ok: false, problem: unreachable }
    const uploaded = await loaded.uploadFile(client, file, {
      ...options,
      addressOf: hereOf,
      onProgress: ({ sentBytes, totalBytes }) => onProgress?.(totalBytes > 0 ? sentBytes / totalBytes : 0),
    })
    if (uploaded.ok) return { ok: true, value: uploaded.fileId, status: 200 }
    const { error } = uploaded
    return { ok: false, problem: error ? refusal(statusOf[error.code] ?? 400, error) : unreachable }
  } catch (error) {
    if (!options.signal?.aborted) fault(error)
    return { ok: false, problem: unreachable }
  }
}
