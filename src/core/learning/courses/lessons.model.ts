import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { hasFields, nothingNamed, Prose, Title, WebAddress } from './course-fields.model.ts'

export const maxLessons = 200

/** What is asked of a learner before a lesson counts as completed. */
export interface LessonRules {
  /** Time that has to be spent on it. */
  readonly minimumSeconds: number
  /** How much of the video has to be watched. */
  readonly watchPercent: number
}

/** A lesson in a list of lessons: what is read without its content. */
export interface LessonOutline extends LessonRules {
  readonly id: string
  readonly title: string
  readonly description: string
  /** Minutes. */
  readonly duration: number
  /** 1, 2, 3 … */
  readonly order: number
  /** Names the content in `Lessons`. */
  readonly contentId: string
}

export const Resource = z
  .object({ title: Title(1, 200), url: WebAddress, type: z.enum(['pdf', 'link', 'download']) })
  .meta({ id: 'Resource' })

/** What a lesson teaches. Never changed: an edit is a new one. */
export interface LessonContent {
  readonly id: string
  readonly courseId: string
  readonly lessonId: string
  /** Markdown. */
  readonly content: string
  /** An uploaded video … */
  readonly videoFileId: string | null
  /** … or one that is elsewhere. */
  readonly videoUrl: string | null
  readonly resources: readonly z.infer<typeof Resource>[]
}

/** Partition `courseId`: lesson bodies are not read to list, and one is a point read. */
export const lessonContents = collection<LessonContent>()({
  name: 'Lessons',
  partition: 'courseId',
  paths: {},
})

const lessonFields = {
  title: Title(1, 200),
  description: Prose(2_000),
  duration: z.number().int().min(0).max(10_000).meta({ description: 'Minutes.' }),
  order: z.number().int().min(1).max(maxLessons).meta({ description: 'Its place; others make room.' }),
  content: Prose(100_000).meta({ description: 'Markdown.' }),
  videoFileId: z
    .uuid()
    .nullable()
    .meta({ description: 'A completed upload of the category `course-video`.' }),
  videoUrl: WebAddress.nullable().meta({ description: 'A video that is elsewhere.' }),
  resources: z.array(Resource).max(50),
  minimumSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .meta({ description: 'Time to be spent before it can be completed.' }),
  watchPercent: z
    .number()
    .int()
    .min(0)
    .max(100)
    .meta({ description: 'Of the duration, to be watched before it can be completed.' }),
}

export const NewLesson = z
  .object({
    ...lessonFields,
    description: lessonFields.description.default(''),
    duration: lessonFields.duration.default(0),
    order: lessonFields.order.optional(),
    content: lessonFields.content.default(''),
    videoFileId: lessonFields.videoFileId.default(null),
    videoUrl: lessonFields.videoUrl.default(null),
    resources: lessonFields.resources.default([]),
    minimumSeconds: lessonFields.minimumSeconds.default(0),
    watchPercent: lessonFields.watchPercent.default(0),
  })
  .meta({ id: 'NewLesson' })
export type NewLesson = z.infer<typeof NewLesson>

export const UpdateLesson = z
  .object(lessonFields)
  .partial()
  .refine(hasFields, nothingNamed)
  .meta({ id: 'UpdateLesson' })
export type UpdateLesson = z.infer<typeof UpdateLesson>

/** A lesson as its author sees it. */
export const DraftLesson = z.object({ id: z.uuid(), ...lessonFields }).meta({ id: 'DraftLesson' })
export type DraftLesson = z.infer<typeof DraftLesson>

export const tooManyLessons = defineError(
  'conflict',
  'conflict',
  `A course can have at most ${maxLessons} lessons.`,
)
