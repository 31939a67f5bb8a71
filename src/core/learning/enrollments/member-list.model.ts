import { z } from 'zod'
import { CursorQuery } from '../../kernel/paging.ts'
import { timeSpentFields } from './time-shown.model.ts'

const Timestamp = z.iso.datetime()

/** Somebody who takes part in a course, as staff see them. */
export const MemberProgress = z
  .object({
    userId: z.uuid(),
    name: z.string(),
    avatar: z.string().nullable(),
    enrolledAt: Timestamp,
    progress: z.number().meta({ description: 'Percent, not rounded.' }),
    completedLessons: z.number().int(),
    totalLessons: z.number().int(),
    completedAt: Timestamp.nullable(),
    lastAccessedAt: Timestamp,
    ...timeSpentFields,
    version: z.number().int().meta({ description: 'Of the course, the one they take.' }),
  })
  .meta({ id: 'MemberProgress' })
export type MemberProgress = z.infer<typeof MemberProgress>

export const MemberQuery = CursorQuery.extend({
  /** Each of them is written down in the audit log: a page is what somebody looks at. */
  limit: z.coerce.number().int().min(1).max(50).default(25),
  completed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .meta({ description: 'Only who has, or has not, completed it.', examples: ['false'] }),
})
export type MemberQuery = z.infer<typeof MemberQuery>
