import { matchedRoutes } from 'hono/route'
import type { AppContext } from './request-context.ts'

export interface MatchedRoute {
  /** `GET` also where `HEAD` is asked. */
  readonly method: string
  /** The pattern, `/api/v1/users/:id`. */
  readonly path: string
}

/** The route that answers this request, known from its beginning; undefined when there is none. */
export function matchedRoute(c: AppContext): MatchedRoute | undefined {
  const known = c.get('matchedRoute')
  if (known !== undefined) return known ?? undefined
  const route = matchedRoutes(c).find(({ path }) => !path.endsWith('*'))
  c.set('matchedRoute', route ?? null)
  return route
}
