import { z } from 'zod'
import { CursorQuery } from '../../kernel/paging.ts'
import { Timestamp } from './course-fields.model.ts'
import { Category, Level } from './courses.model.ts'

const State = z.enum(['draft', 'published', 'archived'])

/** A course as whoever writes courses finds it. */
export const WrittenCourse = z
  .object({
    id: z.uuid(),
    title: z.string(),
    state: State,
    category: Category,
    level: Level,
    thumbnail: z.string().nullable(),
    version: z.number().int().meta({ description: 'The version new learners start; 0 before the first.' }),
    hasUnpublishedChanges: z.boolean(),
    lessons: z.number().int().meta({ description: 'How many the draft has.' }),
    duration: z.number().int().meta({ description: 'Minutes, of the published version.' }),
    enrolledCount: z.number().int(),
    isMine: z.boolean(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'WrittenCourse' })
export type WrittenCourse = z.infer<typeof WrittenCourse>

export const WrittenCourseQuery = CursorQuery.extend({
  state: State.optional().meta({ description: 'Without it: all.', examples: ['draft'] }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Words of the title; all have to be there.', examples: ['resume'] }),
  whose: z
    .enum(['mine', 'all'])
    .default('mine')
    .meta({ description: '`all`: whoever wrote them; for administrators.' }),
})
export type WrittenCourseQuery = z.infer<typeof WrittenCourseQuery>
