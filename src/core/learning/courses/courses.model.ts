import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { AppError, defineError, type ErrorDetail } from '../../kernel/errors.ts'

export const maxLessons = 200

const SingleLine = (min: number, max: number) =>
  z
    .string()
    .max(max * 2)
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(min)
        .max(max)
        .regex(/^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]*$/u, 'Must not contain control characters.'),
    )
const Prose = (max: number) =>
  z
    .string()
    .max(max)
    .meta({ description: `Up to ${max} characters.` })
/** Only what a browser may be sent to. */
const WebAddress = z
  .string()
  .max(2_000)
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'Must be an https address.')

export const Category = z.enum(['job-readiness', 'education', 'life-skills', 'tech']).meta({ id: 'Category' })
export type Category = z.infer<typeof Category>
export const Level = z.enum(['beginner', 'intermediate', 'advanced']).meta({ id: 'Level' })

const Timestamp = z.iso.datetime()

const Instructor = z.object({ name: SingleLine(1, 100), avatar: WebAddress.nullable(), bio: Prose(5_000) })

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

/** A course as the catalogue needs it. */
export interface Course {
  readonly id: string
  readonly catalog: typeof catalog
  /** `archived`: nobody new gets in; whoever takes part goes on. */
  readonly state: 'draft' | 'published' | 'archived'
  readonly title: string
  readonly description: string
  readonly category: Category
  readonly level: z.infer<typeof Level>
  readonly thumbnail: string | null
  readonly instructor: z.infer<typeof Instructor>
  /** Who wrote it, and besides admins the only one to change it. */
  readonly authorId: string
  /** Each lesson is locked until the one before is completed. */
  readonly isSequential: boolean
  /** The version that new learners start; 0 before the first. */
  readonly version: number
  readonly versionId: string | null
  /** Minutes, of that version. */
  readonly duration: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const catalog = 'catalog' as const

/** Partition `catalog`, a constant: the catalogue is one cheap partition and one cache entry. */
export const courses = collection<Course>()({
  name: 'Courses',
  partition: 'catalog',
  paths: { byCreation: { by: [], order: 'createdAt' } },
})

/** The lessons of a course as they were published once, or, under the id `draft`, as they will be next. */
export interface CourseVersion {
  readonly id: string
  readonly courseId: string
  /** 1, 2, 3 …; 0 for the draft. */
  readonly number: number
  readonly isSequential: boolean
  readonly lessons: readonly LessonOutline[]
}

/** Partition `courseId`: read by the course and the version an enrolment names. What was published never changes. */
export const courseVersions = collection<CourseVersion>()({
  name: 'CourseVersions',
  partition: 'courseId',
  paths: {},
})

export const Resource = z
  .object({ title: SingleLine(1, 200), url: WebAddress, type: z.enum(['pdf', 'link', 'download']) })
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

/** One person in one course, as the course sees it. */
export interface CourseMember {
  /** The person. */
  readonly id: string
  readonly courseId: string
  /** `former`: has left. */
  readonly kind: 'member' | 'former'
  /** As last known, so that a list needs no look at each account. */
  readonly name: string
  readonly avatar: string | null
  readonly hasCompleted: boolean
  readonly rating: number | null
  /** Counts the changes of the enrolment this was taken from: an older one does not overwrite a newer. */
  readonly revision: number
}

/** How many take part, have completed and have rated. Commits with the member that changes it. */
export interface CourseTally extends Counts {
  readonly id: 'tally'
  readonly courseId: string
  readonly kind: 'tally'
  readonly name: ''
  /** Counts the changes. */
  readonly revision: number
}

export interface Counts {
  readonly enrolled: number
  readonly completed: number
  readonly ratings: number
  readonly ratingSum: number
}

/** Partition `courseId`: the people of a course are listed and counted together, and each count commits with its cause. */
export const courseMembers = collection<CourseMember | CourseTally>()({
  name: 'CourseMembers',
  partition: 'courseId',
  paths: { byName: { by: ['kind'], order: 'name' } },
})

/** A copy of a course's tally. */
export interface CourseCounts extends Counts {
  /** The course. */
  readonly id: string
  readonly catalog: typeof catalog
  readonly revision: number
}

/** Partition `catalog`, a constant: the catalogue reads the counts of all courses together. */
export const courseCounts = collection<CourseCounts>()({
  name: 'CourseCounts',
  partition: 'catalog',
  paths: { byRevision: { by: [], order: 'revision' } },
})

const Figures = z.object({
  enrolledCount: z.number().int(),
  completionRate: z.number().meta({ description: 'Percent of those enrolled who have completed it.' }),
  rating: z.number().nullable().meta({ description: 'Mean of 1 to 5; null before the first.' }),
})

export const CourseCard = z
  .object({
    id: z.uuid(),
    title: z.string(),
    description: z.string(),
    category: Category,
    level: Level,
    thumbnail: z.string().nullable(),
    duration: z.number().int().meta({ description: 'Minutes.' }),
    instructor: z.object({ name: z.string(), avatar: z.string().nullable() }),
    metadata: Figures,
  })
  .meta({ id: 'CourseCard' })
export type CourseCard = z.infer<typeof CourseCard>

export const CoursePage = z
  .object({
    items: z.array(CourseCard),
    pagination: z.object({
      page: z.number().int(),
      limit: z.number().int(),
      total: z.number().int(),
      totalPages: z.number().int(),
    }),
  })
  .meta({ id: 'CoursePage' })
export type CoursePage = z.infer<typeof CoursePage>

export const CourseDetail = CourseCard.extend({
  instructor: z.object({ name: z.string(), avatar: z.string().nullable(), bio: z.string() }),
  isSequential: z.boolean().meta({ description: 'Lessons are to be taken in order.' }),
  version: z.number().int(),
  lessons: z.array(
    z.object({
      id: z.uuid(),
      title: z.string(),
      description: z.string(),
      duration: z.number().int(),
      order: z.number().int(),
    }),
  ),
  metadata: Figures.extend({ createdAt: Timestamp, updatedAt: Timestamp }),
}).meta({ id: 'CourseDetail' })
export type CourseDetail = z.infer<typeof CourseDetail>

export const CourseQuery = z.object({
  category: Category.optional(),
  level: Level.optional(),
  instructor: z.string().max(100).optional().meta({ description: 'Part of the name.' }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Words of title and description; all have to be there.' }),
  sort: z.enum(['newest', 'title', 'popular', 'rating', 'shortest']).default('newest'),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type CourseQuery = z.infer<typeof CourseQuery>

export const NewCourse = z
  .object({
    title: SingleLine(3, 200),
    description: Prose(5_000),
    category: Category,
    level: Level,
    thumbnail: WebAddress.nullable().default(null),
    instructor: Instructor.partial()
      .default({})
      .meta({ description: 'Without a name: the author, by the name of the account.' }),
    isSequential: z.boolean().default(false),
  })
  .meta({ id: 'NewCourse' })
export type NewCourse = z.infer<typeof NewCourse>

const hasFields = (change: object): boolean => Object.keys(change).length > 0
const nothingNamed = 'Name at least one field to change.'

export const UpdateCourse = z
  .object({
    title: SingleLine(3, 200),
    description: Prose(5_000),
    category: Category,
    level: Level,
    thumbnail: WebAddress.nullable(),
    instructor: Instructor.partial(),
    isSequential: z.boolean(),
  })
  .partial()
  .refine(hasFields, nothingNamed)
  .meta({ id: 'UpdateCourse' })
export type UpdateCourse = z.infer<typeof UpdateCourse>

const lessonFields = {
  title: SingleLine(1, 200),
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

export const CourseDraft = z
  .object({
    id: z.uuid(),
    state: z.enum(['draft', 'published', 'archived']),
    title: z.string(),
    description: z.string(),
    category: Category,
    level: Level,
    thumbnail: z.string().nullable(),
    instructor: z.object({ name: z.string(), avatar: z.string().nullable(), bio: z.string() }),
    isSequential: z.boolean(),
    version: z.number().int().meta({ description: 'The version new learners start; 0 before the first.' }),
    hasUnpublishedChanges: z.boolean(),
    lessons: z.array(
      z.object({ id: z.uuid(), title: z.string(), duration: z.number().int(), order: z.number().int() }),
    ),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'CourseDraft' })
export type CourseDraft = z.infer<typeof CourseDraft>

export const VersionDifference = z
  .object({
    from: z.number().int(),
    to: z.number().int(),
    added: z.array(z.object({ id: z.uuid(), title: z.string() })),
    removed: z.array(z.object({ id: z.uuid(), title: z.string() })),
    changed: z
      .array(z.object({ id: z.uuid(), title: z.string() }))
      .meta({ description: 'Same lesson, other content, title, length or rules.' }),
    isReordered: z.boolean(),
  })
  .meta({ id: 'VersionDifference' })
export type VersionDifference = z.infer<typeof VersionDifference>

/** Something that has to be so first, or is missing. */
export const conditionsMissing = (details: readonly ErrorDetail[]): AppError =>
  new AppError('conflict', 'conditions_missing', 'Something is missing first: see details.', { details })

export const tooManyLessons = defineError(
  'conflict',
  'conflict',
  `A course has at most ${maxLessons} lessons.`,
)
