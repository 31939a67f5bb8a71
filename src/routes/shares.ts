import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { CursorQuery, cursorPage } from '../core/kernel/paging.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import {
  IssuedShare,
  LookAtShare,
  NewShare,
  SharedProgress,
  ShareView,
} from '../core/learning/shares/shares.model.ts'
import type { Shares } from '../core/learning/shares/shares.ts'
import { saying } from '../http/answer-headers.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isPublic,
  isShared,
  json,
  signedIn,
  steppedUpReachingOthers,
  takesAnyQuery,
  unchanged,
} from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { sharedScript, showSharedPage } from './shared-page.ts'

const tags = ['Courses']
const ShareId = z.object({ id: z.uuid().meta({ example: examples.shareId }) })

const createShare = createRoute({
  method: 'post',
  path: '/users/me/shares',
  operationId: 'createShare',
  tags,
  summary: 'Create a link that shows my progress in courses',
  description:
    'For somebody named, who needs no account: title, progress, time and the day of completion of the courses named here, and nothing of others, until the day named here. The link is said once. I am told of it by mail, each look is among my disclosures, and I can end it at any time. A second one is made where the answer to the first got lost: end the first, whose link nobody knows.',
  ...steppedUpReachingOthers,
  request: body(NewShare, {
    recipientName: 'Officer Dana Example',
    courseIds: [examples.courseId],
    expiresAt: examples.shareUntil,
  }),
  responses: {
    201: json(IssuedShare, 'With its link.'),
    ...errors(400, 401, 403, 409, 413, 415),
  },
})

const listShares = createRoute({
  method: 'get',
  path: '/users/me/shares',
  operationId: 'listShares',
  tags,
  summary: 'List whom I let see my progress',
  description: 'Also those that are over, newest first, with when they were looked at.',
  ...signedIn,
  request: { query: CursorQuery },
  responses: { 200: json(cursorPage(ShareView), 'A page.'), ...errors(400, 401, 403) },
})

const revokeShare = createRoute({
  method: 'delete',
  path: '/users/me/shares/{id}',
  operationId: 'revokeShare',
  tags,
  summary: 'Revoke a link that shows my progress',
  description: 'From then on it shows nothing.',
  ...signedIn,
  request: { params: ShareId },
  responses: { 204: { description: 'Over, even if it was before.' }, ...errors(400, 401, 403, 404) },
})

const showShared = createRoute({
  method: 'get',
  path: '/shared',
  operationId: 'showShared',
  tags,
  summary: 'Show the page behind a link to somebody’s progress',
  description:
    'The same for everybody: what leads in stands behind `#`, and reaches us when the button is pressed. Previews and scanners press none.',
  ...isPublic,
  ...takesAnyQuery,
  responses: {
    200: saying(
      { description: 'A page with a button.', content: { 'text/html': { schema: z.string() } } },
      'X-Robots-Tag',
    ),
    304: saying(unchanged, 'X-Robots-Tag'),
    ...errors(),
  },
})

const readSharedScript = createRoute({
  method: 'get',
  path: '/shared.js',
  operationId: 'readSharedScript',
  tags,
  summary: 'Get the script of the page of shared progress',
  ...isShared,
  responses: {
    200: { description: 'JavaScript.', content: { 'text/javascript': { schema: z.string() } } },
    304: unchanged,
    ...errors(),
  },
})

const lookAtShared = createRoute({
  method: 'post',
  path: '/shared',
  operationId: 'lookAtShared',
  tags,
  summary: 'Show the progress that a link shares',
  description: 'Each look is counted, and read of by whoever shares it. 20 a minute from one address.',
  ...isPublic,
  'x-rate-limit': 'shares',
  request: body(LookAtShare, { token: examples.shareToken }),
  responses: {
    200: json(SharedProgress, 'As it is now.'),
    ...errors(400, 403, 404, 413, 415),
  },
})

export const shareRoutes = (shares: Shares, enrollments: Enrollments) => {
  const ownerOf = (c: AppContext) => enrollments.learnerOf(actorOf(c), c.get('session').user)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(createShare, async (c) =>
      c.json(await shares.make(actorOf(c), await ownerOf(c), c.req.valid('json'), c.get('caller')), 201),
    )
    .openapi(listShares, async (c) => c.json(await shares.list(await ownerOf(c), c.req.valid('query')), 200))
    .openapi(revokeShare, async (c) => {
      await shares.end(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(showShared, (c) => showSharedPage(c))
    .openapi(readSharedScript, (c) => sharedScript(c))
    .openapi(lookAtShared, async (c) =>
      c.json(await shares.open(c.req.valid('json').token, c.get('caller')), 200),
    )
}
