import { signal } from '@preact/signals'
import { loosely } from '../../base/state/loosely.ts'
import { myId, onLeaving } from '../../base/state/session.ts'
import type { Message } from '../api/shapes.ts'

/** What somebody has written in one conversation, or in one of its threads, and not sent. */
export interface Draft {
  readonly text: string
  readonly replyTo: Message | null
  readonly editing: Message | null
}

export const emptyDraft: Draft = { text: '', replyTo: null, editing: null }
export const drafts = signal<ReadonlyMap<string, Draft>>(new Map())

/** A thread has a draft of its own. */
export const draftKey = (conversationId: string, threadId: string | null = null): string =>
  threadId === null ? conversationId : `${conversationId} ${threadId}`

const noteName = () => `mackchat-drafts-${myId()}`
const keep = (texts: Readonly<Record<string, string>> | null): void => {
  try {
    if (texts === null || Object.keys(texts).length === 0) localStorage.removeItem(noteName())
    else localStorage.setItem(noteName(), JSON.stringify(texts))
  } catch {
    // A browser that keeps nothing forgets drafts at a reload.
  }
}

/** Before the person is forgotten: on a computer that others use nothing that was written stays. */
onLeaving(() => {
  if (myId() !== '') keep(null)
  drafts.value = new Map()
})

export function readDrafts(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(noteName()) ?? '{}') as Record<string, string>
    drafts.value = new Map(
      Object.entries(kept).map(([key, text]) => [key, { ...emptyDraft, text: String(text) }]),
    )
  } catch {
    drafts.value = new Map()
  }
}

let writing: ReturnType<typeof setTimeout> | undefined

export function changeDraft(key: string, change: Partial<Draft>): void {
  const before = drafts.peek().get(key) ?? emptyDraft
  drafts.value = new Map(drafts.peek()).set(key, { ...before, ...change })
  clearTimeout(writing)
  const write = () => {
    const texts = [...drafts.peek()].flatMap(([each, { text, editing }]) =>
      text.trim() === '' || editing ? [] : [[each, text] as const],
    )
    if (myId() !== '') keep(Object.fromEntries(texts))
  }
  writing = setTimeout(() => loosely(write), 400)
}
