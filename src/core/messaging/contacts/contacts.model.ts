import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { Role } from '../../accounts/users/users.model.ts'
import { CursorQuery } from '../../kernel/paging.ts'

/** One person whom another does not want to hear from. */
export interface Block {
  /** Who is blocked. */
  readonly id: string
  /** Who blocked. */
  readonly userId: string
  /** As it was then, of somebody who was a contact; null of anybody else. */
  readonly name: string | null
  readonly createdAt: string
}

/** Partition `userId`: a person's blocks are listed together, and one between two people is a point read each way. */
export const blocks = collection<Block>()({
  name: 'Blocks',
  partition: 'userId',
  paths: { byTime: { by: [], order: 'createdAt' } },
})

export const Contact = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    avatar: z.string().nullable(),
    role: Role.optional().meta({ description: 'Of staff.' }),
    via: z.array(z.enum(['staff', 'mentor', 'course'])).meta({
      description:
        'Why: staff, my mentor or one of my mentor’s or my own learners, a course we share. Empty: none of these, and an admin may write to them all the same.',
    }),
  })
  .meta({ id: 'Contact' })
export type Contact = z.infer<typeof Contact>

export const ContactQuery = CursorQuery.extend({
  q: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Part of the name.', examples: ['ann'] }),
})
export type ContactQuery = z.infer<typeof ContactQuery>

export const BlockedPerson = z
  .object({ userId: z.uuid(), name: z.string().nullable(), blockedAt: z.iso.datetime() })
  .meta({ id: 'BlockedPerson' })
export type BlockedPerson = z.infer<typeof BlockedPerson>
