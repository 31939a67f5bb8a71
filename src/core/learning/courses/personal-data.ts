import type { Needs } from '../../../ports/ports.ts'
import { filled } from '../../kernel/messages/said.ts'
import { nothingKept, nothingPersonal, type PersonalData } from '../../kernel/personal-data.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import { courseCounts } from './course-members.model.ts'
import { courseRules } from './course-rules.model.ts'
import { type Course, catalog, courses, courseVersions, organization } from './courses.model.ts'
import { courseImports } from './import-memory.model.ts'
import { lessonContents } from './lessons.model.ts'

const forTheCourse = 'For as long as the course exists.'

/** As where nobody was named. */
const nobody = { name: organization, avatar: null, bio: '' }

/** But for the members of courses, which learning knows how to find. */
export function createCoursesPersonalData(needs: Needs<'documents'>): readonly PersonalData[] {
  const { documents } = needs
  const put = createPutDocument(needs)
  async function writtenBy(userId: string): Promise<readonly Course[]> {
    const written: Course[] = []
    const all = walk<Course>((after) =>
      documents.query(courses, {
        path: 'byAuthor',
        partition: catalog,
        equals: { authorId: userId },
        limit: 100,
        ...after,
      }),
    )
    for await (const { value } of all) written.push(value)
    return written
  }
  /** Of a draft that nobody ever saw. */
  const forgetInstructor = (id: string) =>
    put(courses, { partition: catalog, id }, (course) =>
      course && course.version === 0 && course.instructor.name !== nobody.name
        ? { ...course, instructor: nobody }
        : course,
    )
  return [
    {
      store: courses.name,
      dataClass: 'public',
      fields: ['title', 'instructor'],
      purpose: 'The catalog. The instructor is named to everybody, as its author wrote it.',
      retention: forTheCourse,
      collect: async ({ userId }) =>
        (await writtenBy(userId)).map(({ id, title, instructor, state, createdAt }) => ({
          id,
          title,
          instructor,
          state,
          createdAt,
        })),
      async erase({ userId }) {
        const everything = await writtenBy(userId)
        for (const { id, version } of everything) if (version === 0) await forgetInstructor(id)
        const written = everything.filter(({ version }) => version > 0)
        if (written.length === 0) return nothingKept
        return [
          {
            what: filled('The instructor named in {count} of our courses that you wrote.', {
              count: written.length,
            }),
            rule: 'It was published as part of the course, which others take. An admin can change it.',
            until: null,
          },
        ]
      },
    },
    nothingPersonal(courseVersions.name, 'What each version of a course consists of.', forTheCourse),
    nothingPersonal(lessonContents.name, 'The text, videos and resources of lessons.', forTheCourse),
    nothingPersonal(courseRules.name, 'What is asked of every course.', 'For good.'),
    nothingPersonal(courseCounts.name, 'How many take part in each course.', forTheCourse),
    nothingPersonal(courseImports.name, 'What the last import of a course said, as digests.', forTheCourse),
  ]
}
