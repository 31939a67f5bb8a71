import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { ServiceScope } from '../core/accounts/service-tokens/service-tokens.model.ts'
import type { ServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import { toCsv } from '../core/forms/csv.ts'
import {
  AddInformation,
  Contact,
  FormProgress,
  type FormReader,
  Interest,
  Referral,
  ReferralSubmitted,
  Submitted,
} from '../core/forms/forms.model.ts'
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
import type { Sending } from '../core/forms/submit-form.ts'
import { expectedVersion, hasCurrent } from '../http/etag.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isPublic, json, limitedAsForm, onlyFor } from '../http/route.ts'
import { requireRoleOrScope } from '../http/service.ts'
import { sessionIfAny } from '../http/session.ts'
import { onInvalid } from '../http/validate.ts'
import { contactForm, examples, interestForm, referralForm } from './examples.ts'

const tags = ['Forms']
const admins = onlyFor('admin')

const IdempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible characters.')
    .optional()
    .meta({
      description: 'The same form under the same key is stored once; the answer says `Idempotent-Replayed`.',
      examples: ['6d9f0b1e-contact-form'],
    }),
})

const submission = <const P extends string, B extends z.ZodType, A extends z.ZodType>(
  path: P,
  operationId: string,
  summary: string,
  form: B,
  example: z.input<B>,
  answer: A,
) =>
  createRoute({
    method: 'post',
    path,
    operationId,
    tags,
    summary,
    ...isPublic,
    ...limitedAsForm,
    request: { headers: IdempotencyKey, ...body(form, example) },
    responses: { 201: json(answer, 'Stored.'), ...errors(400, 409, 413, 415) },
  })

const submitContact = submission(
  '/forms/contact',
  'submitContact',
  'Send a contact form',
  Contact,
  contactForm,
  Submitted,
)
const submitInterest = submission(
  '/forms/interest',
  'submitInterest',
  'Send an interest form',
  Interest,
  interestForm,
  Submitted,
)
const submitReferral = {
  ...submission(
    '/forms/referral',
    'submitReferral',
    'Send a referral',
    Referral,
    referralForm,
    ReferralSubmitted,
  ),
  // For attachments of somebody who is signed in.
  middleware: [sessionIfAny] as [typeof sessionIfAny],
}

const receipt = {
  params: z.object({
    trackingNumber: z.string().max(40).meta({ example: examples.trackingNumber }),
  }),
  headers: z.object({
    'x-receipt-code': z
      .string()
      .max(100)
      .optional()
      .meta({
        description: 'As it was shown when the form was sent. Without it, or with another, 404.',
        examples: [examples.receiptCode],
      }),
  }),
}

const readProgress = createRoute({
  method: 'get',
  path: '/forms/status/{trackingNumber}',
  operationId: 'readFormProgress',
  tags,
  summary: 'Get the progress of a referral',
  description: 'For whoever sent it.',
  ...isPublic,
  request: receipt,
  responses: { 200: json(FormProgress, 'As it is now.'), ...errors(400, 404) },
})

const addInformation = createRoute({
  method: 'post',
  path: '/forms/status/{trackingNumber}/information',
  operationId: 'addFormInformation',
  tags,
  summary: 'Add information to a referral',
  ...isPublic,
  request: {
    ...receipt,
    ...body(AddInformation, { message: 'The telephone number has changed: +1 555 010 0177.' }),
  },
  responses: { 200: json(FormProgress, 'As it is now.'), ...errors(400, 404, 409, 413, 415) },
})

const withdraw = createRoute({
  method: 'post',
  path: '/forms/status/{trackingNumber}/withdraw',
  operationId: 'withdrawForm',
  tags,
  summary: 'Withdraw a referral',
  ...isPublic,
  request: receipt,
  responses: { 200: json(FormProgress, 'Withdrawn, even if that was so before.'), ...errors(400, 404, 409) },
})

const erase = createRoute({
  method: 'delete',
  path: '/forms/status/{trackingNumber}',
  operationId: 'eraseForm',
  tags,
  summary: 'Erase a referral',
  description: 'With everything that was written in it.',
  ...isPublic,
  request: receipt,
  responses: { 204: { description: 'Erased. Its number is unknown from now on.' }, ...errors(400, 404, 409) },
})

const formId = { params: z.object({ id: z.uuid().meta({ example: examples.formId }) }) }

const readForm = createRoute({
  method: 'get',
  path: '/forms/{id}',
  operationId: 'readForm',
  tags,
  summary: 'Get a form',
  description: 'That it was read is recorded.',
  ...admins,
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
    'Changes its state or its assignee, or adds a note. pending → reviewed → resolved, and back to pending to reopen. From spam to pending sends the mails that were held back.',
  ...admins,
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

export const formRoutes = (forms: Forms, { authenticate }: Pick<ServiceTokens, 'authenticate'>) => {
  const adminsAnd = (...scopes: readonly ServiceScope[]) => {
    const middleware = requireRoleOrScope(authenticate, ['admin'], scopes)
    return { ...admins, middleware: [middleware] as [typeof middleware] }
  }
  const readerOf = (c: AppContext): FormReader => {
    const service = c.get('service')
    if (service)
      return { actorId: `service:${service.id}`, canReadContent: service.scopes.includes('forms:content') }
    const { userId, sessionId } = actorOf(c)
    return { actorId: userId, sessionId, canReadContent: true }
  }
  const sendingOf = async (c: AppContext): Promise<Sending> => ({
    actor: c.get('session')?.actor ?? null,
    key: c.req.header('idempotency-key'),
    body: await c.req.text(),
  })
  const sayWhenReplayed = (c: AppContext, isNew: boolean): void => {
    if (!isNew) c.header('Idempotent-Replayed', 'true')
  }
  const receiptOf = (c: { req: { valid(part: 'param' | 'header'): any } }) => ({
    trackingNumber: c.req.valid('param').trackingNumber as string,
    code: c.req.valid('header')['x-receipt-code'] as string | undefined,
  })

  const listForms = createRoute({
    method: 'get',
    path: '/forms',
    operationId: 'listForms',
    tags,
    summary: 'List forms',
    description:
      'That they were listed is recorded. For administrators, and for programs with a service token of the scope `forms:read` or `forms:content`. With `Accept: text/csv` the page is a table in which no cell can be a formula. The next page is at `next`, and in the header `Link`.',
    ...adminsAnd('forms:read', 'forms:content'),
    request: { query: FormQuery },
    responses: {
      200: {
        description: 'A page.',
        content: { 'application/json': { schema: FormPage }, 'text/csv': { schema: z.string() } },
      },
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
    .openapi(submitContact, async (c) => {
      const { value, isNew } = await forms.submitContact(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(value, 201)
    })
    .openapi(submitInterest, async (c) => {
      const { value, isNew } = await forms.submitInterest(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(value, 201)
    })
    .openapi(submitReferral, async (c) => {
      const { value, isNew } = await forms.submitReferral(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(value, 201)
    })
    .openapi(readProgress, async (c) => c.json(await forms.follow.read(receiptOf(c)), 200))
    .openapi(addInformation, async (c) =>
      c.json(await forms.follow.addInformation(c.get('caller'), receiptOf(c), c.req.valid('json')), 200),
    )
    .openapi(withdraw, async (c) => c.json(await forms.follow.withdraw(c.get('caller'), receiptOf(c)), 200))
    .openapi(erase, async (c) => {
      await forms.follow.erase(c.get('caller'), receiptOf(c))
      return c.body(null, 204)
    })
    .openapi(listForms, async (c) => {
      const query = c.req.valid('query')
      const wantsCsv = c.req.header('accept')?.includes('text/csv') ?? false
      const { items, next } = await forms.list(
        c.get('caller'),
        readerOf(c),
        query,
        wantsCsv ? 'form.export' : 'form.list',
      )
      let address: string | null = null
      if (next !== undefined) {
        const url = new URL(`${c.get('settings').publicOrigin}${c.req.path}`)
        for (const [name, value] of Object.entries(c.req.query())) url.searchParams.set(name, value)
        url.searchParams.set('cursor', next)
        address = url.href
        c.header('Link', `<${address}>; rel="next"`)
      }
      if (wantsCsv)
        return c.body(toCsv(items), 200, {
          'Content-Type': 'text/csv; charset=utf-8',
          'Content-Disposition': 'attachment; filename="forms.csv"',
        })
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
        expectedVersion(c),
      )
      c.header('ETag', `"${version}"`)
      return c.json(value, 200)
    })
    .openapi(readReport, async (c) => c.json(await forms.report(c.req.valid('query')), 200))
    .openapi(retention, async (c) => c.json(await forms.reportRetention(), 200))
}
