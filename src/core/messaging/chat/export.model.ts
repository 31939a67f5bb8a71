import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { MemberRole } from './entries.model.ts'
import { AnnouncedMessage, Timestamp, UserId } from './messages.model.ts'

export const ExportQuery = z.object({
  format: z
    .enum(['json', 'text'])
    .default('json')
    .meta({ description: 'For programs, or to read.', examples: ['text'] }),
})
export type ExportFormat = z.infer<typeof ExportQuery>['format']

export const ExportedMessage = AnnouncedMessage.extend({
  senderName: z.string().meta({ description: 'As it is now.' }),
}).meta({ id: 'ExportedMessage' })
export type ExportedMessage = z.infer<typeof ExportedMessage>

export const ExportedConversation = z
  .object({
    conversation: z.object({
      id: z.uuid(),
      type: z.enum(['direct', 'group']),
      name: z.string().nullable(),
      createdAt: Timestamp,
      participants: z.array(z.object({ userId: UserId, name: z.string(), role: MemberRole })),
    }),
    exportedAt: Timestamp,
    exportedBy: UserId,
    messages: z.array(ExportedMessage).meta({ description: 'Oldest first.' }),
    isComplete: z
      .literal(true)
      .meta({ description: 'The last thing written: without it the end is missing.' }),
  })
  .meta({ id: 'ExportedConversation' })
export type ExportedConversation = z.infer<typeof ExportedConversation>

/** Of a download that has begun: all it can do is break off. */
export const noLongerAMember = defineError(
  'not_found',
  'not_found',
  'You left this conversation while it was exported.',
)
