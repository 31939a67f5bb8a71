import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ServiceScope } from '../core/accounts/service-tokens/service-tokens.model.ts'
import type { ServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import type { FormReader } from '../core/forms/forms.model.ts'
import type { Forms } from '../core/forms/forms.ts'
import {
  FormDetail,
  FormPage,
  FormQuery,
  FormReport,
  ReportQuery,
  RetentionReport,
  ReviewForm,
} from '../core/forms/review.model.ts'
import { prefers } from '../http/accept.ts'
import { saying } from '../http/answer-headers.ts'
import { hasCurrent, preconditionOf } from '../http/etag.ts'
import { addressOfNext } from '../http/next-page.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor } from '../http/route.ts'
import { requireRoleOrScope } from '../http/service.ts'
import { streamed } from '../http/stream.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Forms']
const admins = onlyFor('admin')
const staff = onlyFor('admin', 'mentor')
const formId = { params: z.object({ id: z.uuid().meta({ example: examples.formId }) }) }

const readForm = createRoute({
  method: 'get',
  path: '/forms/{id}',
  operationId: 'readForm',
  tags,
  summary: 'Get a form',
  description:
    'For administrators, and for mentors what is assigned to them; anything else is 404 to those. That it was read is recorded.',
  ...staff,
  request: formId,
  responses: {
    200: json(FormDetail, 'With its version as `ETag`.'),
    304: { description: 'Unchanged since the version in `If-None-Match`.' },
    ...errors(400, 401, 403, 404),
  },
})

const reviewForm = createRoute({
  method: 'patch',
  path: '/forms/{id}',
  operationId: 'reviewForm',
  tags,
  summary: 'Review a form',
  description:
    'Changes its state or its assignee, or adds a note. pending → reviewed → resolved, and back to pending to reopen. From spam to pending sends the mails that were held back. Whom it is assigned to is told by mail. A mentor adds notes to what is assigned to them, and nothing else.',
  ...staff,
  request: {
    ...formId,
    ...body(ReviewForm, {
      status: 'reviewed',
      assignedTo: null,
      notes: 'Called back; an appointment is made.',
    }),
  },
  responses: { 200: json(FormDetail, 'As it is now.'), ...errors(400, 401, 403, 404, 409, 412, 413, 415) },
})

const retention = createRoute({
  method: 'get',
  path: '/reports/forms/retention',
  operationId: 'reportFormRetention',
  tags,
  summary: 'Report the forms past their retention',
  description: 'What would be erased now.',
  ...admins,
  responses: { 200: json(RetentionReport, 'By type.'), ...errors(401, 403) },
})

/** For staff, and for programs that may read what came in. */
export const formReviewRoutes = (forms: Forms, { authenticate }: Pick<ServiceTokens, 'authenticate'>) => {
  const adminsAnd = (...scopes: readonly ServiceScope[]) => {
    const middleware = requireRoleOrScope(authenticate, ['admin'], scopes)
    return { ...admins, middleware: [middleware] as [typeof middleware] }
  }
  const staffAnd = (...scopes: readonly ServiceScope[]) => {
    const middleware = requireRoleOrScope(authenticate, ['admin', 'mentor'], scopes)
    return { ...staff, middleware: [middleware] as [typeof middleware] }
  }
  const readerOf = (c: AppContext): FormReader => {
    const service = c.get('service')
    if (service)
      return { actorId: `service:${service.id}`, canReadContent: service.scopes.includes('forms:content') }
    const { userId, sessionId, role } = actorOf(c)
    const reader = { actorId: userId, sessionId, canReadContent: true }
    return role === 'admin' ? reader : { ...reader, onlyAssignedTo: userId }
  }
  const listForms = createRoute({
    method: 'get',
    path: '/forms',
    operationId: 'listForms',
    tags,
    summary: 'List forms',
    description:
      'That they were listed is recorded. For administrators, for mentors those that are assigned to them, and for programs with a service token of the scope `forms:read` or `forms:content`. The next page is at `next`, and in the header `Link`. With `Accept: text/csv` all of them come as one table, whatever the `limit`, with what was added and noted, in UTF-8 with a byte order mark; no cell, nor any part of one, can be a formula.',
    ...staffAnd('forms:read', 'forms:content'),
    request: { query: FormQuery },
    responses: {
      200: saying(
        {
          description: 'A page, or the whole table.',
          content: { 'application/json': { schema: FormPage }, 'text/csv': { schema: z.string() } },
        },
        'Link',
        'Content-Disposition',
      ),
      ...errors(400, 401, 403),
    },
  })

  const readReport = createRoute({
    method: 'get',
    path: '/reports/forms',
    operationId: 'reportForms',
    tags,
    summary: 'Report on forms',
    description:
      'Counts by type, state and week, and the time to first review. For administrators, and for programs with a service token of the scope `reports:read`.',
    ...adminsAnd('reports:read'),
    request: { query: ReportQuery },
    responses: { 200: json(FormReport, 'Names nobody.'), ...errors(400, 401, 403) },
  })

  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listForms, async (c) => {
      const query = c.req.valid('query')
      if (prefers(c, 'text/csv'))
        return streamed(c, await forms.export(c.get('caller'), readerOf(c), query), {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="forms.csv"',
        })
      const { items, next } = await forms.list(c.get('caller'), readerOf(c), query)
      let address: string | null = null
      if (next !== undefined) {
        address = addressOfNext(c, next)
        c.header('Link', `<${address}>; rel="next"`)
      }
      const pagination = { hasMore: next !== undefined, nextCursor: next ?? null }
      return c.json({ items, pagination, next: address }, 200)
    })
    .openapi(readForm, async (c) => {
      const { value, version } = await forms.read(c.get('caller'), actorOf(c), c.req.valid('param').id)
      return hasCurrent(c, version) ? c.body(null, 304) : c.json(value, 200)
    })
    .openapi(reviewForm, async (c) => {
      const { value, version } = await forms.review(
        c.get('caller'),
        actorOf(c),
        c.req.valid('param').id,
        c.req.valid('json'),
        preconditionOf(c),
      )
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
    .openapi(readReport, async (c) => c.json(await forms.report(c.req.valid('query')), 200))
    .openapi(retention, async (c) => c.json(await forms.reportRetention(), 200))
}
