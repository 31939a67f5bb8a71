import { z } from 'zod'
import { collection, type Stored } from '../../../ports/documents.ts'
import type { Attachment, MentionGroup } from './messages.model.ts'
import type { InConversation, Position, Ranges, StoredThreadSummary, Thread } from './thread.model.ts'

export const MemberRole = z.enum(['admin', 'moderator', 'member']).meta({ id: 'MemberRole' })
export type MemberRole = z.infer<typeof MemberRole>

export interface Member {
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: string
  /** The conversation's number when they joined: what came before is not shown to them. */
  readonly joinedSeq: number
  /** Where they stood when they joined or last wrote something: sending implies having read. */
  readonly sent: Position
  /** When they last wrote anything, or came back: slow mode counts from then. Absent until then, and in older documents. */
  readonly wroteAt?: string
  /** Which messages address them, by the count at their birth: the newest ones, oldest first, since they last wrote. */
  readonly mentioned?: readonly number[]
  /** Which answers in threads do, by their numbers: the newest ones, oldest first, since they last wrote a message. */
  readonly mentionedInThreads?: readonly number[]
}

/** How a group is run. */
export const ConversationSettings = z
  .strictObject({
    posting: z.enum(['everyone', 'moderators']).meta({ description: 'Who may write.' }),
    slowModeSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .meta({ description: 'How long a member waits before writing again; 0: not at all.' }),
  })
  .meta({ id: 'ConversationSettings' })
export type ConversationSettings = z.infer<typeof ConversationSettings>

/** A message that is shown first to everybody who may see it. */
export interface Pin {
  /** The document of the message. */
  readonly messageId: string
  /** Of the message: whoever joined after it does not see it. */
  readonly seq: number
  /** Null once they are erased. */
  readonly pinnedBy: string | null
  readonly pinnedAt: string
  /** When retention removes the message. */
  readonly expiresAt?: string
}

/** The conversation itself. Every numbered change replaces it in the same transaction. */
export interface Head extends InConversation {
  readonly id: 'head'
  readonly kind: 'head'
  readonly isNumbered: 'no'
  readonly type: 'direct' | 'group'
  readonly name: string | null
  readonly avatar: string | null
  readonly members: readonly Member[]
  /** Absent: everybody may write, and without waiting. */
  readonly settings?: ConversationSettings
  /** In the order in which they were pinned. Absent: none. */
  readonly pins?: readonly Pin[]
  /** Messages ever written, but for answers in threads: tombstones count, retention takes nothing away. */
  readonly count: number
  /** Which of them have been deleted, as ranges of counts, oldest first; of those long ago not all. */
  readonly deleted?: Ranges
  readonly lastMessageId: string | null
  /** Of a direct one whose other member is gone: nothing more is said in it. */
  readonly closedAt?: string
  readonly createdAt: string
  readonly updatedAt: string
  /** When something was last said: lists are in this order. Absent in older ones, and before there is a change. */
  readonly lastMessageAt?: string
}

export interface StoredMessage extends InConversation {
  /** `senderId~hash(clientMessageId)`: one message for each, by the store's own uniqueness. */
  readonly id: string
  readonly kind: 'message'
  readonly isNumbered: 'yes'
  readonly senderId: string
  readonly clientMessageId: string | null
  /** Tells a repeat from another message under the same clientMessageId. */
  readonly fingerprint: string
  /** Which message of the conversation this is: the head's count at its birth. Answers in threads do not count. */
  readonly count: number
  readonly text: string
  readonly attachments: readonly Attachment[]
  readonly mentions: readonly string[]
  /** Absent: none. */
  readonly mentionGroups?: readonly MentionGroup[]
  /** The id of the document of the message it answers. */
  readonly replyTo: string | null
  /** Which answer of its thread this is; absent in what is no answer. */
  readonly threadCount?: number
  /** Of the root of a thread: what is shown of it. */
  readonly thread?: StoredThreadSummary
  /** Who reacted, by emoji. */
  readonly reactions: Readonly<Record<string, readonly string[]>>
  readonly at: string
  readonly editedAt: string | null
  readonly deletedAt: string | null
}

/** A numbered change that is no new message. It repeats nothing a person wrote: that may be deleted later. */
export type ChangeFacts =
  | { readonly event: 'message.updated' | 'message.deleted'; readonly messageId: string }
  | {
      readonly event: 'reaction.added' | 'reaction.removed'
      readonly messageId: string
      readonly userId: string
      readonly emoji: string
    }
  | {
      readonly event: 'conversation.updated'
      readonly name: string | null
      readonly avatar: string | null
      /** Absent in older ones. */
      readonly settings?: ConversationSettings
    }
  | { readonly event: 'message.pinned'; readonly messageId: string; readonly userId: string }
  /** Null: because the message was deleted. */
  | { readonly event: 'message.unpinned'; readonly messageId: string; readonly userId: string | null }
  | { readonly event: 'member.added'; readonly userId: string; readonly role: MemberRole }
  | { readonly event: 'member.removed'; readonly userId: string }

export interface Change extends InConversation {
  readonly kind: 'change'
  readonly isNumbered: 'yes'
  readonly at: string
  readonly facts: ChangeFacts
}

/** How far one member has read. It only moves forward. */
export interface Mark extends InConversation, Position {
  /** `mark~userId` */
  readonly id: string
  readonly kind: 'mark'
  readonly isNumbered: 'no'
  readonly userId: string
}

/** A link by which people come into a group. `seq` is the conversation's number when it was made. */
export interface StoredInvitation extends InConversation {
  /** `invitation~` and its public id */
  readonly id: string
  readonly kind: 'invitation'
  readonly isNumbered: 'no'
  /** Stored is only what recognizes the secret in the link. */
  readonly secretHash: string
  readonly invitedBy: string
  readonly role: MemberRole
  readonly createdAt: string
  readonly expiresAt: string
  /** Null: as often as there is room. */
  readonly maxUses: number | null
  readonly uses: number
  readonly declined: number
}

export const invitationPrefix = 'invitation~'

export type Entry = Head | StoredMessage | Change | Mark | Thread | StoredInvitation
export type Numbered = StoredMessage | Change

/**
 * Partition `conversationId`: the head and the change it numbers commit in one transaction, and history, catch-up and
 * read marks of a conversation are walks of one partition. Its size is bounded by `expiresAt`.
 */
export const messages = collection<Entry>()({
  name: 'Messages',
  partition: 'conversationId',
  paths: {
    byKind: { by: ['kind'], order: 'seq' },
    numbered: { by: ['isNumbered'], order: 'seq' },
    byThread: { by: ['threadKey'], order: 'seq' },
  },
  ttl: 'expiresAt',
})

/** A moment of now that is not before what the conversation has seen: its order and its times agree, whatever clocks do. */
export const notBefore = ({ updatedAt }: Pick<Head, 'updatedAt'>, at: string): string =>
  at < updatedAt ? updatedAt : at

export const memberOf = (head: Head, userId: string): Member | undefined =>
  head.members.find((member) => member.userId === userId)

export const isPinned = ({ pins = [] }: Head, messageId: string): boolean =>
  pins.some((pin) => pin.messageId === messageId)

/** The pinned messages that a member may see, as far as the conversation knows: `nowMs` says which are past retention. */
export const pinsFor = ({ pins = [] }: Head, { joinedSeq }: Member, nowMs: number): readonly Pin[] =>
  pins.filter(
    ({ seq, expiresAt }) => seq > joinedSeq && (expiresAt === undefined || Date.parse(expiresAt) > nowMs),
  )

const unsetSettings: ConversationSettings = { posting: 'everyone', slowModeSeconds: 0 }
export const settingsOf = ({ settings }: Head): ConversationSettings => settings ?? unsetSettings

/** Null when they have not written yet. */
export const wroteAtOf = ({ wroteAt, sent, joinedSeq }: Member): string | null =>
  wroteAt ?? (sent.seq > joinedSeq ? sent.at : null)

export const markId = (userId: string): string => `mark~${userId}`

/** What is left of a deleted message: its number, its sender and its time. */
export const tombstoneOf = (message: StoredMessage, at: string): StoredMessage => ({
  ...message,
  text: '',
  attachments: [],
  mentions: [],
  mentionGroups: [],
  reactions: {},
  deletedAt: message.deletedAt ?? at,
})

export const isInvitation = (stored: Stored<Entry>): stored is Stored<StoredInvitation> =>
  stored.value.kind === 'invitation'

export const isMessage = (stored: Stored<Entry>): stored is Stored<StoredMessage> =>
  stored.value.kind === 'message'

/** The further of what a member has written and what they have marked as read. */
export const positionOf = (member: Member, mark: Position | undefined): Position =>
  mark && mark.seq > member.sent.seq ? mark : member.sent

/** When something last happened that lists go by, for this member. */
export function activityFor(head: Head, { joinedAt }: Pick<Member, 'joinedAt'>): string {
  const at = head.lastMessageAt ?? head.updatedAt
  return at > joinedAt ? at : joinedAt
}
