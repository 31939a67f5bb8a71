import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  AddInformation,
  Contact,
  FormProgress,
  Interest,
  Referral,
  ReferralSubmitted,
  Submitted,
} from '../core/forms/forms.model.ts'
import type { Forms } from '../core/forms/forms.ts'
import type { Sending } from '../core/forms/submit-form.ts'
import type { BeginIdempotent } from '../core/platform/idempotency/idempotency.ts'
import { idempotent } from '../http/idempotency.ts'
import { told } from '../http/language.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import { body, errors, isPublic, json, limitedAsForm } from '../http/route.ts'
import { sessionIfAny } from '../http/session.ts'
import { onInvalid } from '../http/validate.ts'
import { contactForm, examples, interestForm, referralForm } from './examples.ts'

const tags = ['Forms']

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
    trackingNumber: z.string().max(100).meta({
      description: 'In any case, with any spaces and dashes.',
      example: examples.trackingNumber,
      'x-holds': 'typed-code',
    }),
  }),
  headers: z.object({
    'x-receipt-code': z
      .string()
      .max(300)
      .optional()
      .meta({
        description:
          'As it was shown when the form was sent, in any case, with any spaces and dashes; percent-encoded where they are not ASCII. Without it, or with another, 404.',
        examples: [examples.receiptCode],
        'x-holds': 'typed-code',
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

const addInformationFor = (begin: BeginIdempotent) =>
  createRoute({
    method: 'post',
    path: '/forms/status/{trackingNumber}/information',
    operationId: 'addFormInformation',
    tags,
    summary: 'Add information to a referral',
    ...isPublic,
    middleware: [idempotent(begin)] as const,
    request: {
      ...receipt,
      ...body(AddInformation, { message: 'The telephone number has changed: +1 555 010 0177.' }),
    },
    responses: { 200: json(FormProgress, 'As it is now.'), ...errors(400, 404, 409, 413, 415, 422) },
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

/** For whoever sends a form, and follows it. */
export const formRoutes = (forms: Forms, begin: BeginIdempotent) => {
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

  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(submitContact, async (c) => {
      const { value, isNew } = await forms.submitContact(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(told(c, value), 201)
    })
    .openapi(submitInterest, async (c) => {
      const { value, isNew } = await forms.submitInterest(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(told(c, value), 201)
    })
    .openapi(submitReferral, async (c) => {
      const { value, isNew } = await forms.submitReferral(
        c.get('caller'),
        c.req.valid('json'),
        await sendingOf(c),
      )
      sayWhenReplayed(c, isNew)
      return c.json(told(c, value), 201)
    })
    .openapi(readProgress, async (c) => c.json(await forms.follow.read(receiptOf(c)), 200))
    .openapi(addInformationFor(begin), async (c) =>
      c.json(await forms.follow.addInformation(c.get('caller'), receiptOf(c), c.req.valid('json')), 200),
    )
    .openapi(withdraw, async (c) => c.json(await forms.follow.withdraw(c.get('caller'), receiptOf(c)), 200))
    .openapi(erase, async (c) => {
      await forms.follow.erase(c.get('caller'), receiptOf(c))
      return c.body(null, 204)
    })
}
