import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { cursorPage } from '../core/kernel/paging.ts'
import type { Audit } from '../core/platform/audit/audit.ts'
import { auditCsv } from '../core/platform/audit/audit-csv.ts'
import { AuditQuery, AuditRecordView } from '../core/platform/audit/search-audit.ts'
import { AuditChain } from '../core/platform/audit/verify-chain.ts'
import { saying } from '../http/answer-headers.ts'
import { addressOfNext } from '../http/next-page.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { errors, json, onlyFor } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'

const searchAudit = createRoute({
  method: 'get',
  path: '/',
  operationId: 'searchAudit',
  tags: ['Admin'],
  summary: 'Search the audit log',
  description:
    'Newest first, by whoever it was. Each look is itself recorded. A filtered page may hold fewer than its limit, or nothing, and still have a next one.',
  ...onlyFor('admin'),
  request: { query: AuditQuery },
  responses: { 200: json(cursorPage(AuditRecordView), 'A page.'), ...errors(400, 401, 403) },
})

const exportAudit = createRoute({
  method: 'get',
  path: '/csv',
  operationId: 'exportAudit',
  tags: ['Admin'],
  summary: 'Get a page of the audit log as a table',
  description:
    'The same question and the same page as `GET /admin/audit`, for a spreadsheet: in UTF-8 with a byte order mark; no cell can be a formula. The next page is in the header `Link`. Each page is itself recorded as a look.',
  ...onlyFor('admin'),
  request: { query: AuditQuery },
  responses: {
    200: saying(
      { description: 'A page.', content: { 'text/csv': { schema: z.string() } } },
      'Link',
      'Content-Disposition',
    ),
    ...errors(400, 401, 403),
  },
})

const readAuditChain = createRoute({
  method: 'get',
  path: '/chain',
  operationId: 'readAuditChain',
  tags: ['Admin'],
  summary: 'Get the state of the audit log',
  description:
    'Each day the whole chain is recomputed and compared with its anchors: when that was last, and what was found.',
  ...onlyFor('admin'),
  responses: { 200: json(AuditChain, 'As it stands.'), ...errors(401, 403) },
})

export const auditRoutes = (audit: Audit) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(searchAudit, async (c) =>
      c.json(await audit.search(actorOf(c), c.req.valid('query'), c.get('caller')), 200),
    )
    .openapi(exportAudit, async (c) => {
      const page = await audit.search(actorOf(c), c.req.valid('query'), c.get('caller'))
      const { nextCursor } = page.pagination
      if (nextCursor !== null) c.header('Link', `<${addressOfNext(c, nextCursor)}>; rel="next"`)
      return c.body(auditCsv(page.items), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="audit.csv"',
      })
    })
    .openapi(readAuditChain, async (c) => c.json(await audit.chain(), 200))
