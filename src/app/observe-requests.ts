import type { MiddlewareHandler } from 'hono'
import { matchedRoute } from '../http/matched-route.ts'
import type { AppEnv } from '../http/request-context.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { closedSet, failureOfStatus, httpMethod, httpStatus, statusClass } from '../ports/telemetry-facts.ts'

/** Each request is a trace, with all that happens in it. Of its address there is the pattern of its route, of a caller nothing. */
export function observeRequests(
  telemetry: Telemetry,
  routes: () => readonly string[],
): MiddlewareHandler<AppEnv> {
  const routeName = closedSet(routes)
  return (c, next) =>
    telemetry.trace(
      'request',
      { 'http.request.method': httpMethod(c.req.method) },
      { host: c.env?.hostTrace ?? null, link: c.req.header('traceparent') ?? null },
      async (step) => {
        await next()
        const status = httpStatus(c.res.status)
        step.set({
          'http.route': routeName(matchedRoute(c)?.path),
          'http.response.status_code': status,
          'http.response.status_class': statusClass(status),
        })
        const failure = failureOfStatus(status)
        if (failure) step.fail(failure)
      },
    )
}
