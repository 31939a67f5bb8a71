import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { AppError, notFound } from '../../kernel/errors.ts'
import { numberChanges } from './change-conversation.ts'
import type { DetachFiles } from './change-message.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import { announced } from './describe.ts'
import { type Entry, isMessage, messages, type StoredMessage, tombstoneOf } from './entries.model.ts'
import { keyOf } from './message-id.ts'
import type { AnnouncedMessage } from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import { createDropAnswers } from './read-thread.ts'
import { withDeleted } from './unread.ts'

/** What those who look after a conversation from outside need of it. */
export function createModeration(
  { documents, clock }: Needs<'documents' | 'clock'>,
  parts: {
    readonly log: ConversationLog
    readonly permissions: Pick<Permissions, 'requireIn'>
    readonly detachFiles: DetachFiles
    readonly settings: ChatSettings
  },
) {
  const { log, permissions, detachFiles, settings } = parts
  const dropAnswers = createDropAnswers({ documents })
  const read = async (conversationId: string, id: string) => {
    const stored = await documents.read<Entry>(messages, { partition: conversationId, id })
    return stored && isMessage(stored) ? stored : null
  }

  return {
    /** A message as it is, for a member who sees it and may report it; throws `not_found` for anybody else. */
    async readSeenMessage(actor: Actor, publicId: string): Promise<AnnouncedMessage> {
      const { partition, id } = keyOf(publicId)
      const { member } = permissions.requireIn('report', (await log.readHead(partition))?.value, actor)
      const stored = await read(partition, id)
      if (!stored || stored.value.seq <= member.joinedSeq) throw notFound()
      return announced(stored.value)
    },

    /** As its sender deletes it, whoever is in the conversation. Nothing happens where it is gone already. */
    async removeReportedMessage(publicId: string): Promise<void> {
      const { partition: conversationId, id } = keyOf(publicId)
      const plan = async (): Promise<StoredMessage | null> =>
        log.change(conversationId, async (head): Promise<Planned<StoredMessage | null>> => {
          const stored = await read(conversationId, id)
          if (!stored || stored.value.deletedAt !== null) return { head, entries: [], result: null }
          const at = new Date(clock.now()).toISOString()
          const facts = [{ event: 'message.deleted', messageId: id }] as const
          const numbered = numberChanges(withDeleted(head, stored.value), facts, at, settings)
          return {
            ...numbered,
            replaced: [{ message: tombstoneOf(stored.value, at), version: stored.version }],
            beside: await dropAnswers([stored.value]),
            result: stored.value,
          }
        })
      try {
        const removed = await plan()
        if (removed && removed.attachments.length > 0)
          await detachFiles(
            removed.senderId,
            removed.attachments.map((file) => file.id),
            { conversationId, messageId: id },
          )
      } catch (error) {
        // The whole conversation may be gone by now.
        if (!(error instanceof AppError && error.kind === 'not_found')) throw error
      }
    },
  }
}
