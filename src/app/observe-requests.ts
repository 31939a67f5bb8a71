import type { MiddlewareHandler } from 'hono'
import { matchedRoute } from '../http/matched-route.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import {
  closedSet,
  type Facts,
  failureOfStatus,
  type HttpMethod,
  type HttpStatus,
  httpMethod,
  httpStatus,
  statusClass,
} from '../ports/telemetry-facts.ts'

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    known.set(key, value)
  }
  return value
}

/** The same object for the same answer: what is counted by its facts is found again by it. */
function createFactsOfAnswers(routes: () => readonly string[]): (c: AppContext) => Facts {
  const routeName = closedSet(routes)
  const known = new Map<HttpMethod, Map<string | undefined, Map<HttpStatus, Facts>>>()
  const empty = <Key, Value>() => new Map<Key, Value>()
  return (c) => {
    const method = httpMethod(c.req.method)
    const status = httpStatus(c.res.status)
    const path = matchedRoute(c)?.path
    const ofMethod = remembered(known, method, empty<string | undefined, Map<HttpStatus, Facts>>)
    const ofRoute = remembered(ofMethod, path, empty<HttpStatus, Facts>)
    return remembered(ofRoute, status, () => ({
      'http.request.method': method,
      'http.route': routeName(path),
      'http.response.status_code': status,
      'http.response.status_class': statusClass(status),
    }))
  }
}

const nothing: Facts = {}

/**
 * The same, each request of it a trace with all that happens in it. Of its address there is the pattern of its route, of
 * a caller nothing. Around what is there anyway: one more middleware would cost as much as the trace.
 */
export function observeRequests(
  telemetry: Telemetry,
  routes: () => readonly string[],
  serve: MiddlewareHandler<AppEnv>,
): MiddlewareHandler<AppEnv> {
  const factsOf = createFactsOfAnswers(routes)
  return (c, next) =>
    telemetry.trace(
      'request',
      nothing,
      { host: c.env?.hostTrace ?? null, link: c.req.header('traceparent') ?? null },
      (step) =>
        serve(c, next).then(
          (answer) => {
            const facts = factsOf(c)
            step.set(facts)
            const { 'http.response.status_code': status } = facts
            const failure = status === undefined ? null : failureOfStatus(status)
            if (failure) step.fail(failure)
            return answer
          },
          (error: unknown) => {
            step.set({ 'http.request.method': httpMethod(c.req.method) })
            throw error
          },
        ),
    )
}
