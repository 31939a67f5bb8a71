import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, forbidden, notFound, preconditionFailed } from '../../kernel/errors.ts'
import { meets, type Precondition } from '../../kernel/precondition.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Versioned } from '../../kernel/versioned.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Catalogue } from './catalogue.ts'
import type { ChooseThumbnail } from './choose-thumbnail.ts'
import { compareVersions, isUnchanged } from './compare-versions.ts'
import {
  type Course,
  type CourseDraft,
  type CourseVersion,
  catalog,
  courses,
  courseVersions,
  type NewCourse,
  organization,
  type UpdateCourse,
} from './courses.model.ts'
import type { FindProblems } from './lesson-problems.ts'
import { minutesOf, secondsOf } from './lessons.model.ts'
import type { Prerequisites } from './prerequisites.ts'
import type { Versions } from './versions.ts'

/** Stands for nobody in particular: imports and seeds. */
export type Author = Pick<Actor, 'userId' | 'role'>

const changeAttempts = 5

/** A course as it begins, without lessons. `authorName` is shown when no other instructor is named. */
export const courseOf = (
  author: Author,
  id: string,
  given: NewCourse,
  { authorName, at }: { readonly authorName: string | undefined; readonly at: string },
): Course => ({
  id,
  catalog,
  state: 'draft',
  title: given.title,
  description: given.description,
  category: given.category,
  level: given.level,
  thumbnail: given.thumbnail,
  ...(given.thumbnailFileId && { thumbnailFileId: given.thumbnailFileId }),
  instructor: {
    name: given.instructor.name ?? authorName ?? organization,
    avatar: given.instructor.avatar ?? null,
    bio: given.instructor.bio ?? '',
  },
  authorId: author.userId,
  isSequential: given.isSequential,
  ...(given.prerequisites && { prerequisites: given.prerequisites }),
  ...(given.capacity === null ? {} : { capacity: given.capacity }),
  ...(given.enrollmentMode === 'open' ? {} : { enrollmentMode: given.enrollmentMode }),
  version: 0,
  versionId: null,
  duration: 0,
  createdAt: at,
  updatedAt: at,
})

export const draftFor = ({ id, isSequential }: Course): CourseVersion => ({
  id: 'draft',
  courseId: id,
  number: 0,
  isSequential,
  lessons: [],
})

/** The draft as the next version of the course. */
export const nextVersion = (course: Course, draft: CourseVersion, versionId: string): CourseVersion => ({
  ...draft,
  number: course.version + 1,
  isSequential: course.isSequential,
  id: versionId,
})

const totalOf = (seconds: number) => ({ duration: minutesOf(seconds), durationSeconds: seconds })

/** The course once that version is out. */
export const publishedAs = (course: Course, version: CourseVersion, at: string): Course => ({
  ...course,
  state: 'published',
  version: version.number,
  versionId: version.id,
  ...totalOf(version.lessons.reduce((sum, lesson) => sum + secondsOf(lesson), 0)),
  updatedAt: at,
})

/** Writing courses: admins any, mentors their own. */
export function createAuthorCourses(
  needs: Needs<'documents' | 'clock' | 'ids'>,
  domain: {
    readonly users: Pick<Users, 'read'>
    readonly audit: Recording
    readonly catalogue: Catalogue
    readonly versions: Versions
    readonly problems: FindProblems
    readonly prerequisites: Prerequisites
    readonly chooseThumbnail: ChooseThumbnail
    readonly thumbnails: Pick<Files['thumbnails'], 'drop'>
  },
) {
  const { documents, clock, ids } = needs
  const { users, audit, catalogue, versions, problems, prerequisites, chooseThumbnail, thumbnails } = domain
  const putDocument = createPutDocument(needs)
  const now = () => new Date(clock.now()).toISOString()

  /** Drafts of others look like nothing; what is published is known to exist. */
  async function readOwn(actor: Author, courseId: string): Promise<Stored<Course>> {
    const stored = await documents.read(courses, { partition: catalog, id: courseId })
    if (!stored) throw notFound()
    if (actor.role !== 'admin' && stored.value.authorId !== actor.userId)
      throw stored.value.state === 'published' ? forbidden() : notFound()
    return stored
  }

  async function change(
    actor: Author,
    courseId: string,
    apply: (course: Course) => Course,
    expected?: Precondition,
  ): Promise<Stored<Course>> {
    for (let attempt = 1; attempt <= changeAttempts; attempt++) {
      const stored = await readOwn(actor, courseId)
      if (!meets(expected, stored.version)) throw preconditionFailed()
      try {
        const changed = await documents.replace(courses, apply(stored.value), stored.version)
        const isSeen = [stored, changed].some(({ value }) => value.state === 'published')
        await catalogue.changed(isSeen ? courseId : null)
        if (changed.value.thumbnail !== stored.value.thumbnail) await thumbnails.drop(courseId, stored.value)
        return changed
      } catch (error) {
        if (!(error instanceof VersionMismatch)) throw error
        if (expected) throw preconditionFailed()
      }
    }
    throw conflict()
  }

  const record = (
    actor: Actor,
    caller: Caller,
    event: string,
    courseId: string,
    changedFields: readonly string[] = [],
  ) =>
    audit.record(caller, {
      event,
      actorId: actor.userId,
      sessionId: actor.sessionId,
      resource: { type: 'course', id: courseId },
      changedFields,
    })

  const draftOf = (
    course: Course,
    draft: CourseVersion,
    published: CourseVersion | null,
  ): Omit<CourseDraft, 'prerequisites'> => ({
    id: course.id,
    state: course.state,
    title: course.title,
    description: course.description,
    category: course.category,
    level: course.level,
    thumbnail: course.thumbnail,
    thumbnailFileId: course.thumbnailFileId ?? null,
    instructor: course.instructor,
    isSequential: course.isSequential,
    capacity: course.capacity ?? null,
    enrollmentMode: course.enrollmentMode ?? 'open',
    version: course.version,
    hasUnpublishedChanges:
      published === null ||
      course.isSequential !== published.isSequential ||
      !isUnchanged(compareVersions(published, draft)),
    modules: [...(draft.modules ?? [])],
    lessons: draft.lessons.map((lesson) => ({
      id: lesson.id,
      title: lesson.title,
      duration: lesson.duration,
      durationSeconds: secondsOf(lesson),
      order: lesson.order,
      moduleId: lesson.moduleId ?? null,
    })),
    problems: [],
    createdAt: course.createdAt,
    updatedAt: course.updatedAt,
  })

  async function describeCourse(course: Course): Promise<CourseDraft> {
    const [draft, published] = await Promise.all([
      versions.readDraft(course.id),
      course.versionId === null ? null : versions.read(course.id, course.versionId),
    ])
    return { ...draftOf(course, draft.value, published), prerequisites: await prerequisites.named(course) }
  }
  const describeWithProblems = async ({
    value,
    version,
  }: Stored<Course>): Promise<Versioned<CourseDraft>> => {
    const [described, { value: draft }] = await Promise.all([
      describeCourse(value),
      versions.readDraft(value.id),
    ])
    return { value: { ...described, problems: [...(await problems.told(draft))] }, version }
  }

  /** Stores a draft under an id of the caller's. The card is the commit. */
  async function store(author: Author, id: string, given: NewCourse): Promise<Stored<Course>> {
    const account = given.instructor.name === undefined ? await users.read(author.userId) : null
    const course = courseOf(author, id, given, { authorName: account?.value.name, at: now() })
    await putDocument<CourseVersion>(
      courseVersions,
      { partition: id, id: 'draft' },
      (known) => known ?? draftFor(course),
    )
    return documents.insert(courses, course)
  }

  return {
    readOwn,
    store,
    record,
    change,
    describe: describeCourse,
    describeWithProblems,

    async create(actor: Actor, given: NewCourse, caller: Caller): Promise<Versioned<CourseDraft>> {
      const id = ids.next()
      await prerequisites.check(id, given.prerequisites ?? [], [])
      const picture = await chooseThumbnail(actor, { id, thumbnail: null }, given)
      const stored = await store(actor, id, { ...given, ...picture })
      await record(actor, caller, 'course.create', id)
      return describeWithProblems(stored)
    },

    readDraft: async (actor: Actor, courseId: string): Promise<Versioned<CourseDraft>> =>
      describeWithProblems(await readOwn(actor, courseId)),

    async update(
      actor: Actor,
      courseId: string,
      given: UpdateCourse,
      caller: Caller,
      expected?: Precondition,
    ): Promise<Versioned<CourseDraft>> {
      const { instructor, thumbnail, thumbnailFileId, ...fields } = given
      const { value: known, version } = await readOwn(actor, courseId)
      if (!meets(expected, version)) throw preconditionFailed()
      if (fields.prerequisites)
        await prerequisites.check(courseId, fields.prerequisites, known.prerequisites ?? [])
      const picture = await chooseThumbnail(actor, known, { thumbnail, thumbnailFileId })
      const stored = await change(
        actor,
        courseId,
        (course) =>
          ({
            ...course,
            ...fields,
            ...picture,
            instructor: { ...course.instructor, ...instructor },
            updatedAt: now(),
          }) as Course,
        expected,
      )
      await record(actor, caller, 'course.update', courseId, Object.keys(given))
      return describeWithProblems(stored)
    },
  }
}

export type AuthorCourses = ReturnType<typeof createAuthorCourses>
