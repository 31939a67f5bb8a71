import { z } from 'zod'
import { packageFormats } from '../../../ports/course-packages.ts'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { Category, Level } from '../courses/courses.model.ts'

const Key = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,99}$/, 'Must consist of lower-case letters, digits and hyphens.')

const flags = {
  isDryRun: z.boolean().default(false).meta({ description: 'Only says what it would do.' }),
  isStrict: z
    .boolean()
    .default(false)
    .meta({ description: 'Refuses a course of which something would be left out.' }),
  isDraft: z.boolean().default(false).meta({ description: 'Leaves new courses as drafts.' }),
  isOverwriting: z
    .boolean()
    .default(false)
    .meta({ description: 'What was changed here and in the file becomes as it is in the file.' }),
}

export const StartImport = z
  .strictObject({
    courses: z
      .array(z.unknown())
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'As `npm run import:courses` takes them: each with a `key`, its lessons too.' }),
    fileId: z
      .uuid()
      .optional()
      .meta({ description: 'Instead: a completed upload of mine, a `course-package`.' }),
    format: z.enum(packageFormats).optional().meta({ description: 'Of that file.' }),
    key: Key.optional().meta({ description: 'Of its course; otherwise by what it calls itself.' }),
    category: Category.optional(),
    level: Level.optional(),
    ...flags,
  })
  .superRefine(({ courses, fileId, format }, { addIssue }) => {
    if ((courses === undefined) === (fileId === undefined))
      addIssue({ code: 'custom', path: [], message: 'Give courses, or a fileId.' })
    if (fileId !== undefined && format === undefined)
      addIssue({ code: 'custom', path: ['format'], message: 'Say which format the file has.' })
  })
  .meta({ id: 'StartImport' })
export type StartImport = z.infer<typeof StartImport>

const Notice = z.object({
  lesson: z.string().nullable().meta({ description: 'Its key.' }),
  path: z.string(),
  code: z.string(),
  message: z.string(),
})
/** What was left out, or kept as it is here. `lesson`: its key. */
export type Loss = Readonly<z.infer<typeof Notice>>

const ImportedItem = z.object({
  row: z.number().int().meta({ description: 'Counted from 1.' }),
  key: z.string().nullable(),
  outcome: z.enum(['created', 'updated', 'unchanged', 'invalid']),
  problems: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  notices: z.array(Notice).meta({ description: 'What was left out, or kept as it is here.' }),
})
export type ImportedItem = z.infer<typeof ImportedItem>

const ImportState = z.enum(['waiting', 'running', 'finished', 'failed'])

export const ImportStarted = z.object({ id: z.uuid(), state: ImportState }).meta({ id: 'ImportStarted' })

export const ImportProgress = z
  .object({
    id: z.uuid(),
    state: ImportState.meta({
      description:
        '`failed`: it was cut off again and again. What was done stays; start it again, which does the rest.',
    }),
    rows: z.number().int(),
    done: z.number().int(),
    isDryRun: z.boolean(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    items: z.array(ImportedItem).meta({ description: 'Of the courses that are done.' }),
  })
  .meta({ id: 'ImportProgress' })
export type ImportProgress = z.infer<typeof ImportProgress>

export interface ImportedPackageOptions {
  /** Names the course in every import of it; otherwise made of what the package calls itself. */
  readonly key?: string | undefined
  readonly category?: Category | undefined
  readonly level?: z.infer<typeof Level> | undefined
  readonly isDryRun?: boolean | undefined
}

export interface ImportRun {
  readonly id: string
  readonly queue: typeof queue
  readonly state: z.infer<typeof ImportState>
  readonly actorId: string
  readonly rows: number
  readonly done: number
  readonly package:
    | (ImportedPackageOptions & { readonly fileId: string; readonly format: (typeof packageFormats)[number] })
    | null
  readonly options: Readonly<Record<keyof typeof flags, boolean>>
  readonly attempts: number
  readonly leasedUntil: string
  /** The trace of the request that asked for it, which the work goes on with. */
  readonly trace?: string
  readonly createdAt: string
  readonly finishedAt: string | null
  readonly expiresAt: string
}

export const queue = 'imports' as const

/** Partition `queue`, a constant: there are few, and they wait in one line. */
export const courseImportRuns = collection<ImportRun>()({
  name: 'CourseImportRuns',
  partition: 'queue',
  paths: { byState: { by: ['state'], order: 'createdAt' } },
  ttl: 'expiresAt',
})

export interface ImportRow {
  readonly id: string
  readonly importId: string
  readonly number: number
  /** As it was sent; null for a package. */
  readonly row: unknown
  readonly result: ImportedItem | null
  readonly expiresAt: string
}

/** Partition `importId`: the courses of one import are read together. */
export const courseImportRows = collection<ImportRow>()({
  name: 'CourseImportRows',
  partition: 'importId',
  paths: { byNumber: { by: [], order: 'number' } },
  ttl: 'expiresAt',
})

export const tooManyImports = defineError(
  'conflict',
  'conflict',
  'Too many imports are waiting. Try again when one is done.',
)
