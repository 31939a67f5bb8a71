import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { maxMembers } from './chat.model.ts'
import { MemberRole } from './entries.model.ts'
import { Timestamp, UserId } from './messages.model.ts'

const dayS = 24 * 60 * 60
/** Of one conversation at a time. */
export const maxInvitations = 50

export const NewInvitation = z
  .strictObject({
    expiresInSeconds: z
      .number()
      .int()
      .min(60)
      .max(30 * dayS)
      .default(7 * dayS)
      .meta({ description: 'A week when not given.' }),
    maxUses: z
      .number()
      .int()
      .min(1)
      .max(maxMembers)
      .optional()
      .meta({ description: 'Not given: as often as the group has room.' }),
    role: MemberRole.exclude(['admin'])
      .default('member')
      .meta({ description: 'What people come in as. Moderators are invited by admins.' }),
  })
  .meta({ id: 'NewInvitation' })
export type NewInvitation = z.infer<typeof NewInvitation>

export const Invitation = z
  .object({
    id: z.uuid(),
    conversationId: z.uuid(),
    invitedBy: UserId,
    role: MemberRole,
    createdAt: Timestamp,
    expiresAt: Timestamp,
    maxUses: z.number().int().nullable(),
    uses: z.number().int(),
    declined: z.number().int().meta({ description: 'How often somebody did not want to come.' }),
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

export const IssuedInvitation = Invitation.extend({
  token: z.string().meta({ description: 'Said only here: what recognizes the invitation.' }),
  url: z.url().meta({ description: 'The link to send: it leads to the page where people chat.' }),
}).meta({ id: 'IssuedInvitation' })
export type IssuedInvitation = z.infer<typeof IssuedInvitation>

export const Invitations = z.object({ items: z.array(Invitation) }).meta({ id: 'Invitations' })

/** What an invitation says to who holds it. */
export const InvitationPreview = z
  .object({
    conversation: z.object({
      id: z.uuid(),
      name: z.string().nullable(),
      avatar: z.string().nullable(),
      memberCount: z.number().int(),
    }),
    invitedBy: z.object({ name: z.string() }),
    role: MemberRole,
    isMember: z.boolean().meta({ description: 'I am in it already.' }),
    expiresAt: Timestamp,
  })
  .meta({ id: 'InvitationPreview' })
export type InvitationPreview = z.infer<typeof InvitationPreview>

export const tooManyInvitations = defineError(
  'conflict',
  'conflict',
  filled('A group can have at most {max} invitations at a time. Revoke one first.', { max: maxInvitations }),
)
