import { createMiddleware } from 'hono/factory'
import { accountMismatch, invalidToken, missingToken } from '../core/accounts/auth/auth.model.ts'
import type { Authenticated, VerifiedClaims } from '../core/accounts/auth/authenticate.ts'
import { secondFactorMissing } from '../core/accounts/auth/second-factors.model.ts'
import type { Role } from '../core/kernel/actor.ts'
import { AppError, forbidden } from '../core/kernel/errors.ts'
import { credentialOf, presentedBy } from './credential.ts'
import { isUnsafe, requireOrigin } from './csrf.ts'
import { explained } from './dropped-cookies.ts'
import { type AppContext, type AppEnv, actorOf } from './request-context.ts'

/**
 * A program asks on its own, by what it says or by what it asks: nobody need be there, so the session goes on being idle. A
 * page that is open loads pictures as they come, and cannot say more about it than browsers do.
 */
export const isFromBackground = (c: AppContext): boolean =>
  c.get('isQuiet') === true ||
  c.req.header('x-background') === 'true' ||
  c.req.header('sec-fetch-dest') === 'image'

/** Comes before `requireSession`. */
export const keepQuiet = createMiddleware<AppEnv>(async (c, next) => {
  c.set('isQuiet', true)
  return next()
})

async function establish(c: AppContext, isFresh = isUnsafe(c.req.method)): Promise<void> {
  const credential = await credentialOf(c)
  if (credential.from === 'none') throw explained(c, missingToken())
  if (!credential.claims) throw invalidToken()
  if (isUnsafe(c.req.method) && credential.from === 'cookie') requireOrigin(c)
  const how = { isFresh, isBackground: isFromBackground(c) }
  const authenticate = (claims: VerifiedClaims) => c.get('auth').authenticate(claims, how, c.get('asked'))
  try {
    c.set('session', await authenticate(credential.claims))
  } catch (error) {
    const others = credential.from === 'cookie' && error instanceof AppError ? credential.others : []
    const session = await firstThatStands(others, authenticate)
    if (!session) throw error
    c.set('session', session)
  }
  requireExpectedUser(c)
}

/**
 * All tabs of a browser share its cookies: what one was told to do as one person may be sent when another has signed in
 * through another. Whoever says for whom they speak is not taken for somebody else.
 */
function requireExpectedUser(c: AppContext): void {
  const expected = c.req.header('x-expected-user')
  if (expected !== undefined && expected !== actorOf(c).userId) throw accountMismatch()
}

/** What a proxy or a change of name left in the browser may hide the cookie that is good. */
async function firstThatStands(
  others: readonly VerifiedClaims[],
  authenticate: (claims: VerifiedClaims) => Promise<Authenticated>,
): Promise<Authenticated | null> {
  for (const claims of others)
    try {
      return await authenticate(claims)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  return null
}

/** Lets through only a session that still stands; for what changes state, as the store sees it now. */
export const requireSessionOrGuest = createMiddleware<AppEnv>(async (c, next) => {
  await establish(c)
  return next()
})

/** The same, but for guests: whatever does not name them is not for them. */
export const requireSession = createMiddleware<AppEnv>(async (c, next) => {
  await establish(c)
  if (actorOf(c).role === 'guest') throw forbidden()
  return next()
})

/** Lets anybody through; whoever shows a credential has to have a session that stands. */
export const optionalSession = createMiddleware<AppEnv>(async (c, next) => {
  if ((await credentialOf(c)).from === 'none') return next()
  return requireSession(c, next)
})

/** Whoever shows a credential that is worth nothing any more is not signed in. */
export async function lookForSession(c: AppContext): Promise<void> {
  try {
    if ((await credentialOf(c)).from !== 'none') await establish(c)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
}

/** Lets everybody through, signed in or not. */
export const sessionIfAny = createMiddleware<AppEnv>(async (c, next) => {
  await lookForSession(c)
  return next()
})

/** Where somebody signs in: looks for the session that this browser is signed in to, which is over then. */
export const lookForFormerSession = createMiddleware<AppEnv>((c, next) => {
  const presented = presentedBy(c)
  if (presented.accessTokens.length + presented.refreshTokens.length > 0)
    c.set('formerSession', c.get('auth').formerSession(presented))
  return next()
})

/** Comes after `requireSession`. */
export const requireRole = (roles: readonly Role[]) =>
  createMiddleware<AppEnv>(async (c, next) => {
    if (!roles.includes(actorOf(c).role))
      throw c.get('session').isHeldBack ? secondFactorMissing() : forbidden()
    return next()
  })

/**
 * Comes after `requireSession`. What is worth a step-up is worth a look at the store, whatever the method and whatever
 * this process has lately seen.
 */
export const requireStepUp = createMiddleware<AppEnv>(async (c, next) => {
  if (c.get('session').session === null) await establish(c, true)
  c.get('auth').stepUp.require(c.get('session').session)
  return next()
})

/** Comes after what has read the session: `requireStepUp`, or `requireSession` where something changes. */
export const requireMailbox = createMiddleware<AppEnv>(async (c, next) => {
  const { session, user } = c.get('session')
  c.get('auth').stepUp.requireMailbox(session, user?.value ?? null)
  return next()
})

/** The same, but for guests: they have nothing to prove it with, and nothing that would be worth it. */
export const requireStepUpUnlessGuest = createMiddleware<AppEnv>(async (c, next) => {
  if (c.get('session').session === null) await establish(c, true)
  return actorOf(c).role === 'guest' ? next() : requireStepUp(c, next)
})

/** Comes after `requireSession`. */
export const requireVerifiedEmail = createMiddleware<AppEnv>(async (c, next) => {
  const { actor, user } = c.get('session')
  await c.get('auth').requireVerifiedEmail(actor, user?.value ?? null)
  return next()
})
