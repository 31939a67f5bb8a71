import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import {
  DeclineRequest,
  MemberRequest,
  OwnRequest,
} from '../core/learning/enrollments/course-requests.model.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { errors, json, onlyFor, optionalBody, signedIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Courses']
const CourseId = z.object({ id: z.uuid().meta({ example: examples.courseId }) })
const RequestId = CourseId.extend({ userId: z.uuid().meta({ example: examples.otherUserId }) })
const forAuthors = onlyFor('admin', 'mentor')

const listOwnRequests = createRoute({
  method: 'get',
  path: '/users/me/course-requests',
  operationId: 'listOwnCourseRequests',
  tags,
  summary: 'List my requests for a place in a course',
  description: 'With my place in line, or what was decided and why. Newest first.',
  ...signedIn,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(OwnRequest), 'A page.'), ...errors(400, 401, 403) },
})

const listRequests = createRoute({
  method: 'get',
  path: '/courses/{id}/requests',
  operationId: 'listCourseRequests',
  tags,
  summary: 'List the requests for a place in a course',
  description:
    'Those that wait for a decision, or for a place; in the order in which they came. Mentors: of their own courses.',
  ...forAuthors,
  request: {
    params: CourseId,
    query: CursorQuery.extend({ status: z.enum(['requested', 'waiting']).default('requested') }),
  },
  responses: { 200: json(cursorPage(MemberRequest), 'A page.'), ...errors(400, 401, 403, 404) },
})

const approve = createRoute({
  method: 'post',
  path: '/courses/{id}/requests/{userId}/approve',
  operationId: 'approveCourseRequest',
  tags,
  summary: 'Approve a request for a place in a course',
  description:
    'The person takes part at once, or waits for the next place, and is told by mail when they do.',
  ...forAuthors,
  request: { params: RequestId },
  responses: { 204: { description: 'Approved.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const decline = createRoute({
  method: 'post',
  path: '/courses/{id}/requests/{userId}/decline',
  operationId: 'declineCourseRequest',
  tags,
  summary: 'Decline a request for a place in a course',
  description:
    'The person is told by mail that it was decided, and reads the reason where they asked. They can ask again.',
  ...forAuthors,
  request: {
    params: RequestId,
    ...optionalBody(DeclineRequest, { reason: 'The course begins again in May.' }),
  },
  responses: { 204: { description: 'Declined.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

export const courseRequestRoutes = ({ places }: Enrollments) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listOwnRequests, async (c) =>
      c.json(await places.listOwn(actorOf(c).userId, c.req.valid('query')), 200),
    )
    .openapi(listRequests, async (c) =>
      c.json(
        await places.list(actorOf(c), c.req.valid('param').id, c.req.valid('query'), c.get('caller')),
        200,
      ),
    )
    .openapi(approve, async (c) => {
      const { id, userId } = c.req.valid('param')
      await places.approve(actorOf(c), id, userId, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(decline, async (c) => {
      const { id, userId } = c.req.valid('param')
      await places.decline(actorOf(c), id, userId, c.req.valid('json').reason, c.get('caller'))
      return c.body(null, 204)
    })
