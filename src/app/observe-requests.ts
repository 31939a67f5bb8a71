import type { MiddlewareHandler } from 'hono'
import { matchedRoute } from '../http/matched-route.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import {
  closedSet,
  type Facts,
  failureOfStatus,
  httpMethod,
  httpStatus,
  statusClass,
} from '../ports/telemetry-facts.ts'

/** The same object for the same answer: what is counted by its facts is found again by it. */
function createFactsOfAnswers(routes: () => readonly string[]): (c: AppContext) => Facts {
  const routeName = closedSet(routes)
  const known = new Map<string, Map<number, Facts>>()
  return (c) => {
    const method = httpMethod(c.req.method)
    const status = httpStatus(c.res.status)
    const path = matchedRoute(c)?.path
    const way = `${method} ${path ?? ''}`
    let ofRoute = known.get(way)
    if (!ofRoute) {
      ofRoute = new Map()
      known.set(way, ofRoute)
    }
    let facts = ofRoute.get(status)
    if (!facts) {
      facts = {
        'http.request.method': method,
        'http.route': routeName(path),
        'http.response.status_code': status,
        'http.response.status_class': statusClass(status),
      }
      ofRoute.set(status, facts)
    }
    return facts
  }
}

const nothing: Facts = {}

/** Each request is a trace, with all that happens in it. Of its address there is the pattern of its route, of a caller nothing. */
export function observeRequests(
  telemetry: Telemetry,
  routes: () => readonly string[],
): MiddlewareHandler<AppEnv> {
  const factsOf = createFactsOfAnswers(routes)
  return (c, next) =>
    telemetry.trace(
      'request',
      nothing,
      { host: c.env?.hostTrace ?? null, link: c.req.header('traceparent') ?? null },
      async (step) => {
        try {
          await next()
        } catch (error) {
          step.set({ 'http.request.method': httpMethod(c.req.method) })
          throw error
        }
        const facts = factsOf(c)
        step.set(facts)
        const { 'http.response.status_code': status } = facts
        const failure = status === undefined ? null : failureOfStatus(status)
        if (failure) step.fail(failure)
      },
    )
}
