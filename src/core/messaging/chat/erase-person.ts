import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import { numberChanges } from './change-conversation.ts'
import type { DetachFiles } from './change-message.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import {
  type ChangeFacts,
  type Entry,
  type Head,
  isMessage,
  markId,
  messages,
  type StoredMessage,
  tombstoneOf,
} from './entries.model.ts'
import { readInvitations } from './invite.ts'
import { createDropAnswers } from './read-thread.ts'
import { withDeleted } from './unread.ts'

/** One head; and a replaced message, its end, the end of its pin and its thread for each: below what one transaction may hold. */
const batch = 24

/** What is left of a message whose sender is erased: not even what tells a repeat of it. */
const erasedOf = (message: StoredMessage, at: string): StoredMessage => ({
  ...tombstoneOf(message, at),
  clientMessageId: null,
  fingerprint: '',
})
const isErased = ({ deletedAt, fingerprint }: StoredMessage): boolean =>
  deletedAt !== null && fingerprint === ''

const reactionsOf = ({ reactions }: StoredMessage, userId: string): readonly string[] =>
  Object.entries(reactions).flatMap(([emoji, userIds]) => (userIds.includes(userId) ? [emoji] : []))

const withoutReactions = (message: StoredMessage, userId: string): StoredMessage => ({
  ...message,
  reactions: Object.fromEntries(
    Object.entries(message.reactions).flatMap(([emoji, userIds]) => {
      const others = userIds.filter((id) => id !== userId)
      return others.length > 0 ? [[emoji, others] as const] : []
    }),
  ),
})

/**
 * Takes a person out of one conversation. What they wrote keeps its place and number, and devices that have it are told
 * to drop it. When nobody else in it has an account, all of it goes.
 */
export function createErasePerson(
  { documents, clock }: Needs<'documents' | 'clock'>,
  parts: {
    readonly log: ConversationLog
    readonly users: Pick<Users, 'read'>
    readonly withdraw: (conversationId: string, userId: string) => Promise<void>
    readonly detachFiles: DetachFiles
    readonly settings: ChatSettings
  },
) {
  const { log, users, withdraw, detachFiles, settings } = parts
  const put = createPutDocument({ documents })
  const dropAnswers = createDropAnswers({ documents })

  const messagesIn = (conversationId: string) =>
    walk<Entry>((after) =>
      documents.query(messages, {
        path: 'byKind',
        partition: conversationId,
        equals: { kind: 'message' },
        limit: 200,
        ...after,
      }),
    )

  /** Commits what `change` makes of these messages, each as it is by then; null leaves one as it is. */
  const changeAll = (
    conversationId: string,
    ids: readonly string[],
    change: (
      message: StoredMessage,
      at: string,
    ) => { readonly message: StoredMessage; readonly facts: readonly ChangeFacts[] } | null,
  ): Promise<null> =>
    log.change(conversationId, async (head): Promise<Planned<null>> => {
      const at = new Date(clock.now()).toISOString()
      const found = await Promise.all(
        ids.map((id) => documents.read<Entry>(messages, { partition: conversationId, id })),
      )
      const changed = found.flatMap((stored) => {
        const made = stored && isMessage(stored) ? change(stored.value, at) : null
        return stored && isMessage(stored) && made
          ? [{ ...made, version: stored.version, before: stored.value }]
          : []
      })
      const gone = changed.filter(({ before, message }) => before.deletedAt === null && message.deletedAt)
      const numbered = numberChanges(
        gone.reduce((known, { before }) => withDeleted(known, before), head),
        changed.flatMap(({ facts }) => facts),
        at,
        settings,
      )
      return {
        ...numbered,
        replaced: changed.map(({ message, version }) => ({ message, version })),
        beside: await dropAnswers(gone.map(({ before }) => before)),
        result: null,
      }
    })

  async function eraseMessages(conversationId: string, userId: string): Promise<void> {
    const erase = async (own: readonly StoredMessage[]) => {
      for (const { id: messageId, attachments } of own)
        await detachFiles(
          userId,
          attachments.map(({ id }) => id),
          { conversationId, messageId },
        )
      const ids = own.map(({ id }) => id)
      await changeAll(conversationId, ids, (message, at) =>
        isErased(message)
          ? null
          : {
              message: erasedOf(message, at),
              facts: [{ event: 'message.deleted', messageId: message.id }],
            },
      )
    }
    let own: StoredMessage[] = []
    for await (const stored of messagesIn(conversationId)) {
      if (!isMessage(stored)) continue
      if (stored.value.senderId === userId && !isErased(stored.value)) own.push(stored.value)
      if (reactionsOf(stored.value, userId).length > 0)
        await changeAll(conversationId, [stored.value.id], (message) => ({
          message: withoutReactions(message, userId),
          facts: reactionsOf(message, userId).map((emoji) => ({
            event: 'reaction.removed',
            messageId: message.id,
            userId,
            emoji,
          })),
        }))
      if (own.length === batch) {
        await erase(own)
        own = []
      }
    }
    if (own.length > 0) await erase(own)
  }

  const isAbandoned = async ({ members }: Head, userId: string): Promise<boolean> => {
    const others = members.filter((member) => member.userId !== userId)
    const accounts = await Promise.all(others.map((member) => users.read(member.userId)))
    return accounts.every((account) => account === null)
  }

  /** The head last: without it nothing here is found again. */
  async function removeAll(conversationId: string): Promise<void> {
    for (const kind of ['message', 'change', 'mark', 'thread', 'invitation', 'head'] as const) {
      const all = walk<Entry>((after) =>
        documents.query(messages, {
          path: 'byKind',
          partition: conversationId,
          equals: { kind },
          limit: 200,
          ...after,
        }),
      )
      for await (const { value } of all)
        await documents.remove(messages, { partition: conversationId, id: value.id })
    }
  }

  async function removeInvitations(conversationId: string, userId: string): Promise<void> {
    for (const { id, invitedBy } of await readInvitations(documents, conversationId))
      if (invitedBy === userId) await documents.remove(messages, { partition: conversationId, id })
  }

  /** Who followed a thread and answered in it. What they wrote there is erased with the rest. */
  async function forgetInThreads(conversationId: string, userId: string): Promise<void> {
    const all = walk<Entry>((after) =>
      documents.query(messages, {
        path: 'byKind',
        partition: conversationId,
        equals: { kind: 'thread' },
        limit: 100,
        ...after,
      }),
    )
    const key = (id: string) => ({ partition: conversationId, id })
    const others = (ids: readonly string[]) => ids.filter((id) => id !== userId)
    for await (const { value: thread } of all) {
      if (thread.kind !== 'thread' || !thread.followers.some((each) => each.userId === userId)) continue
      await put<Entry>(messages, key(thread.id), (entry) =>
        entry?.kind === 'thread'
          ? {
              ...entry,
              participantIds: others(entry.participantIds),
              followers: entry.followers.filter((each) => each.userId !== userId),
            }
          : entry,
      )
      await put<Entry>(messages, key(thread.rootId), (entry) =>
        entry?.kind === 'message' && entry.thread?.participantIds.includes(userId)
          ? { ...entry, thread: { ...entry.thread, participantIds: others(entry.thread.participantIds) } }
          : entry,
      )
    }
  }

  /** What they pinned stays pinned, by nobody. */
  const forgetPinner = (conversationId: string, userId: string): Promise<null> =>
    log.change(conversationId, (head): Planned<null> => {
      const { name, avatar, pins = [] } = head
      if (!pins.some(({ pinnedBy }) => pinnedBy === userId)) return { head, entries: [], result: null }
      const at = new Date(clock.now()).toISOString()
      const numbered = numberChanges(head, [{ event: 'conversation.updated', name, avatar }], at, settings)
      const anonymous = pins.map((pin) => (pin.pinnedBy === userId ? { ...pin, pinnedBy: null } : pin))
      return { head: { ...numbered.head, pins: anonymous }, entries: numbered.entries, result: null }
    })

  /** The other goes on seeing whom they talked with, somebody who is gone, and can say nothing more to them. */
  const close = (conversationId: string): Promise<null> =>
    log.change(conversationId, (head): Planned<null> => {
      if (head.closedAt !== undefined) return { head, entries: [], result: null }
      const at = new Date(clock.now()).toISOString()
      const { name, avatar } = head
      const numbered = numberChanges(head, [{ event: 'conversation.updated', name, avatar }], at, settings)
      return { head: { ...numbered.head, closedAt: at }, entries: numbered.entries, result: null }
    })

  return async (conversationId: string, userId: string): Promise<void> => {
    const head = (await log.readHead(conversationId))?.value
    if (!head) return
    await eraseMessages(conversationId, userId)
    if (await isAbandoned(head, userId)) {
      await removeAll(conversationId)
      return
    }
    await forgetPinner(conversationId, userId)
    await removeInvitations(conversationId, userId)
    await forgetInThreads(conversationId, userId)
    await documents.remove(messages, { partition: conversationId, id: markId(userId) })
    if (head.type === 'group') await withdraw(conversationId, userId)
    else await close(conversationId)
  }
}

export type ErasePerson = ReturnType<typeof createErasePerson>
