import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Auth } from '../core/accounts/auth/auth.ts'
import {
  IdentityView,
  LinkAccount,
  LinkWanted,
  ProviderAddressView,
  ProviderAnswer,
  SocialLogIn,
} from '../core/accounts/auth/identities.model.ts'
import { GuestEntry, GuestUpgrade } from '../core/accounts/auth/passwords.model.ts'
import { SecondFactorWanted } from '../core/accounts/auth/second-factors.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { callerWithDevice, clearTokenCookies, setTokenCookies } from '../http/cookies.ts'
import { type AppEnv, actorOf } from '../http/request-context.ts'
import {
  body,
  errors,
  isShared,
  json,
  limitedAsAuth,
  Message,
  setsCookies,
  signedIn,
  signedInOrGuest,
  signsIn,
  steppedUp,
  unchanged,
} from '../http/route.ts'
import { sharedJson } from '../http/shared-answer.ts'
import { onInvalid } from '../http/validate.ts'
import { examples } from './examples.ts'
import { createWelcome, hiddenAnswer, newToken, renewTokens, replaceSession, SignedIn } from './signed-in.ts'

const tags = ['Auth']
const providerAnswer = {
  provider: 'google' as const,
  code: '4/0AX4XfWh2b7d1Qe8zK5tR9sLpV3nYcJ6mUoGfDxBwHqZaTkNiE',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  redirectUri: 'https://portal.example.org/signed-in',
}

const listProviders = createRoute({
  method: 'get',
  path: '/social',
  operationId: 'listIdentityProviders',
  tags,
  summary: 'List the identity providers',
  description: 'Those that are set up here, and where to send people.',
  ...isShared,
  responses: {
    200: json(z.object({ items: z.array(ProviderAddressView) }), 'Empty when there is none. With an `ETag`.'),
    304: unchanged,
    ...errors(),
  },
})

const logInSocially = createRoute({
  method: 'post',
  path: '/social',
  operationId: 'logInSocially',
  tags,
  summary: 'Sign in with Google or Microsoft',
  description:
    'OpenID Connect with PKCE (S256). The `nonce` of the authorization request is the code challenge, unless another is named here.',
  ...signsIn,
  ...limitedAsAuth,
  request: body(SocialLogIn, { ...providerAnswer, sharedDevice: false }),
  responses: {
    200: json(SignedIn, 'Signed in by both cookies.'),
    202: json(
      z.union([SecondFactorWanted, LinkWanted]),
      'Right so far: show a second factor to `POST /auth/login/mfa`, or the password of the account that has this address to `POST /auth/social/link`.',
    ),
    ...errors(400, 401, 403, 409, 413, 415),
  },
})

const linkAccount = createRoute({
  method: 'post',
  path: '/social/link',
  operationId: 'linkAccount',
  tags,
  summary: 'Link a provider’s account to the one here',
  description: 'Needs the password of the one here.',
  ...signsIn,
  ...limitedAsAuth,
  request: body(LinkAccount, { linkToken: examples.oneTimeToken, password: examples.password }),
  responses: {
    200: json(SignedIn, 'Linked, and signed in by both cookies.'),
    202: json(
      SecondFactorWanted,
      'Right so far: linked once a second factor was shown to `POST /auth/login/mfa`.',
    ),
    ...errors(400, 401, 403, 409, 413, 415),
  },
})

const listIdentities = createRoute({
  method: 'get',
  path: '/identities',
  operationId: 'listIdentities',
  tags,
  summary: 'List the providers’ accounts that sign in to mine',
  ...signedIn,
  responses: {
    200: json(z.object({ items: z.array(IdentityView) }), 'Nothing secret.'),
    ...errors(401, 403, 404),
  },
})

const linkIdentity = createRoute({
  method: 'post',
  path: '/identities',
  operationId: 'linkIdentity',
  ...setsCookies,
  tags,
  summary: 'Link a provider’s account to mine',
  description:
    'From inside a session: no password is needed, only a step-up. 409 when it signs in already, to this account or another. Ends every other session.',
  ...steppedUp,
  ...limitedAsAuth,
  request: body(ProviderAnswer, providerAnswer),
  responses: {
    201: json(z.object({ identity: IdentityView, ...newToken }), 'It signs in from now on.'),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

const unlinkIdentity = createRoute({
  method: 'delete',
  path: '/identities/{id}',
  operationId: 'unlinkIdentity',
  ...setsCookies,
  tags,
  summary: 'Unlink a provider’s account',
  description: 'It no longer signs in to mine. Ends every other session.',
  ...steppedUp,
  request: { params: z.object({ id: z.string().max(100).meta({ example: examples.identityId }) }) },
  responses: { 204: { description: 'Gone.' }, ...errors(400, 401, 403, 404, 409) },
})

const enterAsGuest = createRoute({
  method: 'post',
  path: '/guest',
  operationId: 'enterAsGuest',
  tags,
  summary: 'Enter as a guest',
  description: 'To talk to staff for a day without an account.',
  ...signsIn,
  ...limitedAsAuth,
  request: body(GuestEntry, { name: 'Sam', sharedDevice: false }),
  responses: { 201: json(SignedIn, 'Signed in by both cookies, as a guest.'), ...errors(400, 403, 413, 415) },
})

const upgradeGuest = createRoute({
  method: 'post',
  path: '/guest/upgrade',
  operationId: 'upgradeGuest',
  ...setsCookies,
  tags,
  summary: 'Turn a guest into an account',
  description: 'Everything that was said is kept.',
  ...signedInOrGuest,
  ...limitedAsAuth,
  request: body(GuestUpgrade, {
    email: examples.email,
    password: examples.password,
    name: examples.name,
  }),
  responses: {
    200: json(
      SignedIn,
      'The same person, from now on with an account. Signed in by both cookies; those of the guest are dead.',
    ),
    202: json(
      Message,
      'With `SIGNUP_DISCLOSURE=hidden`, for known and unknown addresses alike. The session of the guest has ended.',
    ),
    ...errors(400, 401, 403, 404, 409, 413, 415),
  },
})

export function socialRoutes({ withProvider, identities, guests }: Auth, profiles: Profiles) {
  const welcome = createWelcome(profiles)
  return new OpenAPIHono<AppEnv>({ defaultHook: onInvalid })
    .openapi(listProviders, async (c) => sharedJson(c, { items: [...(await withProvider.addresses())] }))
    .openapi(logInSocially, async (c) => {
      const outcome = await withProvider.logIn(c.req.valid('json'), callerWithDevice(c))
      return 'user' in outcome ? c.json(await welcome(c, outcome), 200) : c.json(outcome, 202)
    })
    .openapi(linkAccount, async (c) => {
      const outcome = await withProvider.link(c.req.valid('json'), callerWithDevice(c))
      return 'user' in outcome ? c.json(await welcome(c, outcome), 200) : c.json(outcome, 202)
    })
    .openapi(listIdentities, async (c) => c.json({ items: await identities.list(actorOf(c)) }, 200))
    .openapi(linkIdentity, async (c) => {
      const added = await identities.add(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      return c.json({ identity: added.identity, ...renewTokens(c, added.credentials) }, 201)
    })
    .openapi(unlinkIdentity, async (c) => {
      renewTokens(c, await identities.remove(actorOf(c), c.req.valid('param').id, callerWithDevice(c)))
      return c.body(null, 204)
    })
    .openapi(enterAsGuest, async (c) => {
      const entered = await guests.enter(c.req.valid('json'), callerWithDevice(c))
      await replaceSession(c, entered)
      return c.json({ user: profiles.showNew(entered.user), accessToken: entered.accessToken }, 201)
    })
    .openapi(upgradeGuest, async (c) => {
      const upgraded = await guests.upgrade(actorOf(c), c.req.valid('json'), callerWithDevice(c))
      if (!upgraded) {
        clearTokenCookies(c)
        return c.json(hiddenAnswer(c), 202)
      }
      setTokenCookies(c, upgraded)
      return c.json({ user: profiles.showNew(upgraded.user), accessToken: upgraded.accessToken }, 200)
    })
}
