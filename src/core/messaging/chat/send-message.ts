import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { AppError, notFound, validationError } from '../../kernel/errors.ts'
import type { Action } from './actions.model.ts'
import { addReply, requireRoot, unknownRoot } from './add-reply.ts'
import { expiryOf } from './change-conversation.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import { shown } from './describe.ts'
import {
  type Entry,
  type Head,
  isMessage,
  type Member,
  messages,
  notBefore,
  type StoredMessage,
} from './entries.model.ts'
import { type ChooseMentions, mentioning, requireMentioned } from './mentions.ts'
import { digest, documentIdOf, keyOf } from './message-id.ts'
import {
  type Attachment,
  type ChatMessage,
  clientMessageIdReused,
  type MentionGroup,
  type SendMessage,
} from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import type { ReadMarks } from './read-marks.ts'
import type { ReadThread } from './read-thread.ts'
import type { Throttle } from './throttle.ts'
import { addressedBy } from './unread.ts'

/**
 * Lends the files of a message that is about to be sent to the members of its conversation. Throws for what is not there
 * or not one's own.
 */
export type AttachFiles = (
  actor: Actor,
  fileIds: readonly string[],
  message: { readonly conversationId: string; readonly messageId: string },
) => Promise<readonly Attachment[]>

/** At most, of a text in UTF-8; and of everything else in a message with many attachments. */
const bytesPerLetter = 3
const bytesBeside = 5_000

/** What a sender makes of a message; the conversation gives it the rest. */
export type WrittenMessage = Pick<
  StoredMessage,
  | 'id'
  | 'senderId'
  | 'clientMessageId'
  | 'fingerprint'
  | 'text'
  | 'attachments'
  | 'mentions'
  | 'mentionGroups'
  | 'replyTo'
>

/**
 * Tells a repeat from another message. `replyTo` and `threadOf`: ids of documents. What came to be later is only in it where it is
 * given: a message sent before is still its own repeat.
 */
export const fingerprintOf = (
  text: string,
  fileIds: readonly string[],
  mentions: readonly string[],
  replyTo: string | null,
  mentionGroups: readonly MentionGroup[] = [],
  threadOf: string | null = null,
): Promise<string> =>
  digest(
    JSON.stringify([
      text,
      fileIds,
      mentions,
      replyTo,
      ...(mentionGroups.length > 0 ? [{ mentionGroups }] : []),
      ...(threadOf === null ? [] : [{ threadOf }]),
    ]),
  )

export interface Added {
  readonly message: StoredMessage
  readonly head: Head
}

/** The message in its place in the conversation, and the conversation after it. `now`: an ISO time in UTC. */
export function addMessage(head: Head, written: WrittenMessage, now: string, settings: ChatSettings): Added {
  const at = notBefore(head, now)
  const [seq, count] = [head.seq + 1, head.count + 1]
  const message: StoredMessage = {
    id: written.id,
    conversationId: head.conversationId,
    seq,
    kind: 'message',
    isNumbered: 'yes',
    threadKey: '',
    senderId: written.senderId,
    clientMessageId: written.clientMessageId,
    fingerprint: written.fingerprint,
    count,
    text: written.text,
    attachments: written.attachments,
    mentions: written.mentions,
    ...(written.mentionGroups?.length ? { mentionGroups: written.mentionGroups } : {}),
    replyTo: written.replyTo,
    reactions: {},
    at,
    editedAt: null,
    deletedAt: null,
    ...expiryOf(at, settings),
  }
  const next: Head = {
    ...head,
    seq,
    count,
    lastMessageId: written.id,
    updatedAt: at,
    lastMessageAt: at,
    members: membersAfter(message, head.members),
  }
  return { message, head: next }
}

function membersAfter(message: StoredMessage, members: readonly Member[]): readonly Member[] {
  const { senderId, seq, count, at, mentions, mentionGroups } = message
  const isSender = ({ userId }: Member) => userId === senderId
  const wrote = ({ mentioned: _, mentionedInThreads: __, ...rest }: Member): Member => ({
    ...rest,
    sent: { seq, count, at },
    wroteAt: at,
  })
  if (mentions.length > 0 || mentionGroups)
    return members.map((member) => (isSender(member) ? wrote(member) : addressedBy(message, member)))
  // A new message that addresses nobody changes nobody else.
  return members.map((member) => (isSender(member) ? wrote(member) : member))
}

export const createSendMessage = (
  { documents, clock, ids }: Needs<'documents' | 'clock' | 'ids'>,
  parts: {
    readonly log: ConversationLog
    readonly marks: ReadMarks
    readonly readThread: ReadThread
    readonly attachFiles: AttachFiles
    readonly permissions: Permissions
    readonly chooseMentions: ChooseMentions
    readonly throttle: Throttle
    readonly settings: ChatSettings
  },
) => {
  const { log, marks, readThread, attachFiles, permissions, chooseMentions, throttle, settings } = parts
  async function readMessage(conversationId: string, id: string): Promise<StoredMessage | null> {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id })
    return stored && isMessage(stored) ? stored.value : null
  }

  /** `isHere` is called when it stands in line to be written. */
  async function send(
    actor: Actor,
    { head: seen, member }: { readonly head: Head; readonly member: Member },
    input: SendMessage,
    isHere: () => void,
  ): Promise<{ readonly message: ChatMessage; readonly isNew: boolean }> {
    const { text, clientMessageId } = input
    const { conversationId } = seen

    const fileIds = [...new Set(input.attachments.map((file) => (typeof file === 'string' ? file : file.id)))]
    const wanted = [...new Set(input.mentions)]
    const mentionGroups = [...new Set(input.mentionGroups ?? [])].toSorted()
    const replyTo = input.replyTo === undefined ? null : keyOf(input.replyTo)
    const root = input.threadId === undefined ? null : keyOf(input.threadId)
    const [id, fingerprint] = await Promise.all([
      documentIdOf(actor.userId, clientMessageId ?? ids.next()),
      fingerprintOf(text, fileIds, wanted, replyTo?.id ?? null, mentionGroups, root?.id ?? null),
    ])
    // What waiting would not change is said before that one has to wait.
    const actions: readonly Action[] = [
      ...mentionGroups.map((group) => mentioning[group]),
      ...(fileIds.length > 0 ? (['attach'] as const) : []),
      'send',
    ]

    const original = async (): Promise<{ readonly message: ChatMessage; readonly isNew: boolean } | null> => {
      const message = clientMessageId === undefined ? null : await readMessage(conversationId, id)
      if (!message) return null
      if (message.fingerprint !== fingerprint) throw clientMessageIdReused()
      return { message: shown(message, seen, await marks.of(conversationId)), isNew: false }
    }
    // What follows has effects or fails for what a first attempt was allowed: a repeat is noticed before.
    if (fileIds.length > 0 || replyTo !== null || root !== null) {
      const before = await original()
      if (before) return before
    }
    let mentions: readonly string[]
    try {
      for (const action of actions) await permissions.require(action, seen, actor)
      mentions = await chooseMentions(seen, actor.userId, wanted)
    } catch (error) {
      const before = error instanceof AppError ? await original() : null
      if (before) return before
      throw error
    }
    if (replyTo) {
      const answered =
        replyTo.partition === conversationId ? await readMessage(conversationId, replyTo.id) : null
      if (!answered || answered.seq <= member.joinedSeq)
        throw validationError([
          { path: 'replyTo', code: 'unknown_message', message: 'Must be a message of this conversation.' },
        ])
    }
    if (root) {
      if (root.partition !== conversationId) throw unknownRoot()
      const asked = await readThread(conversationId, root.id)
      requireRoot(asked.root, member)
      if (!asked.thread) await permissions.require('startThread', seen, actor)
    }
    const attachments =
      fileIds.length > 0 ? await attachFiles(actor, fileIds, { conversationId, messageId: id }) : []

    const add = (head: Head): Added => {
      for (const action of actions) permissions.requireIn(action, head, actor)
      requireMentioned(head, mentions)
      const written: WrittenMessage = {
        id,
        senderId: actor.userId,
        clientMessageId: clientMessageId ?? null,
        fingerprint,
        text,
        attachments,
        mentions,
        mentionGroups,
        replyTo: replyTo?.id ?? null,
      }
      return addMessage(head, written, new Date(clock.now()).toISOString(), settings)
    }
    const plan = (head: Head): Planned<Added> => {
      const added = add(head)
      return { head: added.head, entries: [added.message], result: added }
    }
    const planReply = async (head: Head, rootId: string): Promise<Planned<Added>> => {
      const asked = await readThread(conversationId, rootId)
      const answered = requireRoot(asked.root, permissions.requireIn('send', head, actor).member)
      if (!asked.thread) permissions.requireIn('startThread', head, actor)
      return addReply(head, add(head), { root: answered, thread: asked.thread })
    }
    try {
      const bytes = bytesPerLetter * text.length + bytesBeside
      const changing = root
        ? log.change(conversationId, (latest) => planReply(latest, root.id))
        : log.change(conversationId, plan, { sharesBatch: true, bytes })
      isHere()
      const { message, head } = await changing
      return { message: shown(message, head, []), isNew: true }
    } catch (error) {
      // A repeat on its way at the same time also finds slow mode on, or whatever else came after the first.
      const isDecided = error instanceof DocumentExists || error instanceof AppError
      const repeated = isDecided ? await original() : null
      if (repeated) return repeated
      throw error instanceof DocumentExists ? notFound() : error
    }
  }

  return async (actor: Actor, conversationId: string, input: SendMessage) => {
    const [recent] = await Promise.all([log.recentHead(conversationId), throttle('send', actor.userId)])
    const known = permissions.requireIn('read', recent, actor)
    // Files and answers have to be looked up, for which nobody waits.
    const isQuick = input.attachments.length === 0 && input.replyTo === undefined
    const isHere = isQuick ? log.arrive(conversationId) : () => {}
    try {
      return await send(actor, known, input, isHere)
    } finally {
      isHere()
    }
  }
}
