import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { cursorPage } from '../../kernel/paging.ts'
import { sentBack } from '../../kernel/sent-back.ts'

export const maxTextLength = 16_000
const maxAttachments = 10
const maxMentions = 100
export const maxEmojis = 20

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

export const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds.' })
export const UserId = z.uuid()
const MessageId = z.string().max(100).meta({ description: 'Opaque; names its conversation too.' })

/**
 * For the description, whose patterns know no sets of sequences: the characters that emoji are made of. Not everything made of
 * them is one that keyboards have.
 */
const emojiPattern =
  '^(?:[#*0-9]\\ufe0f?\\u20e3|[\\xa9\\xae]\\ufe0f|[^\\x00-\\u203b\\u3300-\\ud7ff\\ue000-\\uffff][^\\x00-\\u200c\\u200e-\\u203b\\u3300-\\ud7ff\\ue000-\\ufe0e\\ufe10-\\uffff]*)$'

export const Emoji = z
  .string()
  .max(64)
  .regex(/^\p{RGI_Emoji}$/v, 'Must be one emoji.')
  .meta({ pattern: emojiPattern, description: 'One emoji, as keyboards have them.', example: '👍' })

/** Whom a message addresses as a group: all members, or the admins and moderators. */
export const MentionGroup = z.enum(['everyone', 'moderators']).meta({ id: 'MentionGroup' })
export type MentionGroup = z.infer<typeof MentionGroup>

export const ThreadSummary = z
  .object({
    count: z.number().int().meta({ description: 'Answers ever written, the deleted ones too.' }),
    lastReplyAt: Timestamp,
    participantIds: z.array(UserId).meta({ description: 'Who answered last, newest first: five at most.' }),
  })
  .meta({ id: 'ThreadSummary' })

const MessageShape = z.object({
  id: MessageId,
  conversationId: z.uuid(),
  seq: z.number().int(),
  senderId: UserId,
  clientMessageId: z.string().nullable(),
  text: z.string(),
  attachments: z.array(Attachment),
  mentions: z.array(UserId),
  mentionGroups: z.array(MentionGroup),
  replyTo: MessageId.nullable(),
  threadId: MessageId.nullable().meta({
    description:
      'Of an answer in a thread: the message at its root. It does not count as unread in the conversation.',
  }),
  thread: ThreadSummary.nullable().meta({ description: 'Of the root of a thread.' }),
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
    description:
      'Who has read up to it or further, the sender too, and when they last got further. Empty in conversations of more than 50.',
  }),
  readByCount: z.number().int().optional().meta({
    description: 'How many have, the sender too, in conversations of more than 50.',
  }),
}).meta({ id: 'ChatMessage' })
export type ChatMessage = z.infer<typeof ChatMessage>

const Text = z.string().max(maxTextLength)
const Mentions = z.array(UserId).max(maxMentions)
const MentionGroups = z.array(MentionGroup).max(MentionGroup.options.length)
const attachmentsBy = <T extends z.ZodObject>(whole: T) =>
  z
    .array(z.union([z.uuid(), whole]))
    .max(maxAttachments)
    .default([])
    .meta({
      description:
        'Ids of completed uploads of one’s own in the category `attachment`, or their whole objects.',
    })
const NamedAttachment = z.object({ id: z.uuid() })

/** A message as devices say it over their connection, beside what every event carries. */
export const SaidMessage = z
  .object({
    text: Text.default(''),
    attachments: attachmentsBy(NamedAttachment),
    clientMessageId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'Must be 1 to 128 visible characters.')
      .optional()
      .meta({ description: 'Names this message for its sender: sent again it stays one message.' }),
    replyTo: MessageId.optional(),
    threadId: MessageId.optional().meta({
      description: 'Answers in the thread of this message of the conversation, and begins it.',
    }),
    mentions: Mentions.default([]).meta({ description: 'Members who are addressed.' }),
    mentionGroups: MentionGroups.optional().meta({
      description: 'Everybody, for moderators; or the admins and moderators.',
    }),
  })
  .refine(({ text, attachments }) => text.trim() !== '' || attachments.length > 0, {
    path: ['text'],
    message: 'Must not be empty when there are no attachments.',
  })

export const SendMessage = SaidMessage.safeExtend({
  attachments: attachmentsBy(sentBack(NamedAttachment.strict(), Attachment)),
})
  .strict()
  .meta({ id: 'SendMessage' })
export type SendMessage = z.infer<typeof SendMessage>

export const EditMessage = sentBack(
  z.strictObject({ text: Text, mentions: Mentions.optional(), mentionGroups: MentionGroups.optional() }),
  ChatMessage,
).meta({ id: 'EditMessage' })
export type EditMessage = z.infer<typeof EditMessage>

export const MessageQuery = z
  .object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    before: z
      .string()
      .max(2_000)
      .optional()
      .meta({
        description: 'A `nextCursor`, a message id, or a timestamp.',
        examples: ['2026-03-02T18:00:00.000Z'],
      }),
    after: z
      .string()
      .max(2_000)
      .optional()
      .meta({
        description: 'A `newerCursor`, a message id or a timestamp: the oldest that follow, newest first.',
        examples: ['2026-03-02T18:00:00.000Z'],
      }),
    around: MessageId.optional().meta({
      description: 'A message id: it, and as many before as after it.',
      examples: ['AZt22qgDfXC1xm5PipsMHQGbdtqoAHpOnBs_LV5qe4BQ2FjgmF7Mf2BBiq8MxatY'],
    }),
    threads: z.enum(['show', 'hide']).default('show').meta({
      description:
        '`hide` leaves answers in threads out: they are in `GET /messages/{id}/thread`. A page may then hold fewer than `limit`, or nothing, and still have a next one.',
    }),
  })
  .refine(
    ({ before, after, around }) => [before, after, around].filter((given) => given !== undefined).length <= 1,
    {
      message: 'Use only one of before, after and around.',
    },
  )
export type MessageQuery = z.infer<typeof MessageQuery>

export const MessagePage = cursorPage(ChatMessage)
export const MessageHistory = z.object({
  items: z.array(ChatMessage),
  pagination: z.object({
    hasMore: z.boolean().meta({ description: 'There are older ones.' }),
    nextCursor: z.string().nullable().meta({ description: 'For `before`.' }),
    hasNewer: z.boolean().meta({ description: 'There are newer ones.' }),
    newerCursor: z.string().nullable().meta({
      description: 'For `after`, also when there is nothing newer yet. Null when there is nothing at all.',
    }),
  }),
})
export type MessageHistory = z.infer<typeof MessageHistory>

export const maxPins = 50
export const PinnedMessage = ChatMessage.extend({
  pinnedAt: Timestamp,
  pinnedBy: UserId.nullable().meta({ description: 'Null when whoever pinned it is gone.' }),
}).meta({ id: 'PinnedMessage' })
export type PinnedMessage = z.infer<typeof PinnedMessage>
export const PinnedMessages = z.object({ items: z.array(PinnedMessage) }).meta({ id: 'PinnedMessages' })
export type PinnedMessages = z.infer<typeof PinnedMessages>

export const SearchQuery = z.object({
  q: z.string().min(1).max(200).meta({
    description:
      'Words; each must begin a word of the message. In scripts without spaces, and emoji: what stands in it.',
    example: 'tuesday',
  }),
  conversationId: z
    .uuid()
    .optional()
    .meta({ examples: ['019b76da-a803-7d70-b5c6-6e4f8a9b0c1d'] }),
  from: UserId.optional().meta({
    description: 'Who wrote it.',
    examples: ['019b76da-a801-7c52-8d3e-4a1b6c7d8e9f'],
  }),
  before: z
    .string()
    .max(2_000)
    .optional()
    .meta({
      description:
        'A `nextCursor`, or a timestamp. A page with few or no items and a cursor says that there is more to look at.',
      examples: ['2026-03-02T18:00:00.000Z'],
    }),
  limit: z.coerce.number().int().min(1).max(50).default(20),
})
export type SearchQuery = z.infer<typeof SearchQuery>

export const clientMessageIdReused = defineError(
  'conflict',
  'conflict',
  'Another message was sent with this clientMessageId.',
)
export const tooManyEmojis = defineError(
  'conflict',
  'conflict',
  filled('A message can have at most {max} different emoji.', { max: maxEmojis }),
)
export const messageIsDeleted = defineError('conflict', 'conflict', 'This message has been deleted.')
export const tooManyPins = defineError(
  'conflict',
  'conflict',
  filled('A conversation can have at most {max} pinned messages.', { max: maxPins }),
)
