import { signal } from '@preact/signals'
import type { UploadCategory } from '../../../src/client/upload-file.ts'
import type { Problem } from '../../base/api/ask.ts'
import { sendFile } from '../../base/api/send-file.ts'
import { loosely } from '../../base/state/loosely.ts'
import { onLeaving } from '../../base/state/session.ts'

export interface Upload {
  readonly file: File
  readonly category: UploadCategory
  /** 0 up to 1. */
  readonly progress: number
  readonly problem: Problem | null
}

/** What is on its way, by what it is for. It goes on while somebody looks at another screen. */
export const uploads = signal<ReadonlyMap<string, Upload>>(new Map())
const running = new Map<string, AbortController>()
/** Then it is said, and there is a button; the same file goes on where it was, after a reload too. */
const mostFailures = 6

onLeaving(() => {
  for (const request of running.values()) request.abort()
  running.clear()
  uploads.value = new Map()
})

function put(key: string, upload: Upload | null): void {
  const next = new Map(uploads.peek())
  if (upload) next.set(key, upload)
  else next.delete(key)
  uploads.value = next
}

export function upload(
  key: string,
  file: File,
  category: UploadCategory,
  done: (fileId: string) => void,
): void {
  running.get(key)?.abort()
  const leaving = new AbortController()
  running.set(key, leaving)
  put(key, { file, category, progress: 0, problem: null })
  loosely(async () => {
    const answer = await sendFile(file, {
      category,
      signal: leaving.signal,
      maxFailures: mostFailures,
      onProgress: (progress) => {
        if (!leaving.signal.aborted) put(key, { file, category, progress, problem: null })
      },
    })
    if (leaving.signal.aborted) return
    running.delete(key)
    if (answer.ok) {
      put(key, null)
      done(answer.value)
    } else put(key, { file, category, progress: 0, problem: answer.problem })
  })
}

export function endUpload(key: string): void {
  running.get(key)?.abort()
  running.delete(key)
  put(key, null)
}
