import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { filled } from '../../kernel/messages/said.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import { Quiz, type StoredQuiz } from '../quizzes/quizzes.model.ts'
import type { QuizOutline } from '../quizzes/standing.model.ts'
import { hasFields, nothingNamed, Prose, Title, WebAddress } from './course-fields.model.ts'
import {
  Caption,
  maxCaptions,
  NewCaption,
  NewResource,
  NewTranscript,
  Resource,
  type StoredCaption,
  type StoredResource,
  type StoredTranscript,
  Transcript,
  Unavailable,
} from './lesson-parts.model.ts'

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
  /** Minutes, rounded up. */
  readonly duration: number
  /** Absent when only minutes were given. */
  readonly durationSeconds?: number
  /** The real length of its video; absent while that is not known. */
  readonly videoSeconds?: number
  /** 1, 2, 3 … */
  readonly order: number
  /** Absent, or null, when it is in none. */
  readonly moduleId?: string | null
  /** Names the content in `Lessons`. */
  readonly contentId: string
  /** Files of ours that the content names. Absent in lessons from before that was noted: then the content says so. */
  readonly fileIds?: readonly string[]
  /** Absent without a quiz. */
  readonly quiz?: QuizOutline
}

/** How long a lesson takes: to the second where that is known. */
export const secondsOf = ({
  duration,
  durationSeconds,
}: Pick<LessonOutline, 'duration' | 'durationSeconds'>): number => durationSeconds ?? duration * 60

export const minutesOf = (seconds: number): number => Math.ceil(seconds / 60)

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
  readonly resources: readonly StoredResource[]
  readonly captions?: readonly StoredCaption[]
  readonly transcript?: StoredTranscript | null
  /** Absent without one. */
  readonly quiz?: StoredQuiz
}

/** Partition `courseId`: lesson bodies are not read to list, and one is a point read. */
export const lessonContents = collection<LessonContent>()({
  name: 'Lessons',
  partition: 'courseId',
  paths: { byLesson: { by: [], order: 'lessonId' } },
})

const maxMinutes = 10_000

export const minutes = z.number().int().min(0).max(maxMinutes)
const lessonFields = {
  title: Title(1, 200),
  description: Prose(2_000),
  duration: minutes.meta({ description: 'Minutes, rounded up.' }),
  durationSeconds: z
    .number()
    .int()
    .min(0)
    .max(maxMinutes * 60)
    .meta({ description: 'The same in seconds. Give either.' }),
  order: z.number().int().min(1).max(maxLessons).meta({ description: 'Its place; others make room.' }),
  moduleId: z.uuid().nullable().meta({ description: 'The module it is in.' }),
  content: Prose(100_000).meta({ description: 'Markdown.' }),
  videoFileId: z
    .uuid()
    .nullable()
    .meta({ description: 'A completed upload of the category `course-video`.' }),
  videoUrl: WebAddress.nullable().meta({ description: 'A video that is elsewhere.' }),
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
    .meta({ description: 'Of the video, to be watched before it can be completed.' }),
}
const quiz = Quiz.nullable().meta({ description: 'Questions to the lesson, with their answers.' })
const givenParts = {
  resources: z.array(NewResource).max(50),
  captions: z.array(NewCaption).max(maxCaptions),
  transcript: NewTranscript.nullable(),
}

export const NewLesson = z
  .strictObject({
    ...lessonFields,
    ...givenParts,
    quiz: quiz.optional(),
    description: lessonFields.description.default(''),
    duration: lessonFields.duration.optional(),
    durationSeconds: lessonFields.durationSeconds.optional(),
    order: lessonFields.order.optional(),
    moduleId: lessonFields.moduleId.default(null),
    content: lessonFields.content.default(''),
    videoFileId: lessonFields.videoFileId.default(null),
    videoUrl: lessonFields.videoUrl.default(null),
    resources: givenParts.resources.default([]),
    captions: givenParts.captions.default([]),
    transcript: givenParts.transcript.default(null),
    minimumSeconds: lessonFields.minimumSeconds.default(0),
    watchPercent: lessonFields.watchPercent.default(0),
  })
  .meta({ id: 'NewLesson' })
export type NewLesson = z.infer<typeof NewLesson>

export const VideoState = {
  videoSeconds: z
    .number()
    .nullable()
    .meta({ description: 'The length of the uploaded video; null while it is not known.' }),
  videoUnavailable: Unavailable.nullable().meta({ description: 'Why the uploaded video is not there.' }),
}

/** A lesson as its author sees it. */
export const DraftLesson = z
  .object({
    id: z.uuid(),
    ...lessonFields,
    videoFileUrl: z
      .string()
      .nullable()
      .meta({ description: 'Where the uploaded video is: signed; null when it is not there.' }),
    ...VideoState,
    resources: z.array(Resource),
    captions: z.array(Caption),
    transcript: Transcript.nullable(),
    quiz,
    warnings: z
      .array(z.object({ path: z.string(), code: z.string(), message: SaidText }))
      .meta({ description: 'What can be done, and is probably not meant.' }),
  })
  .meta({ id: 'DraftLesson' })
export type DraftLesson = Omit<z.infer<typeof DraftLesson>, 'warnings'> &
  Pick<z.input<typeof DraftLesson>, 'warnings'>

export const UpdateLesson = sentBack(
  z
    .strictObject({ ...lessonFields, ...givenParts, quiz })
    .partial()
    .refine(hasFields, nothingNamed),
  DraftLesson,
).meta({ id: 'UpdateLesson' })
export type UpdateLesson = z.infer<typeof UpdateLesson>

export const tooManyLessons = defineError(
  'conflict',
  'conflict',
  filled('A course can have at most {max} lessons.', { max: maxLessons }),
)
