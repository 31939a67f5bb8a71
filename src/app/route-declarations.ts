import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Limit } from '../core/kernel/domain.ts'
import { isUnsafe } from '../http/csrf.ts'
import type { Schema } from '../http/declared-input.ts'
import { type DeclaredQuery, declareQuery } from '../http/declared-query.ts'
import type { MatchedRoute } from '../http/matched-route.ts'
import { notCounted } from '../http/rate-limit.ts'
import type { AppEnv } from '../http/request-context.ts'
import { conditional, errors, idempotencyKey } from '../http/route.ts'
import { type AddressDoor, disclosureOf } from '../routes/address-doors.ts'

type Definition = OpenAPIHono<AppEnv>['openAPIRegistry']['definitions'][number]
type Route = Extract<Definition, { type: 'route' }>['route'] & {
  'x-rate-limit'?: string
  'x-takes-beacon'?: true
  'x-account-disclosure'?: Pick<AddressDoor, 'open' | 'hidden'>
  'x-leaves'?: true
  'x-reached-directly'?: true
  'x-any-query'?: true
  'x-shared'?: true
  'x-uncounted'?: true
}

/** Outside it stand probes, key sets and pages, which monitors and browsers ask for as they like. */
const apiPrefix = '/api/v1/'

const queryOf = ({ path, request, 'x-any-query': takesAny }: Route): DeclaredQuery | null => {
  if (takesAny || !path.startsWith(apiPrefix)) return null
  return declareQuery(request?.query as Schema | undefined)
}

/** What its JSON is held to; null for none. */
const bodyOf = ({ request }: Route): Schema | null => {
  const content = request?.body?.content as Record<string, { schema?: unknown }> | undefined
  return (content?.['application/json']?.schema ?? null) as Schema | null
}

/** What an answer of a route can only be about says what may come with a request. */
function declareHeaders(route: Route): void {
  const headers = {
    ...('412' in route.responses ? conditional.ifMatch : {}),
    ...('304' in route.responses ? conditional.ifNoneMatch : {}),
    ...('422' in route.responses ? idempotencyKey : {}),
  }
  if (Object.keys(headers).length === 0) return
  const declared = route.request?.headers as z.ZodObject | undefined
  route.request = { ...route.request, headers: z.object({ ...headers, ...declared?.shape }) }
}

/** Password routes are counted each for itself, whatever their parameters. */
const counterOf = (path: string): string =>
  path
    .split('/')
    .slice(3)
    .filter((part) => !part.startsWith('{'))
    .join('.')

/**
 * What routes declare and middleware obeys. Middleware is mounted first and asks once there are requests, by the route
 * that will answer: never by the path, which is spelled in many ways and holds the parameters.
 */
export function createRouteDeclarations(limitByName: ReadonlyMap<string, Limit>) {
  const limitByRoute = new Map<string, Limit>()
  const beaconRoutes = new Set<string>()
  const routeByCounter = new Map<string, string>()
  const keyOf = ({ method, path }: MatchedRoute): string => `${method} ${path}`
  const leavingRoutes = new Set<string>()
  const directRoutes = new Set<string>()
  const queryByRoute = new Map<string, DeclaredQuery>()
  const addressByRoute = new Map<string, z.ZodType>()
  const bodyByRoute = new Map<string, Schema>()

  function limitOf(name: string, key: string, path: string): Limit {
    const limit = limitByName.get(name)
    if (!limit) throw new Error(`${key} counts against a limit that no domain has: ${name}`)
    if (name !== 'auth') return limit
    const counter = counterOf(path)
    const other = routeByCounter.get(counter)
    if (other !== undefined) throw new Error(`${key} and ${other} would be counted together: ${counter}`)
    routeByCounter.set(counter, key)
    return { ...limit, name: counter }
  }

  return {
    /** `isGuarded`: whether it stands behind what reads bodies and refuses forged requests. */
    read(definitions: readonly Definition[], isGuarded: (definition: Definition) => boolean): void {
      for (const definition of definitions) {
        if (definition.type !== 'route') continue
        const route: Route = definition.route
        const method = route.method.toUpperCase()
        const key = keyOf({ method, path: route.path.replaceAll(/\{(\w+)\}/g, ':$1') })
        if (isUnsafe(method) && isGuarded(definition))
          route.responses = { ...errors(400, 403, 413, 415), ...route.responses }
        if (route.path.includes('{')) route.responses = { ...errors(404), ...route.responses }
        const isCounted = isGuarded(definition) && !notCounted.has(route.path)
        if (!isCounted && !route['x-shared']) route['x-uncounted'] = true
        const query = queryOf(route)
        if (query) {
          queryByRoute.set(key, query)
          route.responses = { ...errors(400), ...route.responses }
        }
        if (route.request?.params) addressByRoute.set(key, route.request.params as z.ZodType)
        declareHeaders(route)
        const body = bodyOf(route)
        if (body) bodyByRoute.set(key, body)
        const door = disclosureOf(route.operationId)
        if (door) route['x-account-disclosure'] = { open: door.open, hidden: door.hidden }
        if (route['x-takes-beacon']) beaconRoutes.add(key)
        if (route['x-leaves']) leavingRoutes.add(key)
        if (route['x-reached-directly']) directRoutes.add(key)
        else route.responses = { ...errors(403), ...route.responses }
        const name = route['x-rate-limit']
        if (name) limitByRoute.set(key, limitOf(name, key, route.path))
      }
    },
    limitOf: (route: MatchedRoute): Limit | undefined => limitByRoute.get(keyOf(route)),
    queryOf: (route: MatchedRoute): DeclaredQuery | undefined => queryByRoute.get(keyOf(route)),
    addressOf: (route: MatchedRoute): z.ZodType | undefined => addressByRoute.get(keyOf(route)),
    bodyOf: (route: MatchedRoute): Schema | undefined => bodyByRoute.get(keyOf(route)),
    takesBeacon: (route: MatchedRoute): boolean => beaconRoutes.has(keyOf(route)),
    isReachedDirectly: (route: MatchedRoute): boolean => directRoutes.has(keyOf(route)),
    leaves: (route: MatchedRoute): boolean => leavingRoutes.has(keyOf(route)),
  }
}

export type RouteDeclarations = ReturnType<typeof createRouteDeclarations>
