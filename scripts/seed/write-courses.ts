import {
  courseOf,
  draftFor,
  nextVersion,
  publishedAs,
} from '../../src/core/learning/courses/author-courses.ts'
import {
  type Counts,
  type CourseMember,
  courseCounts,
  courseMembers,
} from '../../src/core/learning/courses/course-members.model.ts'
import { type Course, courses, courseVersions } from '../../src/core/learning/courses/courses.model.ts'
import { contentOf, outlineOf } from '../../src/core/learning/courses/edit-lessons.ts'
import { memoryOf } from '../../src/core/learning/courses/import-course.ts'
import { givenIn } from '../../src/core/learning/courses/import-courses.ts'
import { courseImports } from '../../src/core/learning/courses/import-memory.model.ts'
import { importedId, importer } from '../../src/core/learning/courses/importer.model.ts'
import { lessonContents } from '../../src/core/learning/courses/lessons.model.ts'
import { combine, copyOf, noCounts, shareOf, tallyOf } from '../../src/core/learning/courses/members.ts'
import type { CoursePlan } from './plan.ts'
import type { Writer } from './writer.ts'

export interface WrittenCourse {
  readonly course: Course & { readonly versionId: string }
  readonly lessonIds: readonly string[]
}

/** A course as an import of it leaves it: published, with its draft. */
export async function writeCourse(
  writer: Pick<Writer, 'add'>,
  { row, atMs, contentIds, versionId }: CoursePlan,
): Promise<WrittenCourse> {
  const at = new Date(atMs).toISOString()
  const begun = courseOf(importer, await importedId(row.key), row, { authorName: undefined, at })
  const { lessons: given } = await givenIn(row, row)
  const lessons = given.map(({ id, whole }, i) => {
    const contentId = contentIds[i] ?? ''
    const { content, videoFileId, videoUrl, transcript } = whole
    const resources = whole.resources.map(({ title, url = '', type }) => ({ title, url, type }))
    const parts = { content, videoFileId, videoUrl, resources, captions: [], transcript }
    const quiz = whole.quiz ? { ...whole.quiz, id: contentId, seed: contentId } : null
    writer.add(lessonContents, contentOf(contentId, begun.id, id, parts, quiz))
    return outlineOf(id, contentId, whole, { order: i + 1, quiz })
  })
  const draft = { ...draftFor(begun), lessons }
  const version = nextVersion(begun, draft, versionId)
  const course = { ...publishedAs(begun, version, at), versionId }
  writer.add(courseVersions, draft)
  writer.add(courseVersions, version)
  writer.add(courses, course)
  writer.add(courseImports, await memoryOf(course, row.key, given))
  return { course, lessonIds: lessons.map(({ id }) => id) }
}

/** Courses by their place, and who takes part in them. */
export function createCourseBook() {
  const written: WrittenCourse[] = []
  const tallies = new Map<string, { readonly counts: Counts; readonly revision: number }>()
  return {
    put: (course: WrittenCourse): void => void written.push(course),
    course(place: number): WrittenCourse {
      const course = written[place]
      if (!course) throw new RangeError('there is no such course')
      return course
    },
    /** What changed in how the course sees somebody. */
    note(member: CourseMember, known: CourseMember | null): void {
      const { counts, revision } = tallies.get(member.courseId) ?? { counts: noCounts, revision: 0 }
      const without = combine(counts, shareOf(known), -1)
      tallies.set(member.courseId, { counts: combine(without, shareOf(member), 1), revision: revision + 1 })
    },
    writeTallies(writer: Pick<Writer, 'add'>): void {
      for (const [courseId, { counts, revision }] of tallies) {
        const tally = tallyOf(courseId, counts, revision)
        writer.add(courseMembers, tally)
        writer.add(courseCounts, copyOf(tally))
      }
    },
  }
}

export type CourseBook = ReturnType<typeof createCourseBook>
