import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Limit } from '../core/kernel/domain.ts'
import { isUnsafe } from '../http/csrf.ts'
import type { AppEnv } from '../http/request-context.ts'
import { errors } from '../http/route.ts'

type Definition = OpenAPIHono<AppEnv>['openAPIRegistry']['definitions'][number]
type Route = Extract<Definition, { type: 'route' }>['route'] & {
  'x-rate-limit'?: string
  'x-takes-beacon'?: true
}

/** What routes declare and middleware obeys. Middleware is mounted first and asks once there are requests. */
export function createRouteDeclarations(limitByName: ReadonlyMap<string, Limit>) {
  const limitByRoute = new Map<string, Limit>()
  const beaconRoutes: RegExp[] = []

  /** Password routes are counted each for itself. */
  function limitOf(name: string, path: string): Limit {
    const limit = limitByName.get(name)
    if (!limit) throw new Error(`${path} counts against a limit that no domain has: ${name}`)
    return name === 'auth' ? { ...limit, name: path.split('/').slice(3).join('.') } : limit
  }

  return {
    /** `isGuarded`: whether it stands behind what reads bodies and refuses forged requests. */
    read(definitions: readonly Definition[], isGuarded: (definition: Definition) => boolean): void {
      for (const definition of definitions) {
        if (definition.type !== 'route') continue
        const route: Route = definition.route
        const method = route.method.toUpperCase()
        if (isUnsafe(method) && isGuarded(definition))
          route.responses = { ...errors(400, 403, 413, 415), ...route.responses }
        if (route['x-takes-beacon'])
          beaconRoutes.push(new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`))
        const name = route['x-rate-limit']
        if (name) limitByRoute.set(`${method} ${route.path}`, limitOf(name, route.path))
      }
    },
    limitOf: (method: string, path: string): Limit | undefined => limitByRoute.get(`${method} ${path}`),
    takesBeacon: (method: string, path: string): boolean =>
      method === 'POST' && beaconRoutes.some((pattern) => pattern.test(path)),
  }
}

export type RouteDeclarations = ReturnType<typeof createRouteDeclarations>
