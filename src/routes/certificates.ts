import { createRoute, type Hook, OpenAPIHono, z } from '@hono/zod-openapi'
import { AppError } from '../core/kernel/errors.ts'
import {
  CertificateCodeInPath,
  CertificateView,
  CheckedCertificate,
  IssueCertificate,
  UpdateCertificate,
} from '../core/learning/certificates/certificates.model.ts'
import type { Certificates } from '../core/learning/certificates/certificates.ts'
import type { Enrollments } from '../core/learning/enrollments/enrollments.ts'
import { saying } from '../http/answer-headers.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isPublic, json, signedIn, unchanged } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { certificatePage } from './certificate-page.ts'
import { examples } from './examples.ts'
import { robots } from './page-frame.ts'

const tags = ['Courses']
const CourseId = z.object({ courseId: z.uuid().meta({ example: examples.courseId }) })
const limited = { 'x-rate-limit': 'certificates' } as const
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } })

const listCertificates = createRoute({
  method: 'get',
  path: '/api/v1/users/me/certificates',
  operationId: 'listCertificates',
  tags,
  summary: 'List my certificates',
  description:
    'One for each course I completed, newest first. Those of courses completed before there were certificates come last, without a code: ask for them.',
  ...signedIn,
  responses: { 200: json(z.object({ items: z.array(CertificateView) }), 'Mine.'), ...errors(401, 403) },
})

const issueCertificate = createRoute({
  method: 'post',
  path: '/api/v1/users/me/certificates',
  operationId: 'issueCertificate',
  tags,
  summary: 'Request my certificate of a course',
  description:
    'Completing a course does this by itself. Asked for again it is the same one. 409 `conditions_missing` before the course is completed.',
  ...signedIn,
  request: body(IssueCertificate, { courseId: examples.courseId }),
  responses: { 200: json(CertificateView, 'Issued.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const updateCertificate = createRoute({
  method: 'patch',
  path: '/api/v1/users/me/certificates/{courseId}',
  operationId: 'updateCertificate',
  tags,
  summary: 'Change what my certificate says and shows',
  description:
    'Without consent whoever has the code sees that it is valid and nothing else. What is taken back is gone at once.',
  ...signedIn,
  request: { params: CourseId, ...body(UpdateCertificate, { name: examples.name, shows: 'name' }) },
  responses: { 200: json(CertificateView, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const showMyCertificate = createRoute({
  method: 'get',
  path: '/api/v1/users/me/certificates/{courseId}/page',
  operationId: 'showMyCertificate',
  tags,
  summary: 'Show my certificate to print',
  description: 'A page with everything on it, whatever others are shown.',
  ...signedIn,
  request: { params: CourseId },
  responses: {
    200: saying(page('The certificate.'), 'X-Robots-Tag'),
    304: saying(unchanged, 'X-Robots-Tag'),
    ...errors(400, 401, 403, 404),
  },
})

const checkCertificate = createRoute({
  method: 'get',
  path: '/api/v1/certificates/{code}',
  operationId: 'checkCertificate',
  tags,
  summary: 'Check a certificate',
  description:
    'By its code, however it is written. Course, day and name as far as the holder shows them. 404 for a code that never was, and once the holder is gone.',
  ...isPublic,
  ...limited,
  request: { params: CertificateCodeInPath },
  responses: { 200: saying(json(CheckedCertificate, 'It is valid.'), 'X-Robots-Tag'), ...errors(400, 404) },
})

const showCertificateUnder = (path: `${string}/{code}${string}`, operationId: string) =>
  createRoute({
    method: 'get',
    path,
    operationId,
    tags,
    summary: 'Show a certificate',
    description: 'The same as a page. Nobody keeps or indexes it.',
    ...isPublic,
    ...limited,
    request: { params: CertificateCodeInPath },
    responses: {
      200: saying(page('It is valid.'), 'X-Robots-Tag'),
      304: saying(unchanged, 'X-Robots-Tag'),
      404: saying(page('There is none.'), 'X-Robots-Tag'),
      ...errors(400),
    },
  })
const showCertificate = showCertificateUnder('/certificates/{code}', 'showCertificate')
const showCertificateUnderApi = showCertificateUnder(
  '/api/v1/certificates/{code}/page',
  'showCertificateUnderApi',
)

export const certificateRoutes = (certificates: Certificates, enrollments: Enrollments) => {
  const holderOf = (c: AppContext) => enrollments.learnerOf(actorOf(c), c.get('session').user)

  async function show(c: AppContext, code: string) {
    try {
      return await certificatePage(c, await certificates.check(code))
    } catch (error) {
      if (!(error instanceof AppError && error.kind === 'not_found')) throw error
      return certificatePage(c, null)
    }
  }

  /** Whoever opened an address reads a page, whatever is wrong with it. */
  const showNone: Hook<any, AppEnv, any, any> = ({ success }, c) =>
    success ? undefined : certificatePage(c, null)

  const pages = new OpenAPIHono<AppEnv>({ defaultHook: showNone })
    .openapi(showCertificate, (c) => show(c, c.req.valid('param').code))
    .openapi(showCertificateUnderApi, (c) => show(c, c.req.valid('param').code))

  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listCertificates, async (c) =>
      c.json({ items: await certificates.list(await holderOf(c)) }, 200),
    )
    .openapi(issueCertificate, async (c) =>
      c.json(await certificates.issue(await holderOf(c), c.req.valid('json').courseId), 200),
    )
    .openapi(updateCertificate, async (c) => {
      const { courseId } = c.req.valid('param')
      const change = c.req.valid('json')
      const holder = await holderOf(c)
      return c.json(await certificates.update(actorOf(c), holder, courseId, change, c.get('caller')), 200)
    })
    .openapi(showMyCertificate, async (c) =>
      certificatePage(c, await certificates.readMine(await holderOf(c), c.req.valid('param').courseId)),
    )
    .openapi(checkCertificate, async (c) => {
      const checked = await certificates.check(c.req.valid('param').code)
      c.header('X-Robots-Tag', robots)
      return c.json(checked, 200)
    })
    .route('/', pages)
}
