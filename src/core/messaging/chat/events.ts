import { z } from 'zod'
import { ConversationSettings, MemberRole } from './entries.model.ts'
import { AnnouncedMessage } from './messages.model.ts'
import { Mine } from './mine.model.ts'

const ConversationId = z.uuid()
const UserId = z.uuid()
const MessageId = z.string()
const Timestamp = z.iso.datetime()
const Seq = z.number().int().min(1)
/** Which trace of ours told it, for our logs. A device makes nothing of it. */
const traceparent = z
  .string()
  .optional()
  .meta({ description: 'W3C Trace Context: names, in our logs, what caused this. Nothing follows from it.' })

const aboutConversation = <const N extends string, D extends z.ZodType>(event: N, data: D) =>
  z.object({ event: z.literal(event), conversationId: ConversationId, at: Timestamp, traceparent, data })
const numbered = <const N extends string, D extends z.ZodType>(event: N, data: D) =>
  aboutConversation(event, data).extend({ seq: Seq })

const AboutMessage = z.object({ messageId: MessageId, conversationId: ConversationId })
const AboutReaction = AboutMessage.extend({ userId: UserId, emoji: z.string() })
const AboutMember = z.object({ conversationId: ConversationId, userId: UserId })

/** Every event a device may receive, by its name: its schema, what it means, and on which stream it comes. */
export const events = {
  'message.new': {
    schema: numbered('message.new', AnnouncedMessage),
    says: 'Somebody wrote a message. In catch-up it is shown as it is by now.',
  },
  'message.updated': {
    schema: numbered('message.updated', AnnouncedMessage),
    says: 'A message was edited. In catch-up it is shown as it is by now.',
  },
  'message.deleted': { schema: numbered('message.deleted', AboutMessage), says: 'A message was deleted.' },
  'reaction.added': {
    schema: numbered('reaction.added', AboutReaction),
    says: 'Somebody reacted to a message.',
  },
  'reaction.removed': {
    schema: numbered('reaction.removed', AboutReaction),
    says: 'Somebody took a reaction back.',
  },
  'message.pinned': {
    schema: numbered('message.pinned', AboutMessage.extend({ userId: UserId })),
    says: 'Somebody pinned a message.',
  },
  'message.unpinned': {
    schema: numbered(
      'message.unpinned',
      AboutMessage.extend({
        userId: UserId.nullable().meta({ description: 'Null: because the message was deleted.' }),
      }),
    ),
    says: 'A message is no longer pinned.',
  },
  'conversation.updated': {
    schema: numbered(
      'conversation.updated',
      z.object({
        conversationId: ConversationId,
        name: z.string().nullable(),
        avatar: z.string().nullable(),
        settings: ConversationSettings.optional().meta({ description: 'Of a group, as they are now.' }),
      }),
    ),
    says: 'Name, picture or settings changed.',
  },
  'member.added': {
    schema: numbered('member.added', AboutMember.extend({ role: MemberRole })),
    says: 'Somebody is a member now, or has another role.',
  },
  'member.removed': {
    schema: numbered('member.removed', AboutMember),
    says: 'Somebody left or was removed.',
  },
  'typing.start': {
    schema: aboutConversation('typing.start', AboutMember),
    says: 'Somebody is typing: forget it after 6 seconds. May be lost.',
  },
  'typing.stop': { schema: aboutConversation('typing.stop', AboutMember), says: 'Somebody stopped typing.' },
  'read.updated': {
    schema: aboutConversation(
      'read.updated',
      AboutMember.extend({
        seq: z.number().int(),
        unreadCount: z.number().int().optional().meta({ description: 'On the reader’s own stream only.' }),
      }),
    ),
    says: 'Somebody has read up to a number. On the own stream: another device of mine has.',
  },
  'thread.read': {
    schema: aboutConversation(
      'thread.read',
      AboutMessage.extend({ seq: z.number().int(), unreadCount: z.number().int() }),
    ),
    says: 'Another device of mine has read a thread up to a number; `messageId` is its root. On the own stream.',
  },
  'presence.updated': {
    schema: aboutConversation(
      'presence.updated',
      AboutMember.extend({
        isOnline: z.boolean(),
        until: Timestamp.nullable().meta({ description: 'Without news by then they are gone.' }),
      }),
    ),
    says: 'Somebody came or went. May be lost.',
  },
  'conversation.added': {
    schema: aboutConversation('conversation.added', z.object({ conversationId: ConversationId })),
    says: 'I am a member now. On the own stream.',
  },
  'conversation.removed': {
    schema: aboutConversation('conversation.removed', z.object({ conversationId: ConversationId })),
    says: 'I am no longer a member: forget it. On the own stream.',
  },
  'conversation.active': {
    schema: aboutConversation(
      'conversation.active',
      z.object({ conversationId: ConversationId, seq: Seq, at: Timestamp }),
    ),
    says: 'Something was said in a conversation that this connection may not have followed until now: ask `POST /sync` from the number you have. Several at once are told as one. On the own stream.',
  },
  'conversation.settings': {
    schema: aboutConversation(
      'conversation.settings',
      z.object({ conversationId: ConversationId, mine: Mine }),
    ),
    says: 'I keep a conversation otherwise in my list: pinned, muted, put away, marked, or back. On the own stream.',
  },
  'session.revoked': {
    schema: z.object({
      event: z.literal('session.revoked'),
      at: Timestamp,
      traceparent,
      data: z.object({ sessionId: z.string().nullable().meta({ description: 'Null: every session.' }) }),
    }),
    says: 'A session of mine has ended. On the own stream.',
  },
} as const

export type EventName = keyof typeof events
export type ChatEvent = { [N in EventName]: z.infer<(typeof events)[N]['schema']> }[EventName]
export type NumberedEvent = Extract<ChatEvent, { seq: number }>

/** Those that come on the group of a user instead of, or as well as, that of a conversation. */
export const ownStreamEvents: readonly EventName[] = [
  'conversation.active',
  'conversation.added',
  'conversation.removed',
  'conversation.settings',
  'read.updated',
  'session.revoked',
  'thread.read',
]

/** For validation of whatever is published. */
export const NumberedEvent = z.discriminatedUnion('event', [
  events['message.new'].schema,
  events['message.updated'].schema,
  events['message.deleted'].schema,
  events['reaction.added'].schema,
  events['reaction.removed'].schema,
  events['message.pinned'].schema,
  events['message.unpinned'].schema,
  events['conversation.updated'].schema,
  events['member.added'].schema,
  events['member.removed'].schema,
])

export const SyncRequest = z
  .strictObject({
    streams: z
      .record(z.uuid(), z.number().int().min(0))
      .refine((streams) => Object.keys(streams).length <= 200, 'Ask for at most 200 conversations.')
      .meta({ description: 'The number of the newest change one has, by conversation.' }),
  })
  .meta({ id: 'SyncRequest' })
export type SyncRequest = z.infer<typeof SyncRequest>

export const SyncAnswer = z
  .object({
    streams: z.record(
      z.uuid(),
      z.union([
        z.object({
          events: z
            .array(NumberedEvent)
            .meta({ description: 'In order, without gaps, from the number after the one asked with.' }),
          head: z.number().int().meta({ description: 'The newest number there is.' }),
          more: z.boolean().meta({ description: 'Ask again from the last one.' }),
        }),
        z.object({
          resync: z.literal(true),
          reason: z.enum(['forbidden', 'too_old', 'ahead']).meta({
            description:
              'forbidden: not (or no longer) a member, drop it; too_old: retention has removed what would come next; ahead: there is no such number. Load it anew.',
          }),
        }),
      ]),
    ),
  })
  .meta({ id: 'SyncAnswer' })
export type SyncAnswer = z.infer<typeof SyncAnswer>
export type StreamAnswer = SyncAnswer['streams'][string]

/** What a device may say over its connection, by name. */
export const saidByDevices = {
  message:
    'Sends a message: `conversationId` and what `POST /conversations/{id}/messages` takes. The answer is the message, or an error.',
  typing: 'As `POST /conversations/{id}/typing`, with `conversationId`.',
  read: 'As `POST /conversations/{id}/read`, with `conversationId`.',
  ping: 'I am still here: keeps the person online for 90 seconds.',
} as const
