import type { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { Limit } from '../core/kernel/domain.ts'
import { ownPagesPath } from '../core/platform/mail/mailed-pages.model.ts'
import { createReadClientAddress } from '../http/client-address.ts'
import { csrf, unsafeMethods } from '../http/csrf.ts'
import { declaredQuery } from '../http/declared-query.ts'
import { deletingTwice } from '../http/deleting-twice.ts'
import { createNoteDropped } from '../http/dropped-cookies.ts'
import { essentialHeaders } from '../http/headers.ts'
import { jsonBody } from '../http/json-body.ts'
import { matchedRoute } from '../http/matched-route.ts'
import { originLock } from '../http/origin-lock.ts'
import { rateLimit } from '../http/rate-limit.ts'
import type { AppEnv } from '../http/request-context.ts'
import { beginRequest } from '../http/request-id.ts'
import type { Ports } from '../ports/ports.ts'
import { readTraceParent } from '../ports/traceparent.ts'
import { blobRoutes } from '../routes/blobs.ts'
import { mailedPageRoutes } from '../routes/mailed-pages/mailed-pages.ts'
import { publicPictureRoutes } from '../routes/public-pictures.ts'
import { realtimeEventRoutes } from '../routes/realtime.ts'
import type { AppConfig } from './config.ts'
import type { Domains } from './domains.ts'
import { observeRequests } from './observe-requests.ts'
import type { RouteDeclarations } from './route-declarations.ts'

const onRoutes =
  (middleware: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> =>
  (c, next) =>
    matchedRoute(c) ? middleware(c, next) : next()

/**
 * Mounts what every request meets, in this order. Routes that stand in between are answered before what comes after
 * them.
 */
export function mountMiddleware(
  app: OpenAPIHono<AppEnv>,
  ports: Ports,
  { auth, erasure, exports, files, forms, health, idempotency, limits, mails, realtime }: Domains,
  config: AppConfig,
  { addressOf, bodyOf, isReachedDirectly, leaves, limitOf, queryOf, takesBeacon }: RouteDeclarations,
): void {
  const { assets, clock, compressor, log, telemetry } = ports
  const scaleBySite = new Map(config.trustedSites.map(({ name, scale }) => [name, scale]))
  const limited = (general: Limit) =>
    rateLimit({
      take: limits.take,
      noteUnknown: limits.unknownCallers.note,
      general,
      limitOf,
      isNeverRefused: leaves,
      scaleOf: (site) => (site === null ? 1 : (scaleBySite.get(site) ?? 1)),
      now: clock.now,
    })

  const begin = beginRequest({
    settings: config.http,
    compressor,
    auth,
    readClientAddress: createReadClientAddress(config.clientAddress, config.trustedSites),
    noteDropped: createNoteDropped((reason, says) => log.warn('cookies_dropped', { reason, says })),
    traceId: telemetry.traceId,
    traceIdIn: (traceparent) => readTraceParent(traceparent)?.traceId,
    now: clock.now,
    report: (event, served) => log.info(event, served),
  })
  const paths = () => app.routes.map(({ path }) => path)
  app.use(telemetry.isOn ? observeRequests(telemetry, paths, begin) : begin)
  if (config.originLock) app.use(originLock(config.originLock, isReachedDirectly))
  // Before the limits: a film is watched in hundreds of small requests. The signature is the permission.
  app.route('/api/blobs', blobRoutes(ports.blobs.answer))
  app.use(essentialHeaders)
  // Before everything that could be done by half.
  app.use('/api/v1/*', async (_, next) => {
    await health.requireSchema()
    await next()
  })
  // Before everything that asks for a browser: what is not signed is refused by the route itself.
  app.route(
    '/api/v1/realtime',
    realtimeEventRoutes(realtime, (error, requestId) => log.error('request_failed', error, { requestId })),
  )
  for (const pictures of ['avatars', 'thumbnails', 'sample-pictures'])
    app.use(`/api/v1/${pictures}/*`, limited(config.limits.avatars))
  app.route('/api/v1', publicPictureRoutes(files, assets.read))
  app.use(limited(limits.general))
  app.use(declaredQuery(queryOf, addressOf))
  // Before what takes nothing but JSON: their forms are sent by a browser without script.
  app.route(
    ownPagesPath,
    mailedPageRoutes(
      { auth, erasure, exports, forms, mails },
      {
        passwordMinLength: config.auth.passwordMinLength,
        limited: limited({ ...config.limits.auth, name: 'pages' }),
      },
    ),
  )
  app.delete('*', onRoutes(deletingTwice(idempotency.deletions)))
  // Where there is no route there is nothing to protect, and no body to read.
  app.on(unsafeMethods, ['*'], ...[csrf(leaves), jsonBody({ leaves, takesBeacon, bodyOf })].map(onRoutes))
}
