import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { missingToken, SignedUpUser } from '../core/accounts/auth/auth.model.ts'
import type { Auth } from '../core/accounts/auth/auth.ts'
import { ChangePassword, LogIn, SignUp } from '../core/accounts/auth/passwords.model.ts'
import { SecondFactorWanted } from '../core/accounts/auth/second-factors.model.ts'
import { SessionView } from '../core/accounts/auth/sessions.model.ts'
import {
  callerWithDevice,
  clearSiteData,
  clearTokenCookies,
  readCookie,
  setTokenCookies,
} from '../http/cookies.ts'
import { credentialOf } from '../http/credential.ts'
import { requireOrigin } from '../http/csrf.ts'
import { type AppContext, type AppEnv, actorOf } from '../http/request-context.ts'
import { body, errors, isPublic, json, limitedAsAuth, Message, signedIn, signsIn } from '../http/route.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { hiddenAnswer, newToken, renewTokens, replaceSession, SignedIn, welcome } from './signed-in.ts'

const SessionId = z.object({ id: z.uuid().meta({ example: examples.sessionId }) })
const tags = ['Auth']

const signUp = createRoute({
  method: 'post',
  path: '/signup',
  operationId: 'signUp',
  tags,
  summary: 'Create an account',
  ...signsIn,
  ...limitedAsAuth,
  request: body(SignUp, {
    email: examples.email,
    password: examples.password,
    name: examples.name,
    sharedDevice: false,
  }),
  responses: {
    201: json(
      z.object({ user: SignedUpUser, accessToken: z.string() }),
      'The account, signed in by both cookies.',
    ),
    202: json(Message, 'With `SIGNUP_DISCLOSURE=hidden`, for known and unknown addresses alike.'),
    ...errors(400, 403, 409, 413, 415),
  },
})

const logIn = createRoute({
  method: 'post',
  path: '/login',
  operationId: 'logIn',
  tags,
  summary: 'Sign in with an e-mail address and a password',
  ...signsIn,
  ...limitedAsAuth,
  request: body(LogIn, { email: examples.email, password: examples.password, sharedDevice: false }),
  responses: {
    200: json(SignedIn, 'Signed in by both cookies.'),
    202: json(
      SecondFactorWanted,
      'Right so far: show a second factor to `POST /auth/login/mfa`. No cookie is set yet.',
    ),
    ...errors(400, 401, 403, 413, 415),
  },
})

const refresh = createRoute({
  method: 'post',
  path: '/refresh',
  operationId: 'refresh',
  tags,
  summary: 'Refresh the access token',
  description: 'Exchanges the refresh cookie for its successor and a new access token.',
  ...isPublic,
  responses: {
    200: json(z.object({ accessToken: z.string() }), 'Both cookies are renewed.'),
    ...errors(401, 403, 409, 413, 415),
  },
})

const logOut = createRoute({
  method: 'post',
  path: '/logout',
  operationId: 'logOut',
  tags,
  summary: 'Sign out',
  description: 'Ends this session; fine when there is none.',
  ...isPublic,
  responses: { 200: json(Message, 'Both cookies are cleared.'), ...errors(403, 413, 415) },
})

const quickExit = createRoute({
  method: 'post',
  path: '/quick-exit',
  operationId: 'quickExit',
  tags,
  summary: 'Leave at once',
  description:
    'Ends this session and has the browser forget everything of ours. For a button that somebody presses when they are not alone. Needs no body, so that `sendBeacon` can call it.',
  ...isPublic,
  responses: {
    204: { description: 'Gone. `Clear-Site-Data` empties cache, cookies and storage.' },
    ...errors(403, 413, 415),
  },
})

const changePassword = createRoute({
  method: 'post',
  path: '/change-password',
  operationId: 'changePassword',
  tags,
  summary: 'Change my password',
  description: 'Ends every other session.',
  ...signedIn,
  ...limitedAsAuth,
  request: body(ChangePassword, {
    currentPassword: examples.password,
    newPassword: 'Another-Secure-Pass-456',
  }),
  responses: { 200: json(Message.extend(newToken), 'Changed.'), ...errors(400, 401, 403, 409, 413, 415) },
})

const listSessions = createRoute({
  method: 'get',
  path: '/sessions',
  operationId: 'listSessions',
  tags,
  summary: 'List my sessions',
  description: 'The devices that are signed in, newest first.',
  ...signedIn,
  responses: { 200: json(z.object({ items: z.array(SessionView) }), 'Never a token.'), ...errors(401, 403) },
})

const revokeSession = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  operationId: 'revokeSession',
  tags,
  summary: 'Sign out one device',
  ...signedIn,
  request: { params: SessionId },
  responses: { 204: { description: 'Ended.' }, ...errors(400, 401, 403, 404) },
})

const revokeOtherSessions = createRoute({
  method: 'delete',
  path: '/sessions',
  operationId: 'revokeOtherSessions',
  tags,
  summary: 'Sign out every other device',
  ...signedIn,
  responses: { 204: { description: 'Only this session is left.' }, ...errors(401, 403) },
})

/** Whatever the tokens that came along are good for. True on a computer that others use too. */
async function endSession(c: AppContext, auth: Auth): Promise<boolean> {
  const credential = await credentialOf(c)
  const refreshToken = readCookie(c, 'refreshToken')
  if (refreshToken || credential.from === 'cookie') if (credential.from !== 'bearer') requireOrigin(c)
  const claims = credential.from === 'none' ? null : credential.claims
  const presented = { ...(claims ? { claims } : {}), ...(refreshToken ? { refreshToken } : {}) }
  const isOnSharedDevice = await auth.logOut(presented, c.get('caller'))
  clearTokenCookies(c)
  return isOnSharedDevice
}

export const authRoutes = (auth: Auth) =>
  new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(signUp, async (c) => {
      const signedUp = await auth.signUp(c.req.valid('json'), callerWithDevice(c))
      if (!signedUp) return c.json(hiddenAnswer, 202)
      await replaceSession(c, signedUp)
      const { id, email, name, avatar } = signedUp.user
      return c.json({ user: { id, email, name, avatar }, accessToken: signedUp.accessToken }, 201)
    })
    .openapi(logIn, async (c) => {
      const outcome = await auth.logIn(c.req.valid('json'), callerWithDevice(c))
      return 'mfaToken' in outcome ? c.json(outcome, 202) : c.json(await welcome(c, outcome), 200)
    })
    .openapi(refresh, async (c) => {
      const token = readCookie(c, 'refreshToken')
      if (!token) throw missingToken()
      requireOrigin(c)
      const renewed = await auth.refresh(token, callerWithDevice(c))
      setTokenCookies(c, renewed)
      return c.json({ accessToken: renewed.accessToken }, 200)
    })
    .openapi(logOut, async (c) => {
      const isOnSharedDevice = await endSession(c, auth)
      if (isOnSharedDevice) clearSiteData(c)
      return c.json({ message: 'Signed out.' }, 200)
    })
    .openapi(quickExit, async (c) => {
      await endSession(c, auth)
      clearSiteData(c)
      return c.body(null, 204)
    })
    .openapi(changePassword, async (c) => {
      const credentials = await auth.changePassword(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      const message = 'The password is changed. Other devices are signed out.'
      return c.json({ message, ...renewTokens(c, credentials) }, 200)
    })
    .openapi(listSessions, async (c) => c.json({ items: await auth.listSessions(actorOf(c)) }, 200))
    .openapi(revokeSession, async (c) => {
      const { id } = c.req.valid('param')
      await auth.revokeSession(actorOf(c), id, c.get('caller'))
      if (id === actorOf(c).sessionId) clearTokenCookies(c)
      return c.body(null, 204)
    })
    .openapi(revokeOtherSessions, async (c) => {
      await auth.revokeOtherSessions(actorOf(c), c.get('caller'))
      return c.body(null, 204)
    })
