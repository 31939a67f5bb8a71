import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import {
  ChangeEmail,
  ConfirmEmailChange,
  ForgotPassword,
  MailedLink,
  MigrateUsers,
  MigrationResult,
  ResetPassword,
  VerifyEmail,
} from '../core/accounts/auth/recovery.model.ts'
import { callerWithDevice, setDeviceCookie } from '../http/cookies.ts'
import { say } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isPublic,
  json,
  limitedAsAuth,
  Message,
  setsCookies,
  signedIn,
  steppedUpAs,
  steppedUpWithMailbox,
} from '../http/route.ts'
import { requireMailbox, requireSession, sessionIfAny } from '../http/session.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { newToken, renewTokens } from './signed-in.ts'

const tags = ['Auth']

const forgotPassword = createRoute({
  method: 'post',
  path: '/forgot-password',
  operationId: 'forgotPassword',
  tags,
  summary: 'Request a password reset',
  description: 'Mails a link that sets a new password.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(ForgotPassword, { email: examples.email }),
  responses: { 200: json(Message, 'The same words for every address.'), ...errors(400, 403, 413, 415) },
})

const resetPassword = createRoute({
  method: 'post',
  path: '/reset-password',
  operationId: 'resetPassword',
  ...setsCookies,
  tags,
  summary: 'Reset a password',
  description: 'With the token of the mailed link. Ends every session and signs nobody in.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(ResetPassword, { token: examples.oneTimeToken, newPassword: 'Another-Secure-Pass-456' }),
  responses: { 200: json(Message, 'Set.'), ...errors(400, 401, 403, 409, 413, 415) },
})

const verifyEmail = createRoute({
  method: 'post',
  path: '/verify-email',
  operationId: 'verifyEmail',
  ...setsCookies,
  tags,
  summary: 'Confirm an e-mail address',
  description:
    'With the code or the link that was mailed to it. The code has five tries in ten minutes, of all who are not signed in together; whoever is signed in to the account has five of their own. The link cannot be used up.',
  ...isPublic,
  middleware: [sessionIfAny] as [typeof sessionIfAny],
  ...limitedAsAuth,
  request: body(VerifyEmail, { email: examples.email, code: examples.code }),
  responses: { 200: json(Message, 'Confirmed.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const resendVerification = createRoute({
  method: 'post',
  path: '/resend-verification',
  operationId: 'resendVerification',
  tags,
  summary: 'Resend the confirmation code',
  description: 'The one before stops working.',
  ...signedIn,
  ...limitedAsAuth,
  responses: {
    202: json(Message, 'On its way, unless there is nothing to confirm.'),
    ...errors(401, 403, 404, 413, 415),
  },
})

const undoEmailChange = createRoute({
  method: 'post',
  path: '/undo-email-change',
  operationId: 'undoEmailChange',
  tags,
  summary: 'Undo a change of address',
  description: 'By the link in the old mailbox. Ends every session and removes the password.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(MailedLink, { token: examples.oneTimeToken }),
  responses: { 200: json(Message, 'The old address is back.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const disownChanges = createRoute({
  method: 'post',
  path: '/not-me',
  operationId: 'disownChanges',
  tags,
  summary: 'Undo changes that I did not make',
  description:
    'By the link in the mail about a change. Takes back whatever was set up since: factors, passkeys, providers, the address, a deletion. Ends every session and removes the password; a link for a new one is mailed.',
  ...isPublic,
  ...limitedAsAuth,
  request: body(MailedLink, { token: examples.oneTimeToken }),
  responses: { 200: json(Message, 'Taken back.'), ...errors(400, 401, 403, 404, 409, 413, 415) },
})

/** What works without being signed in, for who cannot sign in. */
export const recoveryRoutes = ({ passwordReset, emailVerification, takingBack }: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(forgotPassword, async (c) => {
      await passwordReset.ask(c.req.valid('json').email, c.get('caller'))
      return c.json(
        { message: say(c, 'If there is an account with this address, a link is on its way to it.') },
        200,
      )
    })
    .openapi(resetPassword, async (c) => {
      const caller = callerWithDevice(c)
      const device = await passwordReset.reset(c.req.valid('json'), caller)
      setDeviceCookie(c, device, { isOwn: caller.device !== undefined })
      return c.json({ message: say(c, 'The new password is set. Sign in with it.') }, 200)
    })
    .openapi(verifyEmail, async (c) => {
      const actor = c.get('session')?.actor ?? null
      await emailVerification.verify(c.req.valid('json'), actor, c.get('caller'))
      return c.json({ message: say(c, 'Your address is confirmed. You can close this page.') }, 200)
    })
    .openapi(resendVerification, async (c) => {
      await emailVerification.resend(actorOf(c))
      return c.json(
        { message: say(c, 'If your address is not confirmed yet, a new code is on its way.') },
        202,
      )
    })
    .openapi(undoEmailChange, async (c) => {
      await takingBack.takeBack('undo-email-change', c.req.valid('json').token, c.get('caller'))
      return c.json(
        {
          message: say(
            c,
            'Your old address is back, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to this address.',
          ),
        },
        200,
      )
    })
    .openapi(disownChanges, async (c) => {
      await takingBack.takeBack('not-me', c.req.valid('json').token, c.get('caller'))
      return c.json(
        {
          message: say(
            c,
            'What was changed since then is undone, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to you.',
          ),
        },
        200,
      )
    })

const askEmailChange = createRoute({
  method: 'post',
  path: '/me/email',
  operationId: 'askEmailChange',
  tags: ['Users'],
  summary: 'Request a change of address',
  description: 'A code goes to the new address.',
  ...steppedUpWithMailbox,
  ...limitedAsAuth,
  request: body(ChangeEmail, { email: 'new.address@example.com' }),
  responses: {
    202: json(Message, 'The same words whether or not the address is free.'),
    ...errors(400, 401, 403, 404, 413, 415),
  },
})

const confirmEmailChange = createRoute({
  method: 'post',
  path: '/me/email/confirm',
  operationId: 'confirmEmailChange',
  ...setsCookies,
  tags: ['Users'],
  summary: 'Confirm the new address',
  description: 'Ends every other session and tells the old mailbox.',
  ...signedIn,
  'x-mailbox': true as const,
  middleware: [requireSession, requireMailbox] as const,
  ...limitedAsAuth,
  request: body(ConfirmEmailChange, { code: examples.code }),
  responses: {
    200: json(Message.extend(newToken), 'Changed.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

export const emailChangeRoutes = ({ emailChange }: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(askEmailChange, async (c) => {
      await emailChange.ask(actorOf(c), c.req.valid('json').email)
      return c.json({ message: say(c, 'If the address can be used, a code is on its way to it.') }, 202)
    })
    .openapi(confirmEmailChange, async (c) => {
      const credentials = await emailChange.confirm(actorOf(c), c.req.valid('json').code, callerWithDevice(c))
      const message = say(c, 'Your address is changed. Other devices are signed out.')
      return c.json({ message, ...renewTokens(c, credentials) }, 200)
    })

const migrateUsers = createRoute({
  method: 'post',
  path: '/migrate-users',
  operationId: 'migrateUsers',
  tags: ['Admin'],
  summary: 'Migrate users from another system',
  description:
    'Creates their accounts; each person gets a mail to set a password. May be sent again: nothing is created or mailed twice. Needs a step-up.',
  ...steppedUpAs('admin'),
  request: body(MigrateUsers, {
    users: [
      { email: 'ann@example.com', name: 'Ann Example', role: 'user' },
      { email: 'sam@example.com', name: 'Sam Example', role: 'mentor' },
    ],
  }),
  responses: {
    200: json(z.object({ results: z.array(MigrationResult) }), 'One result for each row, in order.'),
    ...errors(400, 401, 403, 413, 415),
  },
})

export const migrationRoutes = (auth: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid }).openapi(migrateUsers, async (c) =>
    c.json({ results: await auth.migrateUsers(actorOf(c), c.req.valid('json'), c.get('caller')) }, 200),
  )
