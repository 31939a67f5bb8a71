import { z } from 'zod'
import { CursorQuery, cursorPage } from '../kernel/paging.ts'
import { FileCategory } from './file-categories.ts'
import { FileState, FileView } from './files.model.ts'

const OwnFile = FileView.extend({
  state: FileState.meta({
    description:
      '`uploading` until its bytes were looked at. Such a one takes its space too, and goes after a day.',
  }),
  usedIn: z
    .object({
      kind: z.enum(['conversation', 'course', 'form']),
      id: z.string(),
      title: z.string().nullable().meta({
        description: 'Of the course or the group, the number of the form; null where there is none.',
      }),
    })
    .nullable()
    .meta({ description: 'Null: nowhere.' }),
}).meta({ id: 'OwnFile' })
export type OwnFile = z.infer<typeof OwnFile>

export const OwnFileQuery = CursorQuery.extend({
  category: FileCategory.optional().meta({ examples: ['course-video'] }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Part of the name.', examples: ['certificate'] }),
})
export type OwnFileQuery = z.infer<typeof OwnFileQuery>

export const OwnFiles = cursorPage(OwnFile)
  .extend({
    quota: z.object({
      usedBytes: z.number().int(),
      limitBytes: z
        .number()
        .int()
        .meta({ description: 'An upload that would go beyond is 409 `quota_exceeded`.' }),
    }),
  })
  .meta({ id: 'OwnFiles' })
export type OwnFiles = z.infer<typeof OwnFiles>
