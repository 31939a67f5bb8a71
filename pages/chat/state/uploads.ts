import { signal } from '@preact/signals'
import { randomId } from '../../../src/client/random-id.ts'
import type { Answer, Problem } from '../../base/api/ask.ts'
import { sendFile } from '../../base/api/send-file.ts'
import { loosely } from '../../base/state/loosely.ts'
import { tell } from '../../base/state/notices.ts'
import { onLeaving } from '../../base/state/session.ts'

export interface Upload {
  readonly key: string
  readonly file: File
  readonly name: string
  /** 0 up to 1. */
  readonly progress: number
  /** The id of the file once it is there; a problem where it is not. */
  readonly outcome: { readonly fileId: string } | { readonly problem: Problem } | null
}

/** What is attached to the draft of a conversation, by the key of the draft. */
export const uploads = signal<ReadonlyMap<string, readonly Upload[]>>(new Map())
const running = new Map<string, AbortController>()
export const mostAttachments = 10
/** Which upload belongs to which file, for trying again where it was: for as long as this page is open. */
const begun = new Map<string, string>()
const notes = {
  getItem: (key: string) => begun.get(key) ?? null,
  setItem: (key: string, value: string) => void begun.set(key, value),
}
/** Then it is said, and there is a button: within some seconds. */
const mostFailures = 3

onLeaving(() => {
  for (const request of running.values()) request.abort()
  running.clear()
  begun.clear()
  uploads.value = new Map()
})

function put(draftKey: string, how: (list: readonly Upload[]) => readonly Upload[]): void {
  uploads.value = new Map(uploads.peek()).set(draftKey, how(uploads.peek().get(draftKey) ?? []))
}
const patch = (draftKey: string, key: string, change: Partial<Upload>): void =>
  put(draftKey, (list) => list.map((each) => (each.key === key ? { ...each, ...change } : each)))

/** Announces, sends and completes one file. Answers its id. Never throws. */
export async function upload(
  { key, file, name }: Pick<Upload, 'key' | 'file' | 'name'>,
  category: 'attachment' | 'avatar',
  onProgress: (part: number) => void = () => {},
): Promise<Answer<string>> {
  const leaving = new AbortController()
  running.set(key, leaving)
  try {
    return await sendFile(file, {
      category,
      fileName: name,
      signal: leaving.signal,
      notes,
      maxFailures: mostFailures,
      whenOnline: async () => {},
      onProgress,
    })
  } finally {
    running.delete(key)
  }
}

async function run(draftKey: string, attached: Upload): Promise<void> {
  const { key } = attached
  const answer = await upload(attached, 'attachment', (progress) => patch(draftKey, key, { progress }))
  patch(
    draftKey,
    key,
    answer.ok ? { progress: 1, outcome: { fileId: answer.value } } : { outcome: { problem: answer.problem } },
  )
}

export function attach(draftKey: string, files: Iterable<File>): void {
  const added = [...files].map(
    (file): Upload => ({ key: randomId(), file, name: file.name, progress: 0, outcome: null }),
  )
  put(draftKey, (list) => [...list, ...added].slice(0, mostAttachments))
  if ((uploads.peek().get(draftKey)?.at(-1)?.key ?? '') !== added.at(-1)?.key && added.length > 0)
    tell(`A message takes ${mostAttachments} files. Send the others with the next.`, { isProblem: true })
  const kept = new Set(
    uploads
      .peek()
      .get(draftKey)
      ?.map(({ key }) => key),
  )
  for (const upload of added) if (kept.has(upload.key)) loosely(() => run(draftKey, upload))
}

export function retryUpload(draftKey: string, upload: Upload): void {
  patch(draftKey, upload.key, { progress: 0, outcome: null })
  loosely(() => run(draftKey, upload))
}

export function detach(draftKey: string, key: string): void {
  running.get(key)?.abort()
  put(draftKey, (list) => list.filter((each) => each.key !== key))
}

export const detachAll = (draftKey: string): void => put(draftKey, () => [])
