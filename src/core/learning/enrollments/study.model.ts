import { z } from 'zod'
import { SaidText } from '../../kernel/messages/said-text.ts'
import { Caption, Resource, Transcript } from '../courses/lesson-parts.model.ts'
import { VideoState } from '../courses/lessons.model.ts'
import { CourseModule } from '../courses/modules.model.ts'
import { LessonQuiz } from '../quizzes/quizzes.model.ts'
import { timeSpentFields } from './time-shown.model.ts'

const Timestamp = z.iso.datetime()

/** What has to be so before something opens or counts. */
export const Missing = z
  .object({
    code: z.enum([
      'not_enrolled',
      'lesson_not_completed',
      'time_missing',
      'watching_missing',
      'quiz_not_passed',
      'quiz_attempts_used',
      'course_not_completed',
    ]),
    message: SaidText,
    lessonId: z.uuid().optional(),
    courseId: z.uuid().optional().meta({ description: 'The course to be completed first.' }),
    seconds: z.number().optional().meta({ description: 'Still to be spent.' }),
    percent: z.number().optional().meta({ description: 'Still to be watched; of a quiz, to be reached.' }),
  })
  .meta({ id: 'Missing' })
export type Missing = z.input<typeof Missing>

export const Why = z.array(Missing).meta({ description: 'What is missing; empty when nothing is.' })

export const LessonListItem = z
  .object({
    id: z.uuid(),
    title: z.string(),
    description: z.string(),
    duration: z.number().int().meta({ description: 'Minutes, rounded up.' }),
    durationSeconds: z.number().int(),
    order: z.number().int(),
    moduleId: z.uuid().nullable().meta({ description: 'The module it is in.' }),
    completed: z.boolean(),
    completedAt: Timestamp.nullable(),
    ...timeSpentFields,
    watchedPercent: z.number(),
    locked: z.boolean(),
    why: Why,
  })
  .meta({ id: 'LessonListItem' })
export type LessonListItem = z.input<typeof LessonListItem>

export const LessonList = z
  .object({
    items: z.array(LessonListItem),
    modules: z.array(CourseModule).meta({ description: 'In order; empty when there are none.' }),
  })
  .meta({ id: 'LessonList' })
export type LessonList = z.input<typeof LessonList>

export const Lesson = LessonListItem.extend({
  courseId: z.uuid(),
  videoUrl: z
    .string()
    .nullable()
    .meta({ description: 'Outlives the video. Null without one, and while it is not there.' }),
  ...VideoState,
  position: z.number().meta({ description: 'Seconds into the video.' }),
  content: z.string().meta({ description: 'Markdown.' }),
  resources: z.array(Resource),
  captions: z.array(Caption),
  transcript: Transcript.nullable(),
  quiz: LessonQuiz.nullable(),
}).meta({ id: 'Lesson' })
export type Lesson = z.input<typeof Lesson>

export const CompleteLesson = z
  .strictObject({
    completedAt: Timestamp.optional().meta({
      description:
        'When it was completed, if that is reported later. Neither before the enrollment nor in the future.',
    }),
  })
  .meta({ id: 'CompleteLesson' })
export type CompleteLesson = z.infer<typeof CompleteLesson>

export const LessonCompleted = z
  .object({
    message: SaidText,
    progress: z.object({
      courseId: z.uuid(),
      completedLessons: z.number().int(),
      totalLessons: z.number().int(),
      percentage: z.number().meta({ description: 'Not rounded.' }),
      why: Why,
    }),
  })
  .meta({ id: 'LessonCompleted' })
export type LessonCompleted = z.input<typeof LessonCompleted>

export const TimeReport = z
  .strictObject({
    events: z
      .array(
        z
          .strictObject({
            startedAt: Timestamp,
            endedAt: Timestamp,
            from: z.number().min(0).max(86_400).optional().meta({ description: 'Seconds into the video.' }),
            to: z.number().min(0).max(86_400).optional(),
          })
          .refine(({ from, to }) => (from === undefined) === (to === undefined), 'Give both from and to.'),
      )
      .min(1)
      .max(100),
  })
  .meta({ id: 'TimeReport' })
export type TimeReport = z.infer<typeof TimeReport>

export const TimeCounted = z
  .object({
    ...timeSpentFields,
    lesson: z.object({
      ...timeSpentFields,
      watchedPercent: z.number(),
      position: z.number(),
      why: Why,
    }),
  })
  .meta({ id: 'TimeCounted' })
export type TimeCounted = z.input<typeof TimeCounted>
