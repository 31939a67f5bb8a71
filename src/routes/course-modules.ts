import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Courses } from '../core/learning/courses/courses.ts'
import { CourseModule, NewModule, UpdateModule } from '../core/learning/courses/modules.model.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { idempotent } from '../http/idempotency.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples, newModule } from './examples.ts'

const tags = ['Courses']
const CourseId = z.object({ id: z.uuid().meta({ example: examples.courseId }) })
const ModuleId = CourseId.extend({ moduleId: z.uuid().meta({ example: examples.moduleId }) })
const forAuthors = onlyFor('admin', 'mentor')

const addModuleFor = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/{id}/modules',
    operationId: 'addModule',
    tags,
    summary: 'Add a module to a draft',
    description: 'A chapter, with a title: lessons name the module they are in.',
    ...forAuthors,
    middleware: [...forAuthors.middleware, idempotent(begin)] as [
      ...typeof forAuthors.middleware,
      ReturnType<typeof idempotent>,
    ],
    request: { params: CourseId, ...body(NewModule, newModule) },
    responses: {
      201: json(CourseModule, 'The module.'),
      ...errors(400, 401, 403, 404, 409, 413, 415, 422),
    },
  })

const updateModule = createRoute({
  method: 'patch',
  path: '/{id}/modules/{moduleId}',
  operationId: 'updateModule',
  tags,
  summary: 'Update a module of a draft',
  description: 'Its title or its place. Lessons go with their module.',
  ...forAuthors,
  request: { params: ModuleId, ...body(UpdateModule, newModule) },
  responses: { 200: json(CourseModule, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const removeModule = createRoute({
  method: 'delete',
  path: '/{id}/modules/{moduleId}',
  operationId: 'removeModule',
  tags,
  summary: 'Remove a module from a draft',
  description: '409 `in_use` while lessons are in it; `details` names them.',
  ...forAuthors,
  request: { params: ModuleId },
  responses: { 204: { description: 'Not in the next version.' }, ...errors(400, 401, 403, 404, 409) },
})

export const moduleRoutes = ({ modules }: Pick<Courses, 'modules'>, begin: BeginIdempotent) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(addModuleFor(begin), async (c) =>
      c.json(await modules.add(actorOf(c), c.req.valid('param').id, c.req.valid('json')), 201),
    )
    .openapi(updateModule, async (c) => {
      const { id, moduleId } = c.req.valid('param')
      return c.json(await modules.update(actorOf(c), id, moduleId, c.req.valid('json')), 200)
    })
    .openapi(removeModule, async (c) => {
      const { id, moduleId } = c.req.valid('param')
      await modules.remove(actorOf(c), id, moduleId)
      return c.body(null, 204)
    })
