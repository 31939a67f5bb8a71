import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { cursorPage } from '../core/kernel/paging.ts'
import { WrittenCourse, WrittenCourseQuery } from '../core/learning/courses/course-lists.model.ts'
import type { Courses } from '../core/learning/courses/courses.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import { MemberProgress, MemberQuery } from '../core/learning/enrollments/member-list.model.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Courses']
const forAuthors = onlyFor('admin', 'mentor')

const listWrittenCourses = createRoute({
  method: 'get',
  path: '/mine',
  operationId: 'listWrittenCourses',
  tags,
  summary: 'List the courses that I write',
  description:
    'Drafts, published and archived ones, newest first. With `q` a page may hold fewer than its limit, or nothing, and still have a next one.',
  ...forAuthors,
  request: { query: WrittenCourseQuery },
  responses: { 200: json(cursorPage(WrittenCourse), 'A page.'), ...errors(400, 401, 403) },
})

const listMembers = createRoute({
  method: 'get',
  path: '/{id}/members',
  operationId: 'listMembers',
  tags,
  summary: 'List the people of a course with their progress',
  description:
    'Administrators see everybody, mentors those who are assigned to them, also in a course of their own. By name. A page may hold fewer than its limit, or nothing, and still have a next one. Each person shown is recorded, and reads of it among their disclosures.',
  ...forAuthors,
  request: { params: z.object({ id: z.uuid().meta({ example: examples.courseId }) }), query: MemberQuery },
  responses: { 200: json(cursorPage(MemberProgress), 'A page.'), ...errors(400, 401, 403, 404) },
})

/** Before the other routes of courses: `mine` is no id. */
export const courseListRoutes = (courses: Courses, enrollments: Enrollments) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listWrittenCourses, async (c) =>
      c.json(await courses.listWritten(actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(listMembers, async (c) =>
      c.json(
        await enrollments.listMembers(
          actorOf(c),
          c.req.valid('param').id,
          c.req.valid('query'),
          c.get('caller'),
        ),
        200,
      ),
    )
