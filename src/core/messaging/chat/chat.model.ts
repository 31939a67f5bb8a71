import { z } from 'zod'
import { DisplayName } from '../../kernel/display-name.ts'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { CursorQuery, cursorPage } from '../../kernel/paging.ts'
import { orAsRead, sentBack } from '../../kernel/sent-back.ts'
import { Action } from './actions.model.ts'
import { ConversationSettings, MemberRole } from './entries.model.ts'
import { Timestamp, UserId } from './messages.model.ts'
import { Mine } from './mine.model.ts'

export const maxMembers = 500
/** In how many of the newest conversations a connection begins; the others are told of on the own stream. */
export const maxFollowed = 20

const ConversationName = DisplayName({ min: 1, max: 100, has: 'anything' })

/** As it is given: `owner` is another word for who runs a group. */
const GivenRole = z
  .enum([...MemberRole.options, 'owner'])
  .transform((role): MemberRole => (role === 'owner' ? 'admin' : role))

export const Participant = z
  .object({
    userId: UserId,
    name: z.string(),
    avatar: z.string().nullable(),
    role: MemberRole,
    isActive: z.boolean().meta({ description: 'False: suspended or gone, and not to be mentioned anew.' }),
  })
  .meta({ id: 'Participant' })

export const Conversation = z
  .object({
    id: z.uuid(),
    type: z.enum(['direct', 'group']),
    name: z.string().nullable(),
    avatar: z.string().nullable(),
    participants: z
      .array(Participant)
      .meta({ description: 'In lists only some of many: the conversation itself has all of them.' }),
    memberCount: z.number().int(),
    lastMessage: z
      .object({ text: z.string(), senderId: UserId, timestamp: Timestamp })
      .nullable()
      .meta({ description: 'The newest message one may see; its text is empty once deleted.' }),
    unreadCount: z.number().int().meta({
      description: 'Messages of others since the last one read or sent, without those deleted since.',
    }),
    unreadMentions: z.number().int().meta({
      description: 'How many of them, and of answers in threads, address me; the newest 10 at most.',
    }),
    mine: Mine,
    pinnedCount: z.number().int(),
    settings: ConversationSettings,
    can: z.array(Action).meta({ description: 'What I may do here now.' }),
    nextSendAt: Timestamp.nullable().meta({ description: 'Until when slow mode makes me wait.' }),
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
    .meta({ description: 'Up to which number each participant has read; of more than 50 only I myself.' }),
}).meta({ id: 'ConversationDetails' })
export type ConversationDetails = z.infer<typeof ConversationDetails>

export const ConversationPage = cursorPage(Conversation)
export const ConversationQuery = CursorQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(20),
  only: z
    .enum(['unread', 'archived', 'pinned'])
    .optional()
    .meta({ description: 'Without it: what is neither archived nor hidden.', examples: ['unread'] }),
})
export type ConversationQuery = z.infer<typeof ConversationQuery>

export const CreateConversation = z
  .strictObject({
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
    message: 'A direct conversation has exactly one other person.',
  })
  .refine(({ type, name }) => type === 'group' || name === undefined, {
    path: ['name'],
    message: 'A direct conversation has no name.',
  })
  .meta({ id: 'CreateConversation' })
export type CreateConversation = z.infer<typeof CreateConversation>

export const UpdateConversation = sentBack(
  z
    .strictObject({
      name: ConversationName,
      avatar: orAsRead(z.uuid().nullable(), z.url()).meta({
        description: 'The id of a completed upload; null removes it.',
      }),
      settings: ConversationSettings.partial().meta({ description: 'What is not named stays as it is.' }),
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field to change.'),
  ConversationDetails,
).meta({ id: 'UpdateConversation' })
export type UpdateConversation = z.infer<typeof UpdateConversation>

export const AddMembers = z
  .strictObject({ userIds: z.array(UserId).min(1).max(50), role: GivenRole.default('member') })
  .meta({ id: 'AddMembers', description: 'Of somebody who is a member already the role changes.' })
export type AddMembers = z.infer<typeof AddMembers>

export const ReadUpTo = z
  .strictObject({
    seq: z.number().int().min(0).optional().meta({ description: 'Without it: everything there is.' }),
  })
  .meta({ id: 'ReadUpTo' })

export const Typing = z
  .strictObject({ state: z.enum(['start', 'stop']).default('start') })
  .meta({ id: 'Typing' })
export type Typing = z.infer<typeof Typing>

/** How this deployment's chat behaves. */
export interface ChatSettings {
  /** Null: messages are kept for ever. */
  readonly retentionMs: number | null
  /** The page where people chat, to which invitations lead. */
  readonly pageUrl: string
}
export const directStays = defineError(
  'conflict',
  'conflict',
  'The name and the members of a direct conversation cannot be changed.',
)
export const tooManyMembers = defineError(
  'conflict',
  'conflict',
  filled('A group can have at most {max} members.', { max: maxMembers }),
)
