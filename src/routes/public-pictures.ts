import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Files } from '../core/files/files.ts'
import type { PublicPicture } from '../core/files/public-pictures.ts'
import { notFound } from '../core/kernel/errors.ts'
import { hasCurrent } from '../http/etag.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import { errors, isPublic, takesAnyQuery } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const answers = {
  200: {
    description: 'The picture. It never changes at this address.',
    content: Object.fromEntries(
      ['image/webp', 'image/jpeg', 'image/png'].map((type) => [
        type,
        { schema: z.string().meta({ format: 'binary' }) },
      ]),
    ),
  },
  304: { description: 'Known already.' },
  ...errors(400, 404),
}

const readAvatar = createRoute({
  method: 'get',
  path: '/avatars/{userId}/{name}',
  operationId: 'readAvatar',
  tags: ['Users'],
  summary: 'Get the picture of a person',
  description: 'At the address that their profile names.',
  ...isPublic,
  ...takesAnyQuery,
  request: {
    params: z.object({
      userId: z.uuid().meta({ example: examples.userId }),
      name: z
        .string()
        .regex(/^(?:group-)?[\da-f-]{36}\.(?:webp|jpg|png)$/)
        .meta({ example: `${examples.fileId}.webp` }),
    }),
  },
  responses: answers,
})

const readThumbnail = createRoute({
  method: 'get',
  path: '/thumbnails/{courseId}/{name}',
  operationId: 'readThumbnail',
  tags: ['Courses'],
  summary: 'Get the picture of a course',
  description: 'At the address that the course names as its `thumbnail`, for as long as it does.',
  ...isPublic,
  ...takesAnyQuery,
  request: {
    params: z.object({
      courseId: z.uuid().meta({ example: examples.courseId }),
      name: z
        .string()
        .regex(/^[\da-f-]{36}\.(?:webp|jpg|png)$/)
        .meta({ example: `${examples.fileId}.webp` }),
    }),
  },
  responses: answers,
})

function answer(c: AppContext, name: string, found: PublicPicture | null) {
  if (!found) throw notFound()
  c.header('Cache-Control', 'public, max-age=86400, immutable')
  c.header(
    'Content-Security-Policy',
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  )
  c.header('Cross-Origin-Resource-Policy', 'cross-origin')
  if (hasCurrent(c, name)) return c.body(null, 304)
  return c.body(found.bytes, 200, { 'Content-Type': found.type })
}

/** Under a limit of their own: one page may show a hundred people, or courses. */
export const publicPictureRoutes = ({ avatars, thumbnails }: Pick<Files, 'avatars' | 'thumbnails'>) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readAvatar, async (c) => {
      const { userId, name } = c.req.valid('param')
      return answer(c, name, await avatars.read(userId, name))
    })
    .openapi(readThumbnail, async (c) => {
      const { courseId, name } = c.req.valid('param')
      return answer(c, name, await thumbnails.read(courseId, name))
    })
