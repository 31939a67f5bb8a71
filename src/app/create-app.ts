import { OpenAPIHono } from '@hono/zod-openapi'
import type { H, RouterRoute } from 'hono/types'
import { describeEvents } from '../core/messaging/chat/async-api.ts'
import type { ChatEvent as AnyChatEvent } from '../core/messaging/chat/events.ts'
import { createOnError, createOnNotFound } from '../http/errors.ts'
import type { AppEnv } from '../http/request-context.ts'
import { RememberingRouter } from '../http/router.ts'
import { onInvalid } from '../http/validate.ts'
import type { Ports } from '../ports/ports.ts'
import { builtPageRoutes, chatPage, consolePage, telemetryPage } from '../routes/built-page.ts'
import { clientPackageRoutes } from '../routes/client-package.ts'
import { homeRoutes } from '../routes/home.ts'
import { mailboxRoutes } from '../routes/mailbox.ts'
import { answerFailureAsPage } from '../routes/mailed-pages/failure-page.ts'
import { seenRoutes } from '../routes/observations.ts'
import { openedPushRoutes, pageWorkerRoutes } from '../routes/page-worker.ts'
import { referenceRoutes } from '../routes/reference.ts'
import type { AppConfig } from './config.ts'
import { createDescribe } from './document.ts'
import { collect, domains } from './domains.ts'
import { mountMiddleware } from './middleware.ts'
import { createRouteDeclarations } from './route-declarations.ts'
import { mountRoutes } from './routes.ts'

/** The whole API on these ports: its domains, what every request meets, and its routes. */
export function createApp(ports: Ports, config: AppConfig) {
  const { assets, log } = ports
  const { publicOrigin, isProduction } = config.http
  const built = domains.build(ports, config)
  const { jobs, limitByName } = collect(built)
  built.health.watch('client_address_unknown', built.limits.unknownCallers.isConcern)

  const router = new RememberingRouter<[H, RouterRoute]>()
  const app = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid, router })
  app.onError(
    createOnError(
      (error, requestId) => log.error('request_failed', error, { requestId }),
      answerFailureAsPage,
    ),
  )
  app.notFound(createOnNotFound((path) => router.methodsAt(path), answerFailureAsPage))
  const declarations = createRouteDeclarations(limitByName)
  mountMiddleware(app, ports, built, config, declarations)
  const { definitions } = app.openAPIRegistry
  const unguarded = new Set(definitions)
  const routes = mountRoutes(app, built)
  declarations.read(app.openAPIRegistry.definitions, (definition) => !unguarded.has(definition))

  const describe = createDescribe(app, config)
  app.route(
    '/',
    referenceRoutes(describe, () => describeEvents(publicOrigin), assets.read),
  )
  app.route('/', clientPackageRoutes(assets.read))
  const { isChatServed, isConsoleServed, elsewhere } = config.builtPages
  const { mailbox } = built.mail
  const { seenAfter } = built.observations
  const hasTelemetry = seenAfter !== null && !isProduction
  app.route('/', homeRoutes(isProduction, mailbox !== null, isConsoleServed, hasTelemetry, assets.read))
  if (mailbox && !isProduction) app.route('/dev/mailbox', mailboxRoutes(mailbox))
  if (hasTelemetry) app.route('/dev/telemetry', seenRoutes(seenAfter))
  const pages = [
    ...(isProduction ? [] : [{ path: '/dev/chat', page: chatPage }]),
    ...(hasTelemetry ? [{ path: '/dev/telemetry', page: telemetryPage }] : []),
    ...(isChatServed ? [{ path: '/chat', page: chatPage }] : []),
    ...(isConsoleServed ? [{ path: '/console', page: consolePage }] : []),
  ]
  for (const at of pages) {
    const { path, page } = at
    if (page.isLive) app.route(path, pageWorkerRoutes({ path, title: page.title, readAsset: assets.read }))
    app.route(path, builtPageRoutes({ ...at, readAsset: assets.read, elsewhere }))
  }
  const chat = pages.findLast(({ page }) => page === chatPage)
  if (chat) app.route('/', openedPushRoutes(chat.path))
  return { ...built, app: routes, describe, jobs }
}

export type App = ReturnType<typeof createApp>['app']
/** Whatever a device may receive. */
export type ChatEvent = AnyChatEvent
