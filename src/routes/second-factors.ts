import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import {
  LogInSecondFactor,
  PasskeyChallenge,
  RecoveryCodes,
  SecondFactorMethod,
  SecondFactorStatus,
  StepUp,
  TotpCode,
} from '../core/accounts/auth/second-factors.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { callerWithDevice, setTokenCookies } from '../http/cookies.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  json,
  limitedAsAuth,
  setsCookies,
  signedIn,
  signsIn,
  steppedUp,
  steppedUpWithMailbox,
} from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { createWelcome, newToken, renewTokens, SignedIn } from './signed-in.ts'

const tags = ['Auth']

const logInSecondFactor = createRoute({
  method: 'post',
  path: '/login/mfa',
  operationId: 'logInSecondFactor',
  tags,
  summary: 'Complete a login with a second factor',
  description:
    'One of an authenticator code, a recovery code and a passkey. Five attempts within five minutes.',
  ...signsIn,
  ...limitedAsAuth,
  request: body(LogInSecondFactor, { mfaToken: examples.oneTimeToken, code: examples.code }),
  responses: { 200: json(SignedIn, 'Signed in by both cookies.'), ...errors(400, 401, 403, 413, 415) },
})

const beginStepUp = createRoute({
  method: 'post',
  path: '/step-up/options',
  operationId: 'beginStepUp',
  tags,
  summary: 'Begin a step-up',
  description: 'Returns how I can prove again who I am.',
  ...signedIn,
  responses: {
    200: json(
      z.object({
        methods: z.array(z.enum([...SecondFactorMethod.options, 'password', 'mailed-code', 'provider'])),
        passkey: PasskeyChallenge.optional(),
      }),
      'With a second factor the password is not enough. `mailed-code`: a code is on its way. `provider`: sign in there once more, with `prompt=login`, and bring back what `POST /auth/social` takes.',
    ),
    ...errors(401, 403, 404, 413, 415),
  },
})

const stepUp = createRoute({
  method: 'post',
  path: '/step-up',
  operationId: 'stepUp',
  ...setsCookies,
  tags,
  summary: 'Confirm that it is me',
  description: 'Needed before anything that cannot be taken back.',
  ...signedIn,
  ...limitedAsAuth,
  request: body(StepUp, { password: examples.password }),
  responses: {
    200: json(
      z.object({ until: z.iso.datetime(), accessToken: newToken.accessToken.unwrap() }),
      'Counts for this session until then. Both cookies are renewed: the tokens before are dead.',
    ),
    ...errors(400, 401, 403, 404, 413, 415),
  },
})

const readStatus = createRoute({
  method: 'get',
  path: '/mfa',
  operationId: 'readSecondFactors',
  tags,
  summary: 'Get my second factors',
  ...signedIn,
  responses: { 200: json(SecondFactorStatus, 'Nothing secret.'), ...errors(401, 403, 404) },
})

const beginTotp = createRoute({
  method: 'post',
  path: '/mfa/totp',
  operationId: 'beginTotp',
  tags,
  summary: 'Set up an authenticator app',
  description: 'Returns a secret, which is active once it is confirmed.',
  ...steppedUpWithMailbox,
  responses: {
    200: json(
      z.object({ secret: z.string(), uri: z.string().meta({ description: 'For a QR code.' }) }),
      'Shown only this once. Asking again makes a new one.',
    ),
    ...errors(401, 403, 404, 409, 413, 415),
  },
})

const confirmTotp = createRoute({
  method: 'post',
  path: '/mfa/totp/confirm',
  operationId: 'confirmTotp',
  ...setsCookies,
  tags,
  summary: 'Confirm the authenticator app',
  description: 'Ends every other session.',
  ...steppedUpWithMailbox,
  ...limitedAsAuth,
  request: body(TotpCode, { code: examples.code }),
  responses: {
    200: json(RecoveryCodes.extend(newToken), 'In force.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const removeTotp = createRoute({
  method: 'delete',
  path: '/mfa/totp',
  operationId: 'removeTotp',
  ...setsCookies,
  tags,
  summary: 'Remove the authenticator app',
  description: 'Ends every other session.',
  ...steppedUp,
  responses: { 204: { description: 'Gone.' }, ...errors(401, 403, 404, 409) },
})

const renewRecoveryCodes = createRoute({
  method: 'post',
  path: '/mfa/recovery-codes',
  operationId: 'renewRecoveryCodes',
  ...setsCookies,
  tags,
  summary: 'Renew my recovery codes',
  description: 'The old ones stop working.',
  ...steppedUp,
  responses: { 200: json(RecoveryCodes.extend(newToken), 'Ten.'), ...errors(401, 403, 404, 409, 413, 415) },
})

export function secondFactorRoutes(
  { logInSecondFactor: finish, stepUp: again, secondFactors }: Auth,
  profiles: Profiles,
) {
  const welcome = createWelcome(profiles)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(logInSecondFactor, async (c) =>
      c.json(await welcome(c, await finish(c.req.valid('json'), callerWithDevice(c))), 200),
    )
    .openapi(beginStepUp, async (c) => {
      const { methods, passkey } = await again.begin(actorOf(c), c.get('session').session)
      return c.json({ methods: [...methods], ...(passkey ? { passkey } : {}) }, 200)
    })
    .openapi(stepUp, async (c) => {
      const { until, credentials } = await again.stepUp(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      setTokenCookies(c, credentials)
      return c.json({ until, accessToken: credentials.accessToken }, 200)
    })
    .openapi(readStatus, async (c) => c.json(await secondFactors.status(actorOf(c)), 200))
    .openapi(beginTotp, async (c) => c.json(await secondFactors.beginTotp(actorOf(c)), 200))
    .openapi(confirmTotp, async (c) => {
      const { code } = c.req.valid('json')
      const { recoveryCodes, credentials } = await secondFactors.confirmTotp(
        actorOf(c),
        code,
        callerWithDevice(c),
      )
      return c.json({ recoveryCodes: [...recoveryCodes], ...renewTokens(c, credentials) }, 200)
    })
    .openapi(removeTotp, async (c) => {
      renewTokens(c, await secondFactors.removeTotp(actorOf(c), callerWithDevice(c)))
      return c.body(null, 204)
    })
    .openapi(renewRecoveryCodes, async (c) => {
      const { recoveryCodes, credentials } = await secondFactors.renewRecoveryCodes(
        actorOf(c),
        callerWithDevice(c),
      )
      return c.json({ recoveryCodes: [...recoveryCodes], ...renewTokens(c, credentials) }, 200)
    })
}
