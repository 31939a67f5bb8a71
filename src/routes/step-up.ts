import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import { PasskeyChallenge, SecondFactorMethod, StepUp } from '../core/accounts/auth/second-factors.model.ts'
import { callerWithDevice, setTokenCookies } from '../http/cookies.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, json, limitedAsAuth, signedIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { newToken } from './signed-in.ts'

const tags = ['Auth']

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

/** Proving again, inside a session, who one is. */
export const stepUpRoutes = ({ stepUp: again }: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(beginStepUp, async (c) => {
      const { methods, passkey } = await again.begin(actorOf(c), c.get('session').session)
      return c.json({ methods: [...methods], ...(passkey ? { passkey } : {}) }, 200)
    })
    .openapi(stepUp, async (c) => {
      const { until, credentials } = await again.stepUp(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      setTokenCookies(c, credentials)
      return c.json({ until, accessToken: credentials.accessToken }, 200)
    })
