import { createMiddleware } from 'hono/factory'
import { invalidToken, missingToken } from '../core/accounts/auth/auth.model.ts'
import { secondFactorMissing } from '../core/accounts/auth/second-factors.model.ts'
import type { Role } from '../core/kernel/actor.ts'
import { AppError, forbidden } from '../core/kernel/errors.ts'
import { readCookie } from './cookies.ts'
import { credentialOf } from './credential.ts'
import { isUnsafe, requireOrigin } from './csrf.ts'
import { type AppContext, type AppEnv, actorOf } from './request-context.ts'

async function establish(c: AppContext, isFresh = isUnsafe(c.req.method)): Promise<void> {
  const credential = await credentialOf(c)
  if (credential.from === 'none') throw missingToken()
  if (!credential.claims) throw invalidToken()
  if (isUnsafe(c.req.method) && credential.from === 'cookie') requireOrigin(c)
  c.set('session', await c.get('auth').authenticate(credential.claims, isFresh, c.get('asked')))
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

/** Lets everybody through, also whoever shows a credential that is worth nothing any more: then nobody is signed in. */
export const sessionIfAny = createMiddleware<AppEnv>(async (c, next) => {
  try {
    if ((await credentialOf(c)).from !== 'none') await establish(c)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return next()
})

/** Where somebody signs in: looks for the session that this browser is signed in to, which is over then. */
export const lookForFormerSession = createMiddleware<AppEnv>(async (c, next) => {
  const credential = await credentialOf(c)
  const claims = credential.from === 'none' ? null : credential.claims
  const refreshToken = readCookie(c, 'refreshToken')
  if (claims || refreshToken)
    c.set(
      'formerSession',
      c
        .get('auth')
        .formerSession({ ...(claims ? { claims } : {}), ...(refreshToken ? { refreshToken } : {}) }),
    )
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

/** Comes after `requireSession`. */
export const requireVerifiedEmail = createMiddleware<AppEnv>(async (c, next) => {
  const { actor, user } = c.get('session')
  await c.get('auth').requireVerifiedEmail(actor, user?.value ?? null)
  return next()
})
