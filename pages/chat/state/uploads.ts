import { signal } from '@preact/signals'
import { randomId } from '../../../src/client/random-id.ts'
import { hereOf } from '../api/addresses.ts'
import { type Answer, ask, type Problem, unreachable } from '../api/ask.ts'
import { v1 } from '../api/client.ts'
import { loosely } from './loosely.ts'
import { onLeaving } from './session.ts'

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
const running = new Map<string, XMLHttpRequest>()
export const mostAttachments = 10

onLeaving(() => {
  for (const request of running.values()) request.abort()
  running.clear()
  uploads.value = new Map()
})

function put(draftKey: string, how: (list: readonly Upload[]) => readonly Upload[]): void {
  uploads.value = new Map(uploads.peek()).set(draftKey, how(uploads.peek().get(draftKey) ?? []))
}
const patch = (draftKey: string, key: string, change: Partial<Upload>): void =>
  put(draftKey, (list) => list.map((each) => (each.key === key ? { ...each, ...change } : each)))

/** `fetch` tells nobody how far it has come. */
function sendBytes(
  key: string,
  address: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  onProgress: (part: number) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    running.set(key, request)
    request.open('PUT', address)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) =>
      loosely(() => onProgress(total > 0 ? loaded / total : 0))
    request.onloadend = () => {
      running.delete(key)
      resolve(request.status >= 200 && request.status < 300)
    }
    request.send(file)
  })
}

/** Announces, sends and completes one file. Answers its id. */
export async function upload(
  { key, file, name }: Pick<Upload, 'key' | 'file' | 'name'>,
  category: 'attachment' | 'avatar',
  onProgress: (part: number) => void = () => {},
): Promise<Answer<string>> {
  const announced = await ask(
    v1.files['upload-url'].$post({
      json: { fileName: name, fileType: file.type, fileSize: file.size, category },
    }),
  )
  if (!announced.ok) return announced
  const { uploadUrl, fileId, headers } = announced.value
  const isStored = await sendBytes(key, hereOf(uploadUrl), headers, file, onProgress)
  if (!isStored) return { ok: false, problem: unreachable }
  const completed = await ask(v1.files.complete.$post({ json: { fileId, fileName: name } }))
  return completed.ok ? { ok: true, value: fileId, status: completed.status } : completed
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
