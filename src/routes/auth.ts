import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { missingToken } from '../core/accounts/auth/auth.model.ts'
import type { Auth } from '../core/accounts/auth/auth.ts'
import { ChangePassword, LogIn, SignUp } from '../core/accounts/auth/passwords.model.ts'
import { SecondFactorWanted } from '../core/accounts/auth/second-factors.model.ts'
import { CurrentSession, SessionView } from '../core/accounts/auth/sessions.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { saying } from '../http/answer-headers.ts'
import {
  callerWithDevice,
  clearSiteData,
  clearTokenCookies,
  readCookies,
  setTokenCookies,
} from '../http/cookies.ts'
import { presentedBy } from '../http/credential.ts'
import { requireOrigin } from '../http/csrf.ts'
import { explained } from '../http/dropped-cookies.ts'
import { say } from '../http/language.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isPublic,
  json,
  leaves,
  limitedAsAuth,
  Message,
  setsCookies,
  signedIn,
  signedInOrGuest,
  signedInOrGuestQuietly,
  signsIn,
} from '../http/route.ts'
import { isFromBackground } from '../http/session.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { createWelcome, hiddenAnswer, newToken, renewTokens, replaceSession, SignedIn } from './signed-in.ts'

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
    201: json(SignedIn, 'The account, signed in by both cookies.'),
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
  ...setsCookies,
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
  ...setsCookies,
  tags,
  summary: 'Sign out',
  description:
    'Ends the session of every token that comes along, also of one that has run out; fine when there is none. Where it cannot be ended the answer is an error and the cookies stay: try again.',
  ...isPublic,
  ...leaves,
  responses: {
    200: saying(json(Message, 'Both cookies are cleared.'), 'Clear-Site-Data'),
    ...errors(403, 413, 415),
  },
})

const quickExit = createRoute({
  method: 'post',
  path: '/quick-exit',
  operationId: 'quickExit',
  ...setsCookies,
  tags,
  summary: 'Leave at once',
  description:
    'Ends this session and has the browser forget everything of ours. For a button that somebody presses when they are not alone. `sendBeacon`, a form and `fetch` with `keepalive` all work, whatever body they send and whatever `Referrer-Policy` the page has.',
  ...isPublic,
  ...leaves,
  responses: {
    204: saying(
      { description: 'Gone. `Clear-Site-Data` empties cache, cookies and storage.' },
      'Clear-Site-Data',
    ),
    ...errors(403, 413, 415),
  },
})

const changePassword = createRoute({
  method: 'post',
  path: '/change-password',
  operationId: 'changePassword',
  ...setsCookies,
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
  ...signedInOrGuest,
  responses: { 200: json(z.object({ items: z.array(SessionView) }), 'Never a token.'), ...errors(401, 403) },
})

const readCurrentSession = createRoute({
  method: 'get',
  path: '/sessions/current',
  operationId: 'readCurrentSession',
  tags,
  summary: 'Show this session',
  description:
    'And how long it lasts. For a page that says in time that somebody will be signed out. Asking does not count as doing something, and extends nothing: `POST /auth/refresh` does.',
  ...signedInOrGuestQuietly,
  responses: { 200: json(CurrentSession, 'As it is now.'), ...errors(401, 403) },
})

const revokeSession = createRoute({
  method: 'delete',
  path: '/sessions/{id}',
  operationId: 'revokeSession',
  ...setsCookies,
  tags,
  summary: 'Sign out one device',
  ...signedInOrGuest,
  request: { params: SessionId },
  responses: { 204: { description: 'Ended.' }, ...errors(400, 401, 403, 404) },
})

const revokeOtherSessions = createRoute({
  method: 'delete',
  path: '/sessions',
  operationId: 'revokeOtherSessions',
  tags,
  summary: 'Sign out every other device',
  ...signedInOrGuest,
  responses: { 204: { description: 'Only this session is left.' }, ...errors(401, 403) },
})

const nobodyKnown =
  'Your browser is signed out. What it showed belongs to no session that we know, so nothing else has ended.'

export function authRoutes(auth: Auth, profiles: Profiles) {
  const welcome = createWelcome(profiles)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(signUp, async (c) => {
      const signedUp = await auth.signUp(c.req.valid('json'), callerWithDevice(c))
      if (!signedUp) return c.json(hiddenAnswer(c), 202)
      await replaceSession(c, signedUp)
      return c.json({ user: profiles.showNew(signedUp.user), accessToken: signedUp.accessToken }, 201)
    })
    .openapi(logIn, async (c) => {
      const outcome = await auth.logIn(c.req.valid('json'), callerWithDevice(c))
      return 'mfaToken' in outcome ? c.json(outcome, 202) : c.json(await welcome(c, outcome), 200)
    })
    .openapi(refresh, async (c) => {
      const tokens = readCookies(c, 'refreshToken')
      if (tokens.length === 0) throw explained(c, missingToken())
      requireOrigin(c)
      const renewed = await auth.refresh(tokens, callerWithDevice(c), isFromBackground(c))
      setTokenCookies(c, renewed)
      return c.json({ accessToken: renewed.accessToken }, 200)
    })
    .openapi(logOut, async (c) => {
      const { isOnSharedDevice, isNobodyKnown } = await auth.logOut(presentedBy(c), c.get('caller'))
      // Not before: with the cookies it can be tried again.
      clearTokenCookies(c)
      if (isOnSharedDevice) clearSiteData(c)
      return c.json({ message: say(c, isNobodyKnown ? nobodyKnown : 'Logged out successfully.') }, 200)
    })
    .openapi(quickExit, async (c) => {
      const presented = presentedBy(c)
      // Whoever presses it is not alone: the browser forgets, also where the session cannot be ended.
      clearTokenCookies(c)
      clearSiteData(c)
      await auth.logOut(presented, c.get('caller'))
      return c.body(null, 204)
    })
    .openapi(changePassword, async (c) => {
      const credentials = await auth.changePassword(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      const message = say(c, 'The password is changed. Other devices are signed out.')
      return c.json({ message, ...renewTokens(c, credentials) }, 200)
    })
    .openapi(listSessions, async (c) => c.json({ items: await auth.listSessions(actorOf(c)) }, 200))
    .openapi(readCurrentSession, async (c) =>
      c.json(await auth.currentSession(actorOf(c), c.get('session').isHeldBack), 200),
    )
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
}
