import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createEvent } from '../../kernel/events.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Edge } from '../../platform/edge/edge.ts'
import type { Quizzes } from '../quizzes/quizzes.ts'
import { createAuthorCourses } from './author-courses.ts'
import { cardOf, createCatalogue } from './catalogue.ts'
import { createChangeDraft } from './change-draft.ts'
import { createChooseThumbnail } from './choose-thumbnail.ts'
import { type CourseTally, courseCounts, courseMembers } from './course-members.model.ts'
import { courseRules } from './course-rules.model.ts'
import { createCourseRules } from './course-rules.ts'
import {
  type Course,
  type CourseDetail,
  type CourseVersion,
  catalog,
  courses,
  courseVersions,
} from './courses.model.ts'
import { createEditLessons } from './edit-lessons.ts'
import { createEditModules } from './edit-modules.ts'
import { createFindFileUses } from './file-uses.ts'
import { createImportCourses } from './import-courses.ts'
import { courseImports } from './import-memory.model.ts'
import { createLessonFiles } from './lesson-files.ts'
import { createFindProblems } from './lesson-problems.ts'
import { lessonContents, secondsOf } from './lessons.model.ts'
import { createListWrittenCourses } from './list-written-courses.ts'
import { createMembers, noCounts } from './members.ts'
import { createCoursesPersonalData } from './personal-data.ts'
import { createPrerequisites } from './prerequisites.ts'
import { createReadDifference } from './read-difference.ts'
import { createReleaseCourses } from './release-courses.ts'
import { createSeats } from './seats.ts'
import { createVersions } from './versions.ts'

const rememberedDetails = 2_000

export interface CoursesBorrows {
  readonly users: Pick<Users, 'read'>
  readonly audit: Recording
  readonly files: Pick<Files, 'courses' | 'thumbnails'>
  readonly quizzes: Quizzes
  readonly edge: Pick<Edge, 'forget'>
}

const detailOf = (
  course: Course,
  tally: CourseTally | null,
  { lessons, modules }: CourseVersion,
  prerequisites: CourseDetail['prerequisites'],
): CourseDetail => {
  const card = cardOf(course, tally ?? noCounts)
  const { createdAt, updatedAt, isSequential, version } = course
  return {
    ...card,
    instructor: course.instructor,
    isSequential,
    prerequisites,
    capacity: course.capacity ?? null,
    enrollmentMode: course.enrollmentMode ?? 'open',
    placesLeft: course.capacity ? Math.max(0, course.capacity - (tally?.enrolled ?? 0)) : null,
    version,
    modules: [...(modules ?? [])],
    lessons: lessons.map((lesson) => ({
      id: lesson.id,
      title: lesson.title,
      description: lesson.description,
      duration: lesson.duration,
      durationSeconds: secondsOf(lesson),
      order: lesson.order,
      moduleId: lesson.moduleId ?? null,
    })),
    metadata: { ...card.metadata, createdAt, updatedAt },
  }
}

export function createCourses(
  needs: Needs<'coursePackages' | 'documents' | 'cache' | 'clock' | 'defer' | 'ids' | 'log'>,
  { users, audit, files, quizzes, edge }: CoursesBorrows,
) {
  const { documents } = needs
  const catalogue = createCatalogue(needs, { edge })
  const versions = createVersions(needs)
  const members = createMembers(needs)
  const problems = createFindProblems({ versions, files: files.courses })
  const prerequisites = createPrerequisites(needs)
  const rules = createCourseRules(needs, { audit })
  const authorCourses = createAuthorCourses(needs, {
    users,
    audit,
    catalogue,
    versions,
    problems,
    prerequisites,
    chooseThumbnail: createChooseThumbnail(files),
    thumbnails: files.thumbnails,
  })
  const releases = createReleaseCourses(needs, {
    authorCourses,
    catalogue,
    versions,
    problems,
    rules,
    prerequisites,
    files: files.courses,
    thumbnails: files.thumbnails,
  })
  /** There may be more places, or nobody has to decide any more, or the course is back: for whoever waits. */
  const opened = createEvent<string>('courses.opened')
  const readDifference = createReadDifference({ authorCourses, versions })
  const authoring: typeof authorCourses &
    typeof releases & { readonly readDifference: typeof readDifference } = {
    ...authorCourses,
    ...releases,
    readDifference,
    async update(...call) {
      const updated = await authorCourses.update(...call)
      const [, courseId, change] = call
      if (change.capacity !== undefined || change.enrollmentMode !== undefined) await opened.emit(courseId)
      return updated
    },
    async publish(...call) {
      const published = await releases.publish(...call)
      await opened.emit(call[1])
      return published
    },
  }
  const changeDraft = createChangeDraft(needs, { versions })
  const lessonFiles = createLessonFiles({ files: files.courses })
  const editLessons = createEditLessons(needs, { authorCourses, versions, lessonFiles, changeDraft, quizzes })
  const details = new Map<
    string,
    { readonly course: Course; readonly tallyVersion: string | undefined; readonly detail: CourseDetail }
  >()

  /** The card as it is stored, published or not; null when there is none. */
  const readCourse = (courseId: string): Promise<Stored<Course> | null> =>
    documents.read(courses, { partition: catalog, id: courseId })

  /** A published course with its counts as they are now, or null: the same object until one of them changes. */
  async function findDetail(courseId: string): Promise<CourseDetail | null> {
    const [course, tally] = await Promise.all([catalogue.find(courseId), members.readTally(courseId)])
    if (!course?.versionId) return null
    const known = details.get(courseId)
    if (known?.course === course && known.tallyVersion === tally?.version) return known.detail
    const version = await versions.read(courseId, course.versionId)
    const detail = detailOf(course, tally?.value ?? null, version, await prerequisites.named(course))
    if (details.size >= rememberedDetails) details.clear()
    details.set(courseId, { course, tallyVersion: tally?.version, detail })
    return detail
  }

  return {
    ...emptyFace,
    personalData: createCoursesPersonalData(needs),
    listeners: [
      files.thumbnails.shownBy.listener('course', async (id) => (await readCourse(id))?.value ?? null),
    ],
    list: catalogue.list,
    listWritten: createListWrittenCourses(needs, { members, describe: authorCourses.describe }),
    members,
    versions,
    authoring,
    opened,
    seats: createSeats(needs, { members }),
    rules,
    lessons: editLessons,
    modules: createEditModules(needs, { authorCourses, changeDraft }),
    openParts: lessonFiles.openParts,
    openPrerequisites: prerequisites.open,
    findFileUses: createFindFileUses(needs, { versions }),
    importCourses: createImportCourses(needs, {
      authorCourses: { ...authorCourses, ...releases },
      editLessons,
      versions,
      changeDraft,
      opened,
    }),

    findDetail,

    /** After many have taken part at once: the lists show it now, instead of within 15 minutes. */
    async showCounts(courseIds: readonly string[]): Promise<void> {
      for (const courseId of courseIds) await members.recount(courseId)
      await catalogue.changed(null)
    },

    async readDetail(courseId: string): Promise<CourseDetail> {
      const detail = await findDetail(courseId)
      if (!detail) throw notFound()
      return detail
    },

    readCourse,

    /** A course in one of its versions, published or not: for whoever has taken part since. */
    async describeVersion(course: Course, versionId: string): Promise<CourseDetail> {
      const [tally, version] = await Promise.all([
        members.readTally(course.id),
        versions.read(course.id, versionId),
      ])
      return {
        ...detailOf(course, tally?.value ?? null, version, await prerequisites.named(course)),
        version: version.number,
      }
    },

    /** What courses are called, published or not. */
    async titlesOf(courseIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
      if (courseIds.length === 0) return new Map()
      const titles = new Map(await catalogue.titlesOf(courseIds))
      await Promise.all(
        courseIds.map(async (id) => {
          const course = titles.has(id) ? null : await readCourse(id)
          if (course) titles.set(id, course.value.title)
        }),
      )
      return titles
    },

    /** True when nobody has written a course yet. */
    async isEmpty(): Promise<boolean> {
      const { items } = await documents.query(courses, {
        path: 'byCreation',
        partition: catalog,
        equals: {},
        limit: 1,
      })
      return items.length === 0
    },
  }
}

export type Courses = ReturnType<typeof createCourses>

export const coursesDomain = {
  collections: [
    courses,
    courseVersions,
    lessonContents,
    courseMembers,
    courseCounts,
    courseImports,
    courseRules,
  ],
  create: createCourses,
}
