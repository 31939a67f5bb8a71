import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Files } from '../../files/files.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { Versioned } from '../../kernel/versioned.ts'
import { walk } from '../../kernel/walk.ts'
import { type Author, type AuthorCourses, nextVersion, publishedAs } from './author-courses.ts'
import type { Catalogue } from './catalogue.ts'
import { compareVersions, isUnchanged } from './compare-versions.ts'
import type { HouseRules } from './course-rules.ts'
import {
  type Course,
  type CourseDraft,
  catalog,
  conditionsMissing,
  courses,
  courseVersions,
} from './courses.model.ts'
import { courseImports } from './import-memory.model.ts'
import { fileIdsOf } from './lesson-files.ts'
import type { FindProblems } from './lesson-problems.ts'
import { type LessonContent, lessonContents } from './lessons.model.ts'
import type { Prerequisites } from './prerequisites.ts'
import type { Versions } from './versions.ts'

/** Getting courses out, and away again. */
export function createReleaseCourses(
  { documents, clock, ids }: Needs<'documents' | 'clock' | 'ids'>,
  domain: {
    readonly authorCourses: AuthorCourses
    readonly catalogue: Catalogue
    readonly versions: Versions
    readonly problems: FindProblems
    readonly rules: HouseRules
    readonly prerequisites: Prerequisites
    readonly files: Pick<Files['courses'], 'doom' | 'removeFrom'>
    readonly thumbnails: Pick<Files['thumbnails'], 'drop'>
  },
) {
  const { authorCourses, catalogue, versions, problems, rules, prerequisites, files, thumbnails } = domain
  const { readOwn, change, record, describeWithProblems } = authorCourses
  const now = () => new Date(clock.now()).toISOString()

  async function publish(actor: Author, courseId: string): Promise<Stored<Course>> {
    const [stored, { value: draft }] = await Promise.all([
      readOwn(actor, courseId),
      versions.readDraft(courseId),
    ])
    const course = stored.value
    if (draft.lessons.length === 0)
      throw conditionsMissing([{ path: 'lessons', code: 'no_lessons', message: 'Add a lesson first.' }])
    // Under an id of its own, so that of two who publish at once the loser's is simply never referred to.
    const next = nextVersion(course, draft, ids.next())
    const published = course.versionId === null ? null : await versions.read(courseId, course.versionId)
    if (
      published &&
      course.state === 'published' &&
      published.isSequential === course.isSequential &&
      isUnchanged(compareVersions(published, next))
    )
      return stored
    const preventing = await problems.preventing(draft, (await rules.read()).value)
    if (preventing.length > 0) throw conditionsMissing(preventing)
    await documents.insert(courseVersions, next)
    try {
      const changed = await documents.replace(courses, publishedAs(course, next, now()), stored.version)
      await catalogue.changed(courseId)
      return changed
    } catch (error) {
      if (!(error instanceof VersionMismatch)) throw error
      await documents.remove(courseVersions, { partition: courseId, id: next.id })
      throw conflict()
    }
  }

  /** Every text its lessons ever had. */
  async function contentsOf(courseId: string): Promise<readonly LessonContent[]> {
    const contents: LessonContent[] = []
    const all = walk<LessonContent>((after) =>
      documents.query(lessonContents, {
        path: 'byLesson',
        partition: courseId,
        equals: {},
        limit: 100,
        ...after,
      }),
    )
    for await (const { value } of all) contents.push(value)
    return contents
  }

  /** The files are noted first: what an interruption leaves of them is taken away by the sweep. */
  async function removeWhole({ value: course, version }: Stored<Course>): Promise<void> {
    const contents = await contentsOf(course.id)
    const fileIds = [
      ...new Set([
        ...contents.flatMap(fileIdsOf),
        ...(course.thumbnailFileId ? [course.thumbnailFileId] : []),
      ]),
    ]
    await files.doom(course.id, fileIds)
    if (!(await documents.remove(courses, { partition: catalog, id: course.id }, version))) throw conflict()
    await files.removeFrom(course.id, fileIds)
    await thumbnails.drop(course.id, course)
    for (const { id } of contents) await documents.remove(lessonContents, { partition: course.id, id })
    await documents.remove(courseVersions, { partition: course.id, id: 'draft' })
    await documents.remove(courseImports, { partition: course.id, id: course.id })
  }

  return {
    publishAs: publish,

    async publish(actor: Actor, courseId: string, caller: Caller): Promise<Versioned<CourseDraft>> {
      const stored = await publish(actor, courseId)
      await record(actor, caller, 'course.publish', courseId)
      return describeWithProblems(stored)
    },

    /**
     * Never published: it goes whole, with its files. Otherwise it is archived: nobody new gets in, whoever takes part
     * goes on.
     */
    async remove(actor: Actor, courseId: string, caller: Caller): Promise<void> {
      const stored = await readOwn(actor, courseId)
      await prerequisites.requireUnused(courseId)
      if (stored.value.version > 0)
        await change(actor, courseId, (latest) => ({ ...latest, state: 'archived', updatedAt: now() }))
      else await removeWhole(stored)
      await record(actor, caller, 'course.delete', courseId)
    },
  }
}

export type ReleaseCourses = ReturnType<typeof createReleaseCourses>
