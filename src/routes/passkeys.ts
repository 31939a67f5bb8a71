import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import {
  LogInByPasskey,
  PasskeyChallenge,
  PasskeyName,
  PasskeyView,
  RecoveryCodes,
  RegisterPasskey,
} from '../core/accounts/auth/second-factors.model.ts'
import { sentBack } from '../core/kernel/sent-back.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { callerWithDevice } from '../http/cookies.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isPublic,
  json,
  limitedAsAuth,
  setsCookies,
  signedIn,
  signsIn,
  steppedUp,
  steppedUpWithMailbox,
} from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples, passkeyAssertion, passkeyAttestation } from './examples.ts'
import { createWelcome, newToken, renewTokens, SignedIn } from './signed-in.ts'

const tags = ['Auth']
const PasskeyId = z.object({ id: z.string().max(2000).meta({ example: examples.passkeyId }) })

const beginLogInByPasskey = createRoute({
  method: 'post',
  path: '/login/passkey/options',
  operationId: 'beginLogInByPasskey',
  tags,
  summary: 'Begin a login with a passkey',
  description: 'Returns what to ask the browser for.',
  ...isPublic,
  ...limitedAsAuth,
  responses: {
    200: json(PasskeyChallenge, 'Good for one attempt within five minutes.'),
    ...errors(403, 413, 415),
  },
})

const logInByPasskey = createRoute({
  method: 'post',
  path: '/login/passkey',
  operationId: 'logInByPasskey',
  tags,
  summary: 'Sign in with a passkey',
  description: 'No password is needed.',
  ...signsIn,
  ...limitedAsAuth,
  request: body(LogInByPasskey, {
    challengeToken: examples.oneTimeToken,
    passkey: passkeyAssertion,
    sharedDevice: false,
  }),
  responses: { 200: json(SignedIn, 'Signed in by both cookies.'), ...errors(400, 401, 403, 413, 415) },
})

const beginPasskey = createRoute({
  method: 'post',
  path: '/passkeys/options',
  operationId: 'beginPasskey',
  tags,
  summary: 'Begin adding a passkey',
  description: 'Returns what to ask the browser for.',
  ...steppedUpWithMailbox,
  responses: {
    200: json(PasskeyChallenge, 'Good for one attempt within five minutes.'),
    ...errors(401, 403, 404, 413, 415),
  },
})

const addPasskey = createRoute({
  method: 'post',
  path: '/passkeys',
  operationId: 'addPasskey',
  ...setsCookies,
  tags,
  summary: 'Add a passkey',
  description: 'Ends every other session.',
  ...steppedUpWithMailbox,
  request: body(RegisterPasskey, {
    challengeToken: examples.oneTimeToken,
    passkey: passkeyAttestation,
    name: 'My phone',
  }),
  responses: {
    201: json(RecoveryCodes.extend({ passkey: PasskeyView, ...newToken }), 'In force.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const renamePasskey = createRoute({
  method: 'patch',
  path: '/passkeys/{id}',
  operationId: 'renamePasskey',
  tags,
  summary: 'Rename a passkey',
  ...signedIn,
  request: {
    params: PasskeyId,
    ...body(sentBack(z.strictObject({ name: PasskeyName }), PasskeyView), { name: 'My new phone' }),
  },
  responses: { 204: { description: 'Renamed.' }, ...errors(400, 401, 403, 404, 409, 413, 415) },
})

const removePasskey = createRoute({
  method: 'delete',
  path: '/passkeys/{id}',
  operationId: 'removePasskey',
  ...setsCookies,
  tags,
  summary: 'Remove a passkey',
  description: 'Ends every other session.',
  ...steppedUp,
  request: { params: PasskeyId },
  responses: { 204: { description: 'Gone.' }, ...errors(400, 401, 403, 404, 409) },
})

export function passkeyRoutes({ byPasskey, secondFactors }: Auth, profiles: Profiles) {
  const welcome = createWelcome(profiles)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(beginLogInByPasskey, async (c) => c.json(await byPasskey.begin(), 200))
    .openapi(logInByPasskey, async (c) =>
      c.json(await welcome(c, await byPasskey.logIn(c.req.valid('json'), callerWithDevice(c))), 200),
    )
    .openapi(beginPasskey, async (c) => c.json(await secondFactors.beginPasskey(actorOf(c)), 200))
    .openapi(addPasskey, async (c) => {
      const added = await secondFactors.addPasskey(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      const { passkey, recoveryCodes, credentials } = added
      return c.json({ passkey, recoveryCodes: [...recoveryCodes], ...renewTokens(c, credentials) }, 201)
    })
    .openapi(renamePasskey, async (c) => {
      await secondFactors.renamePasskey(actorOf(c), c.req.valid('param').id, c.req.valid('json').name)
      return c.body(null, 204)
    })
    .openapi(removePasskey, async (c) => {
      const { id } = c.req.valid('param')
      renewTokens(c, await secondFactors.removePasskey(actorOf(c), id, callerWithDevice(c)))
      return c.body(null, 204)
    })
}
