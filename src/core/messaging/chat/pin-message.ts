import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { numberChanges } from './change-conversation.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import { shown } from './describe.ts'
import { type Entry, isMessage, isPinned, messages, pinsFor, type StoredMessage } from './entries.model.ts'
import { keyOf } from './message-id.ts'
import { maxPins, messageIsDeleted, type PinnedMessages, tooManyPins } from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import type { ReadMarks } from './read-marks.ts'

/** What everybody in a conversation is to find at once. A message that is deleted is pinned no longer. */
export function createPinMessage(
  { documents, clock }: Needs<'documents' | 'clock'>,
  parts: {
    readonly log: ConversationLog
    readonly marks: ReadMarks
    readonly permissions: Permissions
    readonly settings: ChatSettings
  },
) {
  const { log, marks, permissions, settings } = parts

  async function readMessage(conversationId: string, publicId: string): Promise<StoredMessage> {
    const { partition, id } = keyOf(publicId)
    if (partition !== conversationId) throw notFound()
    const stored = await documents.read<Entry>(messages, { partition, id })
    if (!stored || !isMessage(stored)) throw notFound()
    return stored.value
  }

  return {
    /** Throws `conflict` for a deleted one, and when there are 50 already. */
    pin: (actor: Actor, conversationId: string, publicId: string): Promise<null> =>
      log.change(conversationId, async (head): Promise<Planned<null>> => {
        const { member } = await permissions.require('pin', head, actor)
        const message = await readMessage(conversationId, publicId)
        if (message.seq <= member.joinedSeq) throw notFound()
        if (message.deletedAt !== null) throw messageIsDeleted()
        if (isPinned(head, message.id)) return { head, entries: [], result: null }
        const nowMs = clock.now()
        const standing = pinsFor(head, { ...member, joinedSeq: 0 }, nowMs)
        if (standing.length >= maxPins) throw tooManyPins()
        const pinnedAt = new Date(nowMs).toISOString()
        const { id: messageId, seq, expiresAt } = message
        const { userId } = actor
        const pin = {
          messageId,
          seq,
          pinnedBy: userId,
          pinnedAt,
          ...(expiresAt === undefined ? {} : { expiresAt }),
        }
        const facts = [{ event: 'message.pinned', messageId, userId }] as const
        const numbered = numberChanges(head, facts, pinnedAt, settings)
        return {
          head: { ...numbered.head, pins: [...standing, pin] },
          entries: numbered.entries,
          result: null,
        }
      }),

    unpin: (actor: Actor, conversationId: string, publicId: string): Promise<null> =>
      log.change(conversationId, async (head): Promise<Planned<null>> => {
        await permissions.require('pin', head, actor)
        const { partition, id: messageId } = keyOf(publicId)
        if (partition !== conversationId) throw notFound()
        if (!isPinned(head, messageId)) return { head, entries: [], result: null }
        const at = new Date(clock.now()).toISOString()
        const facts = [{ event: 'message.unpinned', messageId, userId: actor.userId }] as const
        const numbered = numberChanges(head, facts, at, settings)
        const pins = head.pins?.filter((pin) => pin.messageId !== messageId) ?? []
        return { head: { ...numbered.head, pins }, entries: numbered.entries, result: null }
      }),

    /** The one pinned last comes first. What was said before somebody joined is not shown to them here either. */
    async list(actor: Actor, conversationId: string): Promise<PinnedMessages> {
      const { head, member } = await permissions.require(
        'read',
        (await log.readHead(conversationId))?.value,
        actor,
      )
      const pins = pinsFor(head, member, clock.now()).toReversed()
      const [read, ...found] = await Promise.all([
        marks.of(conversationId),
        ...pins.map(({ messageId }) =>
          documents.read<Entry>(messages, { partition: conversationId, id: messageId }),
        ),
      ])
      const items = pins.flatMap(({ pinnedAt, pinnedBy }, i) => {
        const stored = found[i]
        return stored && isMessage(stored) && stored.value.deletedAt === null
          ? [{ ...shown(stored.value, head, read), pinnedAt, pinnedBy }]
          : []
      })
      return { items }
    },
  }
}
