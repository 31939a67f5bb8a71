import { z } from 'zod'
import { collection, type Stored } from '../../../ports/documents.ts'
import { defineError, notFound } from '../../kernel/errors.ts'
import { CursorQuery, cursorPage } from '../../kernel/paging.ts'

export const maxMembers = 250
export const maxTextLength = 16_000
const maxAttachments = 10
const maxMentions = 100
export const maxEmojis = 20
/** What one `POST /sync` may ask for, and to how many conversations a device listens. */
export const maxStreams = 200

/** How far somebody has come in a conversation: up to this change, and how many messages there were by then. */
export interface Position {
  readonly seq: number
  readonly count: number
  readonly at: string
}

export const MemberRole = z.enum(['admin', 'member']).meta({ id: 'MemberRole' })
export type MemberRole = z.infer<typeof MemberRole>

export interface Member {
  readonly userId: string
  readonly role: MemberRole
  readonly joinedAt: string
  /** The conversation's number when they joined: what came before is not shown to them. */
  readonly joinedSeq: number
  /** Where they stood when they joined or last wrote something: sending implies having read. */
  readonly sent: Position
}

/** What every document in the partition of a conversation has, so that one path lists the numbered changes in order. */
interface InConversation {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  /** `yes` for what carries a number of its own. */
  readonly isNumbered: 'yes' | 'no'
  /** When retention removes it. */
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
  /** Messages ever written: tombstones count, retention takes nothing away. */
  readonly count: number
  readonly lastMessageId: string | null
  /** Of a direct one whose other member is gone: nothing more is said in it. */
  readonly closedAt?: string
  readonly createdAt: string
  readonly updatedAt: string
}

export const Attachment = z
  .object({
    id: z.uuid(),
    name: z.string(),
    url: z.string(),
    size: z.number().int(),
    mimeType: z.string(),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.infer<typeof Attachment>

export interface StoredMessage extends InConversation {
  /** `senderId~hash(clientMessageId)`: one message for each, by the store's own uniqueness. */
  readonly id: string
  readonly kind: 'message'
  readonly isNumbered: 'yes'
  readonly senderId: string
  readonly clientMessageId: string | null
  /** Tells a repeat from another message under the same clientMessageId. */
  readonly fingerprint: string
  /** Which message of the conversation this is: the head's count at its birth. */
  readonly count: number
  readonly text: string
  readonly attachments: readonly Attachment[]
  readonly mentions: readonly string[]
  /** The id of the document of the message it answers. */
  readonly replyTo: string | null
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
  | { readonly event: 'conversation.updated'; readonly name: string | null; readonly avatar: string | null }
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

export type Entry = Head | StoredMessage | Change | Mark
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
  },
  ttl: 'expiresAt',
})

/** That a conversation belongs into somebody's list, and about where. The truth is in `Messages`. */
export interface InboxEntry {
  /** The conversation. */
  readonly id: string
  readonly userId: string
  /** When something last happened there, as far as was noted. */
  readonly activeAt: string
}

/** Partition `userId`: "my conversations" is one walk, whoever else is in them. */
export const inbox = collection<InboxEntry>()({
  name: 'Inbox',
  partition: 'userId',
  paths: { byActivity: { by: [], order: 'activeAt' } },
})

/** That somebody has left a conversation in which they may have written. */
export interface LeftConversation {
  /** The conversation. */
  readonly id: string
  readonly userId: string
  readonly leftAt: string
}

/** Partition `userId`: what somebody wrote is found again, to be handed over or erased, where they no longer are. */
export const leftConversations = collection<LeftConversation>()({
  name: 'LeftConversations',
  partition: 'userId',
  paths: { byTime: { by: [], order: 'leftAt' } },
})

/** The one direct conversation of two people. */
export interface DirectPair {
  /** Hash of the two ids in order. */
  readonly id: string
  readonly conversationId: string
}

/** Partition `id`: inserting it decides which conversation of two created at once is the one. */
export const directPairs = collection<DirectPair>()({ name: 'DirectPairs', partition: 'id', paths: {} })

/** A process says before it commits that it may owe the announcement of changes after `fromSeq`. */
export interface Announcement {
  /** `conversationId~process` */
  readonly id: string
  readonly conversationId: string
  readonly fromSeq: number
  /** Until then the process commits without saying so again. */
  readonly until: string
}

/** Partition `id`: each is written and removed by itself; few exist, and only a job walks them. */
export const announcements = collection<Announcement>()({
  name: 'Announcements',
  partition: 'id',
  paths: {},
})

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds.' })
const UserId = z.uuid()
const MessageId = z.string().max(100).meta({ description: 'Opaque; names its conversation too.' })

const printable = /^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]*$/u
const ConversationName = z
  .string()
  .max(400)
  .transform((name) => name.normalize('NFC').trim())
  .pipe(z.string().min(1).max(100).regex(printable, 'Must not contain control characters.'))

export const Emoji = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'Must be one emoji.')
  .meta({ example: '👍' })

export const Participant = z
  .object({ userId: UserId, name: z.string(), avatar: z.string().nullable(), role: MemberRole })
  .meta({ id: 'Participant' })

export const Conversation = z
  .object({
    id: z.uuid(),
    type: z.enum(['direct', 'group']),
    name: z.string().nullable(),
    avatar: z.string().nullable(),
    participants: z.array(Participant),
    lastMessage: z
      .object({ text: z.string(), senderId: UserId, timestamp: Timestamp })
      .nullable()
      .meta({ description: 'The newest message one may see; its text is empty once deleted.' }),
    unreadCount: z
      .number()
      .int()
      .meta({ description: 'Messages of others since the last one read or sent.' }),
    seq: z
      .number()
      .int()
      .meta({ description: 'The number of the newest change: where to start from in `POST /sync`.' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Conversation' })
export type Conversation = z.infer<typeof Conversation>

export const ConversationDetails = Conversation.extend({
  online: z
    .array(UserId)
    .meta({ description: 'Which participants are connected now, in conversations of up to 50.' }),
  readPositions: z
    .record(UserId, z.object({ seq: z.number().int(), at: Timestamp }))
    .meta({ description: 'Up to which number each participant has read.' }),
}).meta({ id: 'ConversationDetails' })
export type ConversationDetails = z.infer<typeof ConversationDetails>

export const ConversationPage = cursorPage(Conversation)
export const ConversationQuery = CursorQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(20),
})
export type ConversationQuery = z.infer<typeof ConversationQuery>

export const CreateConversation = z
  .object({
    type: z.enum(['direct', 'group']),
    participantIds: z
      .array(UserId)
      .min(1)
      .max(maxMembers - 1)
      .meta({ description: 'The others; oneself is added.' }),
    name: ConversationName.optional().meta({ description: 'Of a group.' }),
  })
  .refine(({ type, participantIds }) => type === 'group' || participantIds.length === 1, {
    path: ['participantIds'],
    message: 'A direct conversation has one other person.',
  })
  .refine(({ type, name }) => type === 'group' || name === undefined, {
    path: ['name'],
    message: 'A direct conversation has no name.',
  })
  .meta({ id: 'CreateConversation' })
export type CreateConversation = z.infer<typeof CreateConversation>

export const UpdateConversation = z
  .object({
    name: ConversationName,
    avatar: z.uuid().nullable().meta({ description: 'The id of a completed upload; null removes it.' }),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'Name at least one field to change.')
  .meta({ id: 'UpdateConversation' })
export type UpdateConversation = z.infer<typeof UpdateConversation>

export const AddMembers = z
  .object({ userIds: z.array(UserId).min(1).max(50), role: MemberRole.default('member') })
  .meta({ id: 'AddMembers', description: 'Of somebody who is a member already the role changes.' })
export type AddMembers = z.infer<typeof AddMembers>

const MessageShape = z.object({
  id: MessageId,
  conversationId: z.uuid(),
  seq: z.number().int(),
  senderId: UserId,
  clientMessageId: z.string().nullable(),
  text: z.string(),
  attachments: z.array(Attachment),
  mentions: z.array(UserId),
  replyTo: MessageId.nullable(),
  reactions: z.record(z.string(), z.array(UserId)).meta({ description: 'Who reacted, by emoji.' }),
  timestamp: Timestamp,
  editedAt: Timestamp.nullable(),
  deletedAt: Timestamp.nullable().meta({
    description: 'Then text, attachments, mentions and reactions are gone.',
  }),
})

/** As events carry it: who has read it is told by `read.updated`. */
export const AnnouncedMessage = MessageShape.meta({ id: 'AnnouncedMessage' })
export type AnnouncedMessage = z.infer<typeof AnnouncedMessage>

export const ChatMessage = MessageShape.extend({
  readBy: z.record(UserId, Timestamp).meta({
    description: 'Who has read up to it or further, the sender too, and when they last got further.',
  }),
}).meta({ id: 'ChatMessage' })
export type ChatMessage = z.infer<typeof ChatMessage>

const Text = z.string().max(maxTextLength)
const Mentions = z.array(UserId).max(maxMentions)
const AttachmentReference = z.union([z.uuid(), z.object({ id: z.uuid() })])

export const SendMessage = z
  .object({
    text: Text.default(''),
    attachments: z.array(AttachmentReference).max(maxAttachments).default([]).meta({
      description:
        'Ids of completed uploads of one’s own in the category `attachment`, or their whole objects.',
    }),
    clientMessageId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'Must be 1 to 128 visible characters.')
      .optional()
      .meta({ description: 'Names this message for its sender: sent again it stays one message.' }),
    replyTo: MessageId.optional(),
    mentions: Mentions.default([]).meta({ description: 'Members who are addressed.' }),
  })
  .refine(({ text, attachments }) => text.trim() !== '' || attachments.length > 0, {
    path: ['text'],
    message: 'Must not be empty without attachments.',
  })
  .meta({ id: 'SendMessage' })
export type SendMessage = z.infer<typeof SendMessage>

export const EditMessage = z.object({ text: Text, mentions: Mentions.optional() }).meta({ id: 'EditMessage' })
export type EditMessage = z.infer<typeof EditMessage>

export const MessageQuery = z
  .object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    before: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: 'A `nextCursor`, a message id, or a timestamp.' }),
    after: z
      .string()
      .max(2_000)
      .optional()
      .meta({ description: 'A message id or a timestamp: the oldest that follow, newest first.' }),
    around: MessageId.optional().meta({ description: 'A message id: it, and as many before as after it.' }),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((given) => given !== undefined).length <= 1,
    {
      message: 'Use one of before, after and around.',
    },
  )
export type MessageQuery = z.infer<typeof MessageQuery>

export const MessagePage = cursorPage(ChatMessage)

export const ReadUpTo = z
  .object({
    seq: z.number().int().min(0).optional().meta({ description: 'Without it: everything there is.' }),
  })
  .meta({ id: 'ReadUpTo' })

export const Typing = z.object({ state: z.enum(['start', 'stop']) }).meta({ id: 'Typing' })
export type Typing = z.infer<typeof Typing>

export const SearchQuery = z.object({
  q: z.string().min(1).max(200).meta({ description: 'Words; each must begin a word of the message.' }),
  conversationId: z.uuid().optional(),
  from: UserId.optional().meta({ description: 'Who wrote it.' }),
  before: z.iso.datetime().optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
})
export type SearchQuery = z.infer<typeof SearchQuery>

/** How this deployment's chat behaves. */
export interface ChatSettings {
  /** Null: messages are kept for ever. */
  readonly retentionMs: number | null
}

export const clientMessageIdReused = defineError(
  'conflict',
  'conflict',
  'Another message was sent with this clientMessageId.',
)
export const directStays = defineError(
  'conflict',
  'conflict',
  'A direct conversation has neither name nor members to change.',
)
export const tooManyMembers = defineError(
  'conflict',
  'conflict',
  `A group has ${maxMembers} members at most.`,
)
export const tooManyEmojis = defineError(
  'conflict',
  'conflict',
  `A message takes ${maxEmojis} different emoji at most.`,
)
export const messageIsDeleted = defineError('conflict', 'conflict', 'This message has been deleted.')

export const memberOf = (head: Head, userId: string): Member | undefined =>
  head.members.find((member) => member.userId === userId)

/** A conversation is not there for whoever is not in it. */
export function requireMember(head: Head | null | undefined, userId: string): { head: Head; member: Member } {
  const member = head ? memberOf(head, userId) : undefined
  if (!head || !member) throw notFound()
  return { head, member }
}

export const markId = (userId: string): string => `mark~${userId}`

/** What is left of a deleted message: its number, its sender and its time. */
export const tombstoneOf = (message: StoredMessage, at: string): StoredMessage => ({
  ...message,
  text: '',
  attachments: [],
  mentions: [],
  reactions: {},
  deletedAt: message.deletedAt ?? at,
})

export const isMessage = (stored: Stored<Entry>): stored is Stored<StoredMessage> =>
  stored.value.kind === 'message'

/** The further of what a member has written and what they have marked as read. */
export const positionOf = (member: Member, mark: Position | undefined): Position =>
  mark && mark.seq > member.sent.seq ? mark : member.sent

export const unreadOf = (head: Head, position: Position): number => Math.max(0, head.count - position.count)
