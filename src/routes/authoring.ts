import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  CourseDraft,
  DraftDifference,
  NewCourse,
  UpdateCourse,
} from '../core/learning/courses/courses.model.ts'
import type { Courses } from '../core/learning/courses/courses.ts'
import { DraftLesson, NewLesson, UpdateLesson } from '../core/learning/courses/lessons.model.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { saying } from '../http/answer-headers.ts'
import { preconditionOf } from '../http/etag.ts'
import { idempotent } from '../http/idempotency.ts'
import { told } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples, newCourse, newLesson } from './examples.ts'

const tags = ['Courses']
const CourseId = z.object({ id: z.uuid().meta({ example: examples.courseId }) })
const LessonId = CourseId.extend({ lessonId: z.uuid().meta({ example: examples.lessonId }) })
const forAuthors = onlyFor('admin', 'mentor')

const routesFor = (begin: BeginIdempotent) => {
  const creating = {
    ...forAuthors,
    middleware: [...forAuthors.middleware, idempotent(begin)] as [
      ...typeof forAuthors.middleware,
      ReturnType<typeof idempotent>,
    ],
  }
  return {
    createCourse: createRoute({
      method: 'post',
      path: '/',
      operationId: 'createCourse',
      tags,
      summary: 'Create a course',
      description: 'As a draft that nobody else sees.',
      ...creating,
      request: body(NewCourse, newCourse),
      responses: {
        201: saying(json(CourseDraft, 'The draft; `Location` leads to it.'), 'ETag', 'Location'),
        ...errors(400, 401, 403, 409, 413, 415, 422),
      },
    }),
    addLesson: createRoute({
      method: 'post',
      path: '/{id}/lessons',
      operationId: 'addLesson',
      tags,
      summary: 'Add a lesson to a draft',
      ...creating,
      request: { params: CourseId, ...body(NewLesson, newLesson) },
      responses: {
        201: saying(json(DraftLesson, 'The lesson.'), 'ETag'),
        ...errors(400, 401, 403, 404, 409, 413, 415, 422),
      },
    }),
  }
}

const readDraft = createRoute({
  method: 'get',
  path: '/{id}/draft',
  operationId: 'readDraft',
  tags,
  summary: 'Get the draft of a course',
  description: 'As its author sees it.',
  ...forAuthors,
  request: { params: CourseId },
  responses: {
    200: saying(json(CourseDraft, 'With its version as `ETag`.'), 'ETag'),
    ...errors(400, 401, 403, 404),
  },
})

const readDraftDifference = createRoute({
  method: 'get',
  path: '/{id}/draft/difference',
  operationId: 'readDraftDifference',
  tags,
  summary: 'Show what publishing would change',
  description:
    'What publishing it would change. Before the first version `from` is 0, and all of it is added.',
  ...forAuthors,
  request: { params: CourseId },
  responses: { 200: json(DraftDifference, 'The difference.'), ...errors(400, 401, 403, 404) },
})

const updateCourse = createRoute({
  method: 'patch',
  path: '/{id}',
  operationId: 'updateCourse',
  tags,
  summary: 'Update a course',
  description:
    'Its card: everybody sees the change at once. What is not named stays. `isSequential` takes effect with the next version. Mentors change their own courses, admins any.',
  ...forAuthors,
  request: { params: CourseId, ...body(UpdateCourse, newCourse) },
  responses: {
    200: json(CourseDraft, 'As it is now.'),
    ...errors(400, 401, 403, 404, 409, 412, 413, 415),
  },
})

const publishCourse = createRoute({
  method: 'post',
  path: '/{id}/publish',
  operationId: 'publishCourse',
  tags,
  summary: 'Publish a course',
  description:
    'The draft becomes the next version. New learners start it; whoever takes part stays with the version they started until they move. Without changes nothing happens. 409 `conditions_missing` without a lesson.',
  ...forAuthors,
  request: { params: CourseId },
  responses: {
    200: saying(json(CourseDraft, 'Published.'), 'ETag'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const deleteCourse = createRoute({
  method: 'delete',
  path: '/{id}',
  operationId: 'deleteCourse',
  tags,
  summary: 'Delete a course',
  description:
    'Removes a draft, or takes a published course out of the catalog. Whoever takes part in a published course goes on. Publishing brings it back.',
  ...forAuthors,
  request: { params: CourseId },
  responses: { 204: { description: 'Gone from the catalog.' }, ...errors(400, 401, 403, 404, 409) },
})

const readDraftLesson = createRoute({
  method: 'get',
  path: '/{id}/draft/lessons/{lessonId}',
  operationId: 'readDraftLesson',
  tags,
  summary: 'Get a lesson of a draft',
  description: 'With its content.',
  ...forAuthors,
  request: { params: LessonId },
  responses: {
    200: saying(json(DraftLesson, 'With its version as `ETag`.'), 'ETag'),
    ...errors(400, 401, 403, 404),
  },
})

const updateLesson = createRoute({
  method: 'patch',
  path: '/{id}/lessons/{lessonId}',
  operationId: 'updateLesson',
  tags,
  summary: 'Update a lesson of a draft',
  description: 'Its content or its place.',
  ...forAuthors,
  request: { params: LessonId, ...body(UpdateLesson, newLesson) },
  responses: {
    200: saying(json(DraftLesson, 'As it is now.'), 'ETag'),
    ...errors(400, 401, 403, 404, 409, 412, 413, 415),
  },
})

const removeLesson = createRoute({
  method: 'delete',
  path: '/{id}/lessons/{lessonId}',
  operationId: 'removeLesson',
  tags,
  summary: 'Remove a lesson from a draft',
  ...forAuthors,
  request: { params: LessonId },
  responses: { 204: { description: 'Not in the next version.' }, ...errors(400, 401, 403, 404, 409) },
})

export const authoringRoutes = ({ authoring, lessons }: Courses, begin: BeginIdempotent) => {
  const { createCourse, addLesson } = routesFor(begin)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(createCourse, async (c) => {
      const { value, version } = await authoring.create(actorOf(c), c.req.valid('json'), c.get('caller'))
      c.header('ETag', `"${version}"`)
      c.header('Location', `/api/v1/courses/${value.id}/draft`)
      return c.json(told(c, value), 201)
    })
    .openapi(readDraft, async (c) => {
      const { value, version } = await authoring.readDraft(actorOf(c), c.req.valid('param').id)
      c.header('ETag', `"${version}"`)
      return c.json(told(c, value), 200)
    })
    .openapi(readDraftDifference, async (c) =>
      c.json(await authoring.readDifference(actorOf(c), c.req.valid('param').id), 200),
    )
    .openapi(updateCourse, async (c) => {
      const { id } = c.req.valid('param')
      const change = c.req.valid('json')
      const { value, version } = await authoring.update(
        actorOf(c),
        id,
        change,
        c.get('caller'),
        preconditionOf(c),
      )
      c.header('ETag', `"${version}"`)
      return c.json(told(c, value), 200)
    })
    .openapi(publishCourse, async (c) => {
      const { value, version } = await authoring.publish(actorOf(c), c.req.valid('param').id, c.get('caller'))
      c.header('ETag', `"${version}"`)
      return c.json(told(c, value), 200)
    })
    .openapi(deleteCourse, async (c) => {
      await authoring.remove(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(addLesson, async (c) => {
      const added = await lessons.add(actorOf(c), c.req.valid('param').id, c.req.valid('json'))
      c.header('ETag', `"${added.version}"`)
      return c.json(told(c, added.value), 201)
    })
    .openapi(readDraftLesson, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      const { value, version } = await lessons.read(actorOf(c), id, lessonId)
      c.header('ETag', `"${version}"`)
      return c.json(told(c, value), 200)
    })
    .openapi(updateLesson, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      const change = c.req.valid('json')
      const { value, version } = await lessons.update(actorOf(c), id, lessonId, change, preconditionOf(c))
      c.header('ETag', `"${version}"`)
      return c.json(told(c, value), 200)
    })
    .openapi(removeLesson, async (c) => {
      const { id, lessonId } = c.req.valid('param')
      await lessons.remove(actorOf(c), id, lessonId)
      return c.body(null, 204)
    })
}
