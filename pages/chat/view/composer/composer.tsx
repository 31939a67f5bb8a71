import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { myId } from '../../../base/state/session.ts'
import { Icon } from '../../../base/view/icon.tsx'
import type { Conversation } from '../../api/shapes.ts'
import { changeDraft, draftKey, drafts, emptyDraft } from '../../state/drafts.ts'
import { editMessage } from '../../state/messages.ts'
import { send } from '../../state/outgoing.ts'
import { sayStoppedTyping, sayTyping } from '../../state/receipts.ts'
import { ownMessages, thread } from '../../state/thread.ts'
import { answers } from '../../state/threads.ts'
import { attach, detachAll, uploads } from '../../state/uploads.ts'
import { pickEmoji } from '../parts/pick-emoji.tsx'
import { Chips } from './chips.tsx'
import { Context } from './context.tsx'
import { type Candidate, candidatesFor, groupsMentionedIn, Mentions, mentionedIn } from './mentions.tsx'
import { useRefusal, useWait } from './refusal.tsx'

const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches

export function Composer({
  conversation,
  threadId = null,
}: {
  conversation: Conversation
  /** Where an answer in a thread is written. */
  threadId?: string | null
}) {
  const { id } = conversation
  const key = draftKey(id, threadId)
  const { text, replyTo, editing } = drafts.value.get(key) ?? emptyDraft
  const attached = uploads.value.get(key) ?? []
  const input = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState('')
  const [caret, setCaret] = useState(text.length)
  const [picked, setPicked] = useState(0)
  const [isSaving, setSaving] = useState(false)
  const optionsId = useId()
  const refusal = useRefusal(conversation)
  const wait = useWait(conversation)
  const candidates = candidatesFor(conversation, text, caret)
  const isUploading = attached.some(({ outcome }) => outcome === null)

  useLayoutEffect(() => {
    // Where there is a pointer there is a keyboard; on a phone one would come up unasked.
    if (!isTouch()) input.current?.focus()
  }, [])

  const write = (next: string, at: number) => {
    changeDraft(key, { text: next })
    setCaret(at)
    setPicked(0)
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at))
  }
  const insert = (words: string) => {
    const start = input.current?.selectionStart ?? text.length
    const end = input.current?.selectionEnd ?? start
    write(text.slice(0, start) + words + text.slice(end), start + words.length)
    input.current?.focus()
  }
  const mention = ({ name }: Candidate) => {
    const before = text.slice(0, caret).replace(/@[^@\n]*$/, `@${name} `)
    write(before + text.slice(caret), before.length)
    input.current?.focus()
  }
  async function save() {
    if (!editing || isSaving) return
    setSaving(true)
    const answer = await editMessage(
      editing,
      text,
      mentionedIn(conversation, text),
      groupsMentionedIn(conversation, text),
    )
    setSaving(false)
    if (!answer.ok) return setProblem(answer.problem.message)
    changeDraft(key, { text: '', editing: null })
  }
  function submit() {
    setProblem('')
    if (editing)
      return void (text.trim() === ''
        ? setProblem('An empty message cannot be kept. Delete it instead.')
        : save())
    if (wait > 0) return setProblem(`Slow mode: you can write again in ${wait} seconds.`)
    if (isUploading) return setProblem('Wait until the files are there, or take them away.')
    const attachments = attached.flatMap(({ name, outcome }) =>
      outcome && 'fileId' in outcome ? [{ id: outcome.fileId, name }] : [],
    )
    if (attachments.length < attached.length)
      return setProblem('A file could not be uploaded. Try it again, or take it away.')
    if (text.trim() === '' && attachments.length === 0) return
    send(id, {
      text,
      attachments,
      mentions: mentionedIn(conversation, text),
      mentionGroups: groupsMentionedIn(conversation, text),
      ...(replyTo ? { replyTo: replyTo.id } : {}),
      ...(threadId ? { threadId } : {}),
    })
    sayStoppedTyping(id)
    changeDraft(key, emptyDraft)
    detachAll(key)
    setCaret(0)
  }
  const shown = () => {
    const open = thread.peek()
    return (threadId ? answers.peek()?.items : open && ownMessages(open)) ?? []
  }
  function editLast(): boolean {
    const mine = shown()
      .filter((each) => each.senderId === myId() && !each.deletedAt)
      .at(-1)
    if (!mine) return false
    changeDraft(key, { editing: mine, replyTo: null, text: mine.text })
    return true
  }
  function onKeyDown(event: KeyboardEvent) {
    // The Enter that ends a composition is not ours; Safari says so by 229 alone.
    if (event.isComposing || event.keyCode === 229) return
    const candidate = candidates[picked]
    if (candidate) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) {
        event.preventDefault()
        return setPicked((picked + step + candidates.length) % candidates.length)
      }
      if (event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault()
        return mention(candidate)
      }
    }
    if (event.key === 'Escape' && (replyTo || editing)) {
      event.preventDefault()
      return changeDraft(key, { replyTo: null, editing: null, ...(editing ? { text: '' } : {}) })
    }
    if (event.key === 'ArrowUp' && text === '' && !editing && editLast()) return event.preventDefault()
    if (event.key !== 'Enter' || event.shiftKey || isTouch()) return
    event.preventDefault()
    submit()
  }

  if (refusal) return <div class="composer refused-to">{refusal}</div>
  return (
    <form
      class="composer"
      aria-label={threadId ? 'Write an answer' : 'Write a message'}
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Context draftKey={key} replyTo={replyTo} editing={editing} />
      <Chips draftKey={key} uploads={attached} />
      {wait > 0 && <p class="quiet small">{`Slow mode: you can write again in ${wait} seconds.`}</p>}
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {candidates.length > 0 && (
        <Mentions id={optionsId} candidates={candidates} picked={picked} onPick={mention} />
      )}
      <div class="row">
        <div class="grows" data-text={`${text}\n`}>
          <textarea
            ref={input}
            rows={1}
            dir="auto"
            maxLength={16_000}
            value={text}
            placeholder={threadId ? 'Write an answer' : 'Write a message'}
            aria-label="Message"
            aria-autocomplete="list"
            aria-controls={candidates.length > 0 ? optionsId : undefined}
            aria-activedescendant={candidates.length > 0 ? `${optionsId}-${picked}` : undefined}
            onInput={({ currentTarget }) => {
              changeDraft(key, { text: currentTarget.value })
              setCaret(currentTarget.selectionStart)
              setPicked(0)
              if (currentTarget.value.trim() !== '' && !editing) sayTyping(id)
            }}
            onKeyDown={onKeyDown}
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
            onPaste={(event) => {
              const files = event.clipboardData?.files
              if (!files || files.length === 0) return
              event.preventDefault()
              attach(key, files)
            }}
          />
        </div>
        {!editing && (
          <button
            type="button"
            class="round plain"
            aria-label="Attach files"
            title="Attach files"
            onClick={() => picker.current?.click()}
          >
            <Icon name="attach" />
          </button>
        )}
        <input
          ref={picker}
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-hidden="true"
          onChange={({ currentTarget }) => {
            attach(key, currentTarget.files ?? [])
            currentTarget.value = ''
          }}
        />
        <button
          type="button"
          class="round plain"
          aria-label="Emoji"
          title="Emoji"
          onClick={() => pickEmoji(insert)}
        >
          <Icon name="emoji" />
        </button>
        <button
          type="submit"
          class="round primary"
          aria-label={editing ? 'Save the change' : 'Send'}
          aria-disabled={isSaving}
        >
          <Icon name={editing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  )
}
