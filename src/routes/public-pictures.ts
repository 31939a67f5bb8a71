import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Files } from '../core/files/files.ts'
import type { PublicPicture } from '../core/files/public-pictures.ts'
import { notFound } from '../core/kernel/errors.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import { errors, isShared, takesAnyQuery, unchanged } from '../http/route.ts'
import { type Representation, sharedAnswer } from '../http/shared-answer.ts'
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
  304: unchanged,
  ...errors(400, 404),
}

const readAvatar = createRoute({
  method: 'get',
  path: '/avatars/{userId}/{name}',
  operationId: 'readAvatar',
  tags: ['Users'],
  summary: 'Get the picture of a person',
  description: 'At the address that their profile names.',
  ...isShared,
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
  ...isShared,
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

const readSamplePicture = createRoute({
  method: 'get',
  path: '/sample-pictures/{name}',
  operationId: 'readSamplePicture',
  tags: ['Courses'],
  summary: 'Get a picture of a sample course',
  description:
    'Or of who teaches it: at the addresses that the sample courses name as `thumbnail` and `instructor.avatar`.',
  ...isShared,
  ...takesAnyQuery,
  request: {
    params: z.object({
      name: z
        .string()
        .regex(/^[\da-z-]{1,60}\.webp$/)
        .meta({ example: 'resume-that-works.webp' }),
    }),
  },
  responses: {
    200: {
      description: 'The picture.',
      content: { 'image/webp': { schema: z.string().meta({ format: 'binary' }) } },
    },
    304: unchanged,
    ...errors(400, 404),
  },
})

/** Whoever removes a picture has it gone from everywhere else within the hour. */
const keptByBrowsers = {
  browserSeconds: 86_400,
  edgeSeconds: 3_600,
  isImmutable: true,
  headers: {
    'Content-Security-Policy':
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  },
}
/** Another release may draw it in another way, at the same address. */
const keptForAnHour = { ...keptByBrowsers, browserSeconds: 3_600, isImmutable: false }

function answer(c: AppContext, name: string, found: PublicPicture | null) {
  if (!found) throw notFound()
  return sharedAnswer(c, { body: found.bytes, type: found.type, etag: name }, keptByBrowsers)
}

/** Under a limit of their own: one page may show a hundred people, or courses. */
export const publicPictureRoutes = (
  { avatars, thumbnails }: Pick<Files, 'avatars' | 'thumbnails'>,
  readAsset: (name: string) => Promise<Representation | null>,
) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readAvatar, async (c) => {
      const { userId, name } = c.req.valid('param')
      return answer(c, name, await avatars.read(userId, name))
    })
    .openapi(readThumbnail, async (c) => {
      const { courseId, name } = c.req.valid('param')
      return answer(c, name, await thumbnails.read(courseId, name))
    })
    .openapi(readSamplePicture, async (c) => {
      const found = await readAsset(`sample-pictures/${c.req.valid('param').name}`)
      if (!found) throw notFound()
      return sharedAnswer(c, found, keptForAnHour)
    })
