import type { Page } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { forbidden } from '../../kernel/errors.ts'
import { foldText } from '../../kernel/fold-text.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { AuthorCourses } from './author-courses.ts'
import type { WrittenCourse, WrittenCourseQuery } from './course-lists.model.ts'
import { type Course, catalog, courses } from './courses.model.ts'
import type { Members } from './members.ts'

/** How many courses one request looks at for those whose title has the words. */
const scannedAtMost = 1_000
const scannedAtOnce = 100

/** What somebody wrote, drafts and archived courses too, newest first; for administrators also what others wrote. */
export const createListWrittenCourses =
  (
    { documents }: Needs<'documents'>,
    {
      members,
      describe,
    }: { readonly members: Pick<Members, 'readTally'>; readonly describe: AuthorCourses['describe'] },
  ) =>
  async (actor: Actor, query: WrittenCourseQuery): Promise<CursorPage<WrittenCourse>> => {
    if (query.whose === 'all' && actor.role !== 'admin') throw forbidden()
    const { state } = query
    const words = foldText(query.q ?? '')
      .split(/\s+/)
      .filter((word) => word !== '')

    function readPage(limit: number, after: string | undefined): Promise<Page<Course>> {
      const paging = {
        partition: catalog,
        direction: 'desc' as const,
        limit,
        ...(after === undefined ? {} : { after }),
      }
      const authorId = actor.userId
      if (query.whose === 'all')
        return state === undefined
          ? documents.query(courses, { path: 'byCreation', equals: {}, ...paging })
          : documents.query(courses, { path: 'byState', equals: { state }, ...paging })
      return state === undefined
        ? documents.query(courses, { path: 'byAuthor', equals: { authorId }, ...paging })
        : documents.query(courses, { path: 'byAuthorAndState', equals: { authorId, state }, ...paging })
    }

    const found: Course[] = []
    let after = query.cursor
    for (let scanned = 0; scanned < scannedAtMost && found.length < query.limit; ) {
      // No more at once than may be found: the cursor has to stand right after the last one that is answered.
      const limit = Math.min(scannedAtOnce, query.limit - found.length)
      const page = await refusingBadCursors(() => readPage(limit, after))
      for (const { value } of page.items) {
        const title = foldText(value.title)
        if (words.every((word) => title.includes(word))) found.push(value)
      }
      scanned += page.items.length
      after = page.next
      if (after === undefined) break
    }

    const items = await Promise.all(
      found.map(async (course): Promise<WrittenCourse> => {
        const [draft, tally] = await Promise.all([describe(course), members.readTally(course.id)])
        const { id, title, category, level, thumbnail, version, duration, createdAt, updatedAt } = course
        return {
          id,
          title,
          state: course.state,
          category,
          level,
          thumbnail,
          version,
          hasUnpublishedChanges: draft.hasUnpublishedChanges,
          lessons: draft.lessons.length,
          duration,
          enrolledCount: tally?.value.enrolled ?? 0,
          isMine: course.authorId === actor.userId,
          createdAt,
          updatedAt,
        }
      }),
    )
    return pageOf(items, after)
  }
