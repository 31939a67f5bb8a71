import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import {
  ApprovedRecovery,
  AssistedRecoveryView,
  CompleteRecovery,
} from '../core/accounts/auth/assisted-recovery.model.ts'
import type { Auth } from '../core/accounts/auth/auth.ts'
import { MailedLink } from '../core/accounts/auth/recovery.model.ts'
import { say } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isPublic, json, limitedAsAuth, Message, onlyFor, steppedUpAs } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'

const tags = ['Admin']
const UserId = z.object({ id: z.uuid().meta({ example: examples.otherUserId }) })
const staff = onlyFor('admin', 'mentor')

const readRecovery = createRoute({
  method: 'get',
  path: '/admin/users/{id}/recovery',
  operationId: 'readRecovery',
  tags,
  summary: 'Get the recovery of an account',
  description: 'For who has lost their second factors and is helped by staff.',
  ...staff,
  request: { params: UserId },
  responses: { 200: json(AssistedRecoveryView, 'As it stands.'), ...errors(400, 401, 403, 404) },
})

const startRecovery = createRoute({
  method: 'post',
  path: '/admin/users/{id}/recovery',
  operationId: 'startRecovery',
  tags,
  summary: 'Begin a recovery for who has lost their second factors',
  description:
    'After making sure, in person or by a call to the number on file, who is asking. Somebody else on the staff has to approve it within a week. One of the two is an administrator; for an account of staff both are.',
  ...steppedUpAs('admin', 'mentor'),
  ...limitedAsAuth,
  request: { params: UserId },
  responses: {
    204: { description: 'It waits to be approved.' },
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const approveRecovery = createRoute({
  method: 'post',
  path: '/admin/users/{id}/recovery/approve',
  operationId: 'approveRecovery',
  tags,
  summary: 'Confirm a recovery that somebody else on the staff has begun',
  description:
    'The code is for the person, read out, never mailed. It counts after 24 hours, in which the owner’s mailbox, which is told, can cancel it.',
  ...steppedUpAs('admin', 'mentor'),
  ...limitedAsAuth,
  request: { params: UserId },
  responses: {
    200: json(ApprovedRecovery, 'The code, shown this once.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const withdrawRecovery = createRoute({
  method: 'delete',
  path: '/admin/users/{id}/recovery',
  operationId: 'withdrawRecovery',
  tags,
  summary: 'Cancel the recovery of an account',
  ...staff,
  request: { params: UserId },
  responses: { 204: { description: 'There is none any more.' }, ...errors(400, 401, 403, 404) },
})

const completeRecovery = createRoute({
  method: 'post',
  path: '/auth/complete-recovery',
  operationId: 'completeRecovery',
  tags: ['Auth'],
  summary: 'Complete a recovery with the code from staff',
  description:
    'Removes every second factor and ends every session. It signs nobody in: the password, or the mailbox, is asked for as ever.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(CompleteRecovery, { email: examples.email, code: 'K7M2P-9QXRT' }),
  responses: { 200: json(Message, 'Removed.'), ...errors(400, 401, 403, 409, 413, 415) },
})

const cancelRecovery = createRoute({
  method: 'post',
  path: '/auth/cancel-recovery',
  operationId: 'cancelRecovery',
  tags: ['Auth'],
  summary: 'Cancel a recovery that I did not ask for',
  description: 'By the link in the mailbox.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(MailedLink, { token: examples.oneTimeToken }),
  responses: { 200: json(Message, 'Canceled.'), ...errors(400, 401, 403, 413, 415) },
})

/** Getting back into an account whose second factors are lost, with the help of two members of staff. */
export const assistedRecoveryRoutes = ({ assistedRecovery }: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(readRecovery, async (c) =>
      c.json(await assistedRecovery.view(actorOf(c), c.req.valid('param').id), 200),
    )
    .openapi(startRecovery, async (c) => {
      await assistedRecovery.start(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(approveRecovery, async (c) =>
      c.json(await assistedRecovery.approve(actorOf(c), c.req.valid('param').id, c.get('caller')), 200),
    )
    .openapi(withdrawRecovery, async (c) => {
      await assistedRecovery.withdraw(actorOf(c), c.req.valid('param').id, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(completeRecovery, async (c) => {
      const { email, code } = c.req.valid('json')
      await assistedRecovery.complete(email, code, c.get('caller'))
      return c.json(
        {
          message: say(
            c,
            'Your second factors are removed and every device is signed out. Sign in, and set up new ones.',
          ),
        },
        200,
      )
    })
    .openapi(cancelRecovery, async (c) => {
      await assistedRecovery.cancel(c.req.valid('json').token, c.get('caller'))
      return c.json({ message: say(c, 'It is canceled. Your second factors stay as they are.') }, 200)
    })
