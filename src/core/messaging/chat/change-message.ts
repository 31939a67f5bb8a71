import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { forbidden, notFound, validationError } from '../../kernel/errors.ts'
import type { Action } from './actions.model.ts'
import { numberChanges } from './change-conversation.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import { shown } from './describe.ts'
import {
  type ChangeFacts,
  type Entry,
  type Head,
  isMessage,
  messages,
  type StoredMessage,
  tombstoneOf,
} from './entries.model.ts'
import { type ChooseMentions, mentioning } from './mentions.ts'
import { keyOf } from './message-id.ts'
import {
  type ChatMessage,
  type EditMessage,
  maxEmojis,
  messageIsDeleted,
  tooManyEmojis,
} from './messages.model.ts'
import type { Permissions } from './permissions.ts'
import type { ReadMarks } from './read-marks.ts'
import { createDropAnswers } from './read-thread.ts'
import { addressedBy, withDeleted } from './unread.ts'

/** Takes the files of a deleted message away from everybody. */
export type DetachFiles = (
  ownerId: string,
  fileIds: readonly string[],
  from: { readonly conversationId: string; readonly messageId: string },
) => Promise<void>

interface Result {
  readonly message: StoredMessage
  readonly head: Head
  readonly before: StoredMessage
}

type Decided = { readonly message: StoredMessage; readonly facts: ChangeFacts } | null

export function createChangeMessage(
  { documents, clock }: Needs<'documents' | 'clock'>,
  parts: {
    readonly log: ConversationLog
    readonly marks: ReadMarks
    readonly detachFiles: DetachFiles
    readonly permissions: Permissions
    readonly chooseMentions: ChooseMentions
    readonly settings: ChatSettings
  },
) {
  const { log, marks, detachFiles, permissions, chooseMentions, settings } = parts
  const dropAnswers = createDropAnswers({ documents })

  /**
   * Commits a change of one message with the number it gets. `decide` answers null when nothing is to change. What a
   * member cannot see is not there.
   */
  function change(
    action: Action,
    actor: Actor,
    publicId: string,
    decide: (message: StoredMessage, head: Head, at: string) => Decided | Promise<Decided>,
    /** What somebody said or did before they left and came back is still theirs to take back. */
    isOwn: (message: StoredMessage) => boolean = () => false,
  ): Promise<Result> {
    const { partition: conversationId, id } = keyOf(publicId)
    return log.change(conversationId, async (head): Promise<Planned<Result>> => {
      const { member } = await permissions.require(action, head, actor)
      const stored: Stored<Entry> | null = await documents.read<Entry>(messages, {
        partition: conversationId,
        id,
      })
      if (!stored || !isMessage(stored)) throw notFound()
      if (stored.value.seq <= member.joinedSeq && !isOwn(stored.value)) throw notFound()
      const at = new Date(clock.now()).toISOString()
      const before = stored.value
      const decided = await decide(before, head, at)
      if (!decided) return { head, entries: [], result: { message: before, head, before } }
      const { message, facts } = decided
      const isGone = before.deletedAt === null && message.deletedAt !== null
      const edited = { ...head, members: head.members.map((each) => addressedBy(message, each)) }
      const numbered = numberChanges(isGone ? withDeleted(head, before) : edited, [facts], at, settings)
      return {
        ...numbered,
        replaced: [{ message, version: stored.version }],
        beside: isGone ? await dropAnswers([before]) : [],
        result: { message, head: numbered.head, before },
      }
    })
  }

  function react(actor: Actor, publicId: string, emoji: string, wanted: boolean): Promise<Result> {
    const { userId } = actor
    const decide = (message: StoredMessage): Decided => {
      if (message.deletedAt !== null) {
        if (wanted) throw messageIsDeleted()
        return null
      }
      const now = message.reactions[emoji] ?? []
      if (now.includes(userId) === wanted) return null
      if (wanted && now.length === 0 && Object.keys(message.reactions).length >= maxEmojis)
        throw tooManyEmojis()
      const { [emoji]: _, ...others } = message.reactions
      const userIds = wanted ? [...now, userId] : now.filter((id) => id !== userId)
      const reactions = userIds.length > 0 ? { ...others, [emoji]: userIds } : others
      const event = wanted ? 'reaction.added' : 'reaction.removed'
      return { message: { ...message, reactions }, facts: { event, messageId: message.id, userId, emoji } }
    }
    return change(
      wanted ? 'react' : 'retract',
      actor,
      publicId,
      decide,
      ({ reactions }) => !wanted && (reactions[emoji] ?? []).includes(userId),
    )
  }

  return {
    async edit(actor: Actor, publicId: string, input: EditMessage): Promise<ChatMessage> {
      const { message, head } = await change('edit', actor, publicId, async (before, current, at) => {
        if (before.senderId !== actor.userId) throw forbidden()
        if (before.deletedAt !== null) throw messageIsDeleted()
        if (input.text.trim() === '' && before.attachments.length === 0)
          throw validationError([
            { path: 'text', code: 'too_small', message: 'Must not be empty when there are no attachments.' },
          ])
        const mentions = input.mentions
          ? await chooseMentions(current, actor.userId, input.mentions, before.mentions)
          : before.mentions
        const { mentionGroups: groupsBefore = [] } = before
        const mentionGroups = [...new Set(input.mentionGroups ?? groupsBefore)].toSorted()
        for (const group of mentionGroups)
          if (!groupsBefore.includes(group)) permissions.requireIn(mentioning[group], current, actor)
        const isSame =
          input.text === before.text &&
          mentions.join() === before.mentions.join() &&
          mentionGroups.join() === groupsBefore.join()
        if (isSame) return null
        return {
          message: { ...before, text: input.text, mentions, mentionGroups, editedAt: at },
          facts: { event: 'message.updated', messageId: before.id },
        }
      })
      return shown(message, head, await marks.of(head.conversationId))
    },

    /** A tombstone stays: numbers and counts do not change. */
    async remove(actor: Actor, publicId: string): Promise<void> {
      const decide = (found: StoredMessage, head: Head, at: string): Decided => {
        if (found.senderId !== actor.userId)
          permissions.requireInOver('deleteOthers', head, actor, found.senderId)
        if (found.deletedAt !== null) return null
        return {
          message: tombstoneOf(found, at),
          facts: { event: 'message.deleted', messageId: found.id },
        }
      }
      const { message, before } = await change(
        'retract',
        actor,
        publicId,
        decide,
        ({ senderId }) => senderId === actor.userId,
      )
      if (before.attachments.length > 0 && message.deletedAt !== null)
        await detachFiles(
          before.senderId,
          before.attachments.map(({ id }) => id),
          { conversationId: before.conversationId, messageId: before.id },
        )
    },

    addReaction: async (actor: Actor, publicId: string, emoji: string): Promise<void> =>
      void (await react(actor, publicId, emoji, true)),
    removeReaction: async (actor: Actor, publicId: string, emoji: string): Promise<void> =>
      void (await react(actor, publicId, emoji, false)),
  }
}
