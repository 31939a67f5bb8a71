import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { DisplayName } from '../../kernel/display-name.ts'
import { AppError, type ErrorDetail } from '../../kernel/errors.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import { hasFields, nothingNamed, Prose, Timestamp, Title, WebAddress } from './course-fields.model.ts'
import type { LessonOutline } from './lessons.model.ts'
import { CourseModule } from './modules.model.ts'

export const Category = z.enum(['job-readiness', 'education', 'life-skills', 'tech']).meta({ id: 'Category' })
export type Category = z.infer<typeof Category>
export const Level = z.enum(['beginner', 'intermediate', 'advanced']).meta({ id: 'Level' })

const Instructor = z.strictObject({
  name: DisplayName({ min: 1, max: 100, has: 'letter' }),
  avatar: WebAddress.nullable(),
  bio: Prose(5_000),
})

export const EnrollmentMode = z
  .enum(['open', 'approval'])
  .meta({ id: 'EnrollmentMode', description: '`approval`: staff decide who gets in.' })
const Capacity = z.number().int().min(1).max(100_000).nullable().meta({
  description: 'How many can take part at a time; null: there is no end. A lower one takes nobody out.',
})

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
  /** The upload that the thumbnail was made from; absent where it is elsewhere. */
  readonly thumbnailFileId?: string | null
  readonly instructor: z.infer<typeof Instructor>
  /** Who wrote it, and besides admins the only one to change it. */
  readonly authorId: string
  /** Each lesson is locked until the one before is completed. */
  readonly isSequential: boolean
  /** How many can take part at a time; absent or null: there is no end. */
  readonly capacity?: number | null
  /** `approval`: staff decide who gets in. Absent: `open`. */
  readonly enrollmentMode?: z.infer<typeof EnrollmentMode>
  /** Courses to be completed before this one is begun; absent where there are none. */
  readonly prerequisites?: readonly string[]
  /** The version that new learners start; 0 before the first. */
  readonly version: number
  readonly versionId: string | null
  /** Minutes, of that version, rounded up. */
  readonly duration: number
  /** The same in seconds; absent in courses that were published before they were counted. */
  readonly durationSeconds?: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const catalog = 'catalog' as const

/** Who teaches a course in which nobody is named. */
export const organization = 'T.O.O.L.S Inc'

/** Partition `catalog`, a constant: the catalogue is one cheap partition and one cache entry. */
export const courses = collection<Course>()({
  name: 'Courses',
  partition: 'catalog',
  paths: {
    byCreation: { by: [], order: 'createdAt' },
    byState: { by: ['state'], order: 'createdAt' },
    byAuthor: { by: ['authorId'], order: 'createdAt' },
    byAuthorAndState: { by: ['authorId', 'state'], order: 'createdAt' },
  },
})

/** The lessons of a course as they were published once, or, under the id `draft`, as they will be next. */
export interface CourseVersion {
  readonly id: string
  readonly courseId: string
  /** 1, 2, 3 …; 0 for the draft. */
  readonly number: number
  readonly isSequential: boolean
  /** In order. Absent where there are none. */
  readonly modules?: readonly CourseModule[]
  readonly lessons: readonly LessonOutline[]
}

/** Partition `courseId`: read by the course and the version an enrolment names. What was published never changes. */
export const courseVersions = collection<CourseVersion>()({
  name: 'CourseVersions',
  partition: 'courseId',
  paths: { byNumber: { by: [], order: 'number' } },
})

const Duration = {
  duration: z.number().int().meta({ description: 'Minutes, rounded up.' }),
  durationSeconds: z.number().int(),
}
const modules = z.array(CourseModule).meta({ description: 'In order; empty when there are none.' })
const moduleId = z.uuid().nullable().meta({ description: 'The module it is in.' })

const Problems = z.array(z.object({ path: z.string(), code: z.string(), message: SaidText })).meta({
  description:
    'What learners would miss, such as the video of a lesson that is not there, and rules that are probably not meant.',
})

const CourseNamed = z.object({ id: z.uuid(), title: z.string() })
export type CourseNamed = z.infer<typeof CourseNamed>
const prerequisites = z.array(CourseNamed).meta({ description: 'To be completed before this one is begun.' })
const askedFirst = z
  .array(z.union([z.uuid(), sentBack(z.strictObject({ id: z.uuid() }), CourseNamed)]))
  .max(20)
  .transform((named) => [...new Set(named.map((one) => (typeof one === 'string' ? one : one.id)))])
  .meta({
    description:
      'Published courses to be completed before this one is begun: their ids, or their whole objects.',
  })

const thumbnailFileId = z.uuid().nullable()
const chosenThumbnail = {
  thumbnail: WebAddress.nullable().meta({
    description: 'A picture elsewhere, instead of `thumbnailFileId`.',
  }),
  thumbnailFileId: thumbnailFileId.meta({
    description:
      'An upload of the category `thumbnail`, instead of `thumbnail`, which then answers its public address. Naming one takes the other away.',
  }),
}

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
    ...Duration,
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
  prerequisites,
  capacity: Capacity,
  enrollmentMode: EnrollmentMode,
  placesLeft: z.number().int().nullable().meta({ description: 'Null where there is no end.' }),
  version: z.number().int(),
  modules,
  lessons: z.array(
    z.object({
      id: z.uuid(),
      title: z.string(),
      description: z.string(),
      ...Duration,
      order: z.number().int(),
      moduleId,
    }),
  ),
  metadata: Figures.extend({ createdAt: Timestamp, updatedAt: Timestamp }),
}).meta({ id: 'CourseDetail' })
export type CourseDetail = z.infer<typeof CourseDetail>

export const CourseQuery = z.object({
  category: Category.optional(),
  level: Level.optional(),
  instructor: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Part of the name.', examples: ['hill'] }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Words of title and description; all have to be there.', examples: ['resume'] }),
  sort: z.enum(['newest', 'title', 'popular', 'rating', 'shortest']).default('newest'),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type CourseQuery = z.infer<typeof CourseQuery>

export const NewCourse = z
  .strictObject({
    title: Title(3, 200),
    description: Prose(5_000),
    category: Category,
    level: Level,
    thumbnail: chosenThumbnail.thumbnail.default(null),
    thumbnailFileId: chosenThumbnail.thumbnailFileId.optional(),
    instructor: Instructor.partial()
      .default({})
      .meta({ description: 'Without a name: the author, by the name of the account.' }),
    isSequential: z.boolean().default(false),
    capacity: Capacity.default(null),
    enrollmentMode: EnrollmentMode.default('open'),
    prerequisites: askedFirst.optional(),
  })
  .meta({ id: 'NewCourse' })
export type NewCourse = z.infer<typeof NewCourse>

export const CourseDraft = z
  .object({
    id: z.uuid(),
    state: z.enum(['draft', 'published', 'archived']),
    title: z.string(),
    description: z.string(),
    category: Category,
    level: Level,
    thumbnail: z.string().nullable(),
    thumbnailFileId,
    instructor: z.object({ name: z.string(), avatar: z.string().nullable(), bio: z.string() }),
    isSequential: z.boolean(),
    capacity: Capacity,
    enrollmentMode: EnrollmentMode,
    prerequisites,
    version: z.number().int().meta({ description: 'The version new learners start; 0 before the first.' }),
    hasUnpublishedChanges: z.boolean(),
    modules,
    lessons: z.array(
      z.object({ id: z.uuid(), title: z.string(), ...Duration, order: z.number().int(), moduleId }),
    ),
    problems: Problems,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'CourseDraft' })
export type CourseDraft = z.input<typeof CourseDraft>

export const UpdateCourse = sentBack(
  z
    .strictObject({
      title: Title(3, 200),
      description: Prose(5_000),
      category: Category,
      level: Level,
      ...chosenThumbnail,
      instructor: Instructor.partial(),
      isSequential: z.boolean(),
      capacity: Capacity,
      enrollmentMode: EnrollmentMode,
      prerequisites: askedFirst,
    })
    .partial()
    .refine(hasFields, nothingNamed),
  CourseDraft,
  CourseDetail,
).meta({ id: 'UpdateCourse' })
export type UpdateCourse = z.infer<typeof UpdateCourse>

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
    hasOtherModules: z.boolean().meta({ description: 'Modules, or what is in which.' }),
  })
  .meta({ id: 'VersionDifference' })
export type VersionDifference = z.infer<typeof VersionDifference>

export const DraftDifference = VersionDifference.extend({
  hasOtherSequence: z.boolean().meta({ description: 'Whether lessons are to be taken in order.' }),
}).meta({ id: 'DraftDifference' })
export type DraftDifference = z.infer<typeof DraftDifference>

/** Something that has to be so first, or is missing. */
export const conditionsMissing = (details: readonly ErrorDetail[]): AppError =>
  new AppError('conflict', 'conditions_missing', 'Something has to be done first: see details.', { details })
