import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { ImportProgress, ImportStarted, StartImport } from '../core/learning/imports/imports.model.ts'
import type { Imports } from '../core/learning/imports/imports.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { saying } from '../http/answer-headers.ts'
import { idempotent } from '../http/idempotency.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples, importedCourse } from './examples.ts'

const tags = ['Admin']
const forAdmins = onlyFor('admin')

const startImport = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/',
    operationId: 'startImport',
    tags,
    summary: 'Begin an import of courses',
    description:
      'A list of courses, or a package of another system that was uploaded as a `course-package`. What changed there since the last import changes here, and nothing else does. Asking again is safe.',
    ...forAdmins,
    middleware: [...forAdmins.middleware, idempotent(begin)] as [
      ...typeof forAdmins.middleware,
      ReturnType<typeof idempotent>,
    ],
    request: body(StartImport, { courses: [importedCourse], isDryRun: true }),
    responses: {
      202: saying(
        json(ImportStarted, 'It goes on by itself; `Location` leads to how far it is.'),
        'Location',
      ),
      ...errors(400, 401, 403, 409, 410, 413, 415, 422),
    },
  })

const readImport = createRoute({
  method: 'get',
  path: '/{id}',
  operationId: 'readImport',
  tags,
  summary: 'Show how far an import is',
  description: 'And what became of each course. It is kept for 30 days.',
  ...forAdmins,
  request: { params: z.object({ id: z.uuid().meta({ example: examples.courseId }) }) },
  responses: { 200: json(ImportProgress, 'The import.'), ...errors(400, 401, 403, 404) },
})

export const courseImportRoutes = (imports: Imports, begin: BeginIdempotent) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(startImport(begin), async (c) => {
      const { id, state } = await imports.start(actorOf(c), c.req.valid('json'), c.get('caller'))
      c.header('Location', `/api/v1/admin/courses/import/${id}`)
      return c.json({ id, state }, 202)
    })
    .openapi(readImport, async (c) => c.json(await imports.read(c.req.valid('param').id), 200))
