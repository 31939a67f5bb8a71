import { matchedRoutes } from 'hono/route'
import type { AppContext } from './request-context.ts'

export interface MatchedRoute {
  /** `GET` also where `HEAD` is asked. */
  readonly method: string
  /** The pattern, `/api/v1/users/:id`. */
  readonly path: string
}

/** The route that answers this request, known from its beginning; undefined when there is none. */
export const matchedRoute = (c: AppContext): MatchedRoute | undefined =>
  matchedRoutes(c).find(({ path }) => !path.endsWith('*'))
