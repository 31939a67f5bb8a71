import { createMiddleware } from 'hono/factory'
import { invalidToken } from '../core/accounts/auth/auth.model.ts'
import type { ServiceScope } from '../core/accounts/service-tokens/service-tokens.model.ts'
import { isServiceToken, type ServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import type { Role } from '../core/kernel/actor.ts'
import { forbidden } from '../core/kernel/errors.ts'
import { bearerOf } from './credential.ts'
import type { AppEnv } from './request-context.ts'
import { requireRole, requireSession } from './session.ts'

/** Lets through people in one of the roles, and programs with one of the scopes; `c.get('service')` tells which. */
export const requireRoleOrScope = (
  authenticate: ServiceTokens['authenticate'],
  roles: readonly Role[],
  scopes: readonly ServiceScope[],
) => {
  const role = requireRole(roles)
  return createMiddleware<AppEnv>(async (c, next) => {
    const token = bearerOf(c.req.header('x-authorization')) ?? bearerOf(c.req.header('authorization'))
    if (token === undefined || !isServiceToken(token))
      return requireSession(c, () => role(c, next) as Promise<void>)
    const service = await authenticate(token)
    if (!service) throw invalidToken()
    if (!scopes.some((scope) => service.scopes.includes(scope))) throw forbidden()
    c.set('service', service)
    return next()
  })
}
