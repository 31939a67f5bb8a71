import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  ReportDetail,
  ReportFiled,
  ReportMessage,
  ReportPage,
  ReportQuery,
  ReviewReport,
} from '../core/messaging/reports/reports.model.ts'
import type { Reports } from '../core/messaging/reports/reports.ts'
import { hasCurrent, preconditionOf } from '../http/etag.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, onlyFor, signedInOrGuest, steppedUpAs } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['MackChat']
const reportId = { params: z.object({ id: z.uuid().meta({ example: examples.reportId }) }) }
const messageId = { params: z.object({ id: z.string().max(100).meta({ example: examples.messageId }) }) }

const reportMessage = createRoute({
  method: 'post',
  path: '/messages/{id}/reports',
  operationId: 'reportMessage',
  tags,
  summary: 'Report a message',
  description:
    'To staff, who see it as it is now, even after it was changed or deleted. Whoever wrote it is not told. One report for each person and message: again it answers the same. Twenty an hour for each person.',
  ...signedInOrGuest,
  request: {
    ...messageId,
    ...body(ReportMessage, { reason: 'harassment', note: 'This has been going on since Monday.' }),
  },
  responses: {
    200: json(ReportFiled, 'I had reported it before.'),
    201: json(ReportFiled, 'Reported.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const listReports = createRoute({
  method: 'get',
  path: '/reports',
  operationId: 'listReports',
  tags,
  summary: 'List reported messages',
  description:
    'Those that wait from the oldest on, the resolved ones from the newest. What was written is only in each. That they were listed is recorded.',
  ...onlyFor('admin'),
  request: { query: ReportQuery },
  responses: { 200: json(ReportPage, 'A page.'), ...errors(400, 401, 403) },
})

const readReport = createRoute({
  method: 'get',
  path: '/reports/{id}',
  operationId: 'readReport',
  tags,
  summary: 'Get a reported message',
  description: 'As it was when it was reported. That it was read is recorded.',
  ...onlyFor('admin'),
  request: reportId,
  responses: {
    200: json(ReportDetail, 'With its version as `ETag`.'),
    304: { description: 'Unchanged since the version in `If-None-Match`.' },
    ...errors(400, 401, 403, 404),
  },
})

const reviewReport = createRoute({
  method: 'patch',
  path: '/reports/{id}',
  operationId: 'reviewReport',
  tags,
  summary: 'Review a reported message',
  description:
    'Changes its state, adds a note for staff, or does something about it: `remove_message` deletes it in its conversation, `warn_sender` mails whoever wrote it, once for a report.',
  ...steppedUpAs('admin'),
  request: {
    ...reportId,
    ...body(ReviewReport, {
      status: 'resolved',
      resolution: 'upheld',
      note: 'The third report this week.',
      action: 'remove_message',
    }),
  },
  responses: {
    200: json(ReportDetail, 'As it is now.'),
    ...errors(400, 401, 403, 404, 409, 412, 413, 415),
  },
})

export const reportRoutes = (reports: Reports) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(reportMessage, async (c) => {
      const { id } = c.req.valid('param')
      const { value, isNew } = await reports.file(c.get('caller'), actorOf(c), id, c.req.valid('json'))
      return isNew ? c.json(value, 201) : c.json(value, 200)
    })
    .openapi(listReports, async (c) =>
      c.json(await reports.list(c.get('caller'), actorOf(c), c.req.valid('query')), 200),
    )
    .openapi(readReport, async (c) => {
      const { value, version } = await reports.read(c.get('caller'), actorOf(c), c.req.valid('param').id)
      return hasCurrent(c, version) ? c.body(null, 304) : c.json(value, 200)
    })
    .openapi(reviewReport, async (c) => {
      const { value, version } = await reports.review(
        c.get('caller'),
        actorOf(c),
        c.req.valid('param').id,
        c.req.valid('json'),
        preconditionOf(c),
      )
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
