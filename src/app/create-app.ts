import { OpenAPIHono } from '@hono/zod-openapi'
import type { AuthSettings } from '../core/accounts/auth/auth.model.ts'
import { createAuth } from '../core/accounts/auth/auth.ts'
import { createConsents } from '../core/accounts/consents/consents.ts'
import { serviceTokensPersonalData } from '../core/accounts/service-tokens/personal-data.ts'
import { createServiceTokens } from '../core/accounts/service-tokens/service-tokens.ts'
import { createUsers } from '../core/accounts/users/users.ts'
import type { FileBindings, FileSettings } from '../core/files/files.model.ts'
import { createFiles } from '../core/files/files.ts'
import type { FormSettings } from '../core/forms/forms.model.ts'
import { createForms } from '../core/forms/forms.ts'
import { createCourses } from '../core/learning/courses/courses.ts'
import { createEnrollments } from '../core/learning/enrollments/enrollments.ts'
import { createMentors } from '../core/learning/mentors/mentors.ts'
import { describeEvents } from '../core/messaging/chat/async-api.ts'
import type { ChatSettings } from '../core/messaging/chat/chat.model.ts'
import { createChat } from '../core/messaging/chat/chat.ts'
import type { ChatEvent as AnyChatEvent } from '../core/messaging/chat/events.ts'
import type { TurnLimits } from '../core/messaging/chat/turns.ts'
import { createContacts } from '../core/messaging/contacts/contacts.ts'
import { createAdministerUsers } from '../core/people/administration/administer-users.ts'
import { createAudit } from '../core/platform/audit/audit.ts'
import { createAuditPersonalData } from '../core/platform/audit/personal-data.ts'
import { createReadActivity } from '../core/platform/audit/read-activity.ts'
import { createHealth } from '../core/platform/health/health.ts'
import { createIdempotency } from '../core/platform/idempotency/idempotency.ts'
import { createIdempotencyPersonalData } from '../core/platform/idempotency/personal-data.ts'
import type { Job } from '../core/platform/jobs/jobs.ts'
import { createKeys } from '../core/platform/keys/keys.ts'
import { createLimits, type Limit } from '../core/platform/limits/limits.ts'
import { createMail } from '../core/platform/mail/mail.ts'
import type { ConnectionListener } from '../core/platform/realtime/realtime.model.ts'
import { createRealtime } from '../core/platform/realtime/realtime.ts'
import { createListDisclosures } from '../core/privacy/disclosures/disclosures.ts'
import { createPrivacy, type PrivacySettings } from '../core/privacy/erasure/erasure.ts'
import { createRegistry, passingData } from '../core/privacy/registry/registry.ts'
import { createReadClientAddress, type TrustedSite } from '../http/client-address.ts'
import { csrf, isUnsafe, unsafeMethods } from '../http/csrf.ts'
import { createOnError, onNotFound } from '../http/errors.ts'
import { essentialHeaders } from '../http/headers.ts'
import { jsonBody } from '../http/json-body.ts'
import { rateLimit } from '../http/rate-limit.ts'
import type { AppEnv, HttpSettings } from '../http/request-context.ts'
import { beginRequest } from '../http/request-id.ts'
import { errors, type LimitName } from '../http/route.ts'
import { RememberingRouter } from '../http/router.ts'
import { onInvalid } from '../http/validate.ts'
import type { Ports } from '../ports/ports.ts'
import { authRoutes } from '../routes/auth.ts'
import { authoringRoutes } from '../routes/authoring.ts'
import { blobRoutes } from '../routes/blobs.ts'
import { chatPageRoutes } from '../routes/chat-page.ts'
import { contactRoutes } from '../routes/contacts.ts'
import { conversationRoutes } from '../routes/conversations.ts'
import { courseRoutes } from '../routes/courses.ts'
import { avatarRoutes, fileRoutes } from '../routes/files.ts'
import { formRoutes } from '../routes/forms.ts'
import { mailRoutes } from '../routes/mail.ts'
import { mailboxRoutes } from '../routes/mailbox.ts'
import { messageRoutes } from '../routes/messages.ts'
import { operationRoutes } from '../routes/operations.ts'
import { peopleRoutes } from '../routes/people.ts'
import { personalDataRoutes } from '../routes/personal-data.ts'
import { privacyRoutes } from '../routes/privacy.ts'
import { negotiateRoutes, realtimeEventRoutes } from '../routes/realtime.ts'
import { emailChangeRoutes, migrationRoutes, recoveryRoutes } from '../routes/recovery.ts'
import { referenceRoutes } from '../routes/reference.ts'
import { secondFactorRoutes } from '../routes/second-factors.ts'
import { serviceTokenRoutes } from '../routes/service-tokens.ts'
import { socialRoutes } from '../routes/social.ts'
import { syncRoutes } from '../routes/sync.ts'
import { userRoutes } from '../routes/users.ts'

export interface AppConfig {
  readonly http: HttpSettings
  readonly auth: AuthSettings
  readonly chat: ChatSettings & { readonly limits: TurnLimits }
  readonly files: FileSettings
  readonly privacy: PrivacySettings
  readonly limits: Readonly<
    Record<'general' | 'negotiate' | 'avatars' | 'anonymousUploads' | LimitName, Limit>
  >
  readonly forms: FormSettings
  readonly trustedProxyHops: number
  readonly trustedSites: readonly TrustedSite[]
}

const description = `Accounts and sessions of the T.O.O.L.S Inc platform and MackChat.

Sign in with \`POST /api/v1/auth/login\`: a browser is then signed in by httpOnly cookies, anything else sends the
access token as \`Authorization: Bearer\` or \`X-Authorization: Bearer\`. Errors always have the shape of \`Error\`.`

/** Assembles domains, middleware and routes. The order of the middleware is the order in which a request meets it. */
export function createApp(ports: Ports, config: AppConfig) {
  const { assets, clock, log } = ports
  const keys = createKeys(ports)
  const audit = createAudit(ports, keys)
  const mail = createMail(ports, keys, audit)
  const users = createUsers(ports, {
    readLearned: (userId) => enrollments.summaryOf(userId),
    profileChanged: async (user) => {
      await Promise.all([mentors.mend(user), enrollments.copyProfile(user)])
    },
  })
  const auth = createAuth(ports, {
    users,
    keys,
    audit,
    mail,
    settings: config.auth,
    scheduleErasure: (guest) => privacy.erasure.scheduleGuest(guest),
  })
  const mentors = createMentors(ports, { users })
  const takeFromLimits = createLimits(ports, keys)
  const bindings: FileBindings = {
    course: {
      canRead: async (actor, { id }) => (await enrollments.coursesOf(actor.userId)).includes(id),
      exists: async ({ id }) => (await courses.readCourse(id)) !== null,
    },
    conversation: {
      canRead: (actor, { id }) => chat.isMember(actor.userId, id),
      exists: ({ id, parts }) => chat.isAnySent(id, parts),
    },
    form: {
      canRead: async (actor) => actor.role === 'admin',
      exists: async ({ id }) => (await ports.submissions.read(id))?.erasedAt === null,
    },
  }
  const files = createFiles(ports, {
    users,
    audit,
    takeFromLimits,
    anonymousLimit: config.limits.anonymousUploads,
    bindings,
    groupPicture: (conversationId) => chat.pictureOf(conversationId),
    settings: config.files,
  })
  const courses = createCourses(ports, {
    users,
    audit,
    async claimVideo(author, courseId, fileId) {
      await files.bindToCourse(author, fileId, courseId, 'course-video')
    },
  })
  const enrollments = createEnrollments(ports, { users, courses, mentors, audit, signVideo: files.signVideo })
  const contacts = createContacts(ports, { users, mentors, enrollments, courses })
  const administerUsers = createAdministerUsers(ports, {
    users,
    mentors,
    audit,
    forgetSessions: auth.forgetSessions,
  })
  const chat = createChat(ports, {
    users,
    requireVerifiedEmail: auth.requireVerifiedEmail,
    canWriteTo: contacts.canWriteTo,
    isBlocked: contacts.isBlocked,
    attachFiles: files.bindToConversation,
    detachFiles: files.removeBound,
    avatarOf: files.avatars.forGroup,
    takeFromLimits,
    limits: config.chat.limits,
    settings: config.chat,
  })
  const listeners: readonly ConnectionListener[] = [chat.listener]
  const realtime = createRealtime(ports, {
    users,
    isStanding: auth.isStanding,
    listeners,
    takeFromLimits,
    negotiateLimit: config.limits.negotiate,
  })
  const forms = createForms(ports, {
    users,
    keys,
    audit,
    mail,
    bindFiles: files.bindToForm,
    removeFiles: files.removeFromForm,
    settings: config.forms,
  })
  const serviceTokens = createServiceTokens(ports, audit)
  const begin = createIdempotency(ports, keys)
  const consents = createConsents(ports, { audit })
  const privacy = createPrivacy(ports, {
    users,
    audit,
    mail,
    files,
    forgetSessions: auth.forgetSessions,
    readRegistry: () => registry,
    settings: config.privacy,
  })
  const registry = createRegistry([
    ...privacy.personalData,
    ...chat.personalData,
    ...contacts.personalData,
    ...mentors.personalData,
    ...courses.personalData,
    ...enrollments.personalData,
    ...forms.personalData,
    ...files.personalData,
    ...serviceTokensPersonalData,
    ...passingData,
    ...createIdempotencyPersonalData(ports),
    ...createAuditPersonalData(ports),
    ...consents.personalData,
    ...auth.personalData,
    ...mail.personalData,
    ...users.personalData,
  ])
  const health = createHealth(ports)

  const app = new OpenAPIHono<AppEnv>({ defaultHook: onInvalid, router: new RememberingRouter() })
  const report = (error: unknown, requestId: string) => log.error('request_failed', error, { requestId })
  app.onError(createOnError(report))
  app.notFound(onNotFound)

  const limitByRoute = new Map<string, Limit>()
  const scaleBySite = new Map(config.trustedSites.map(({ name, scale }) => [name, scale]))
  app.use(
    beginRequest({
      settings: config.http,
      auth,
      readClientAddress: createReadClientAddress(config.trustedProxyHops, config.trustedSites),
      now: clock.now,
      report: (served) => log.info('request', served),
    }),
  )
  // Before the limits: a film is watched in hundreds of small requests. The signature is the permission.
  app.route('/api/blobs', blobRoutes(ports.blobs.answer))
  app.use(essentialHeaders)
  // Before everything that asks for a browser: what is not signed is refused by the route itself.
  app.route('/api/v1/realtime', realtimeEventRoutes(realtime, report))
  const limited = (general: Limit) =>
    rateLimit({
      take: takeFromLimits,
      general,
      limitOf: (method, path) => limitByRoute.get(`${method} ${path}`),
      scaleOf: (site) => (site === null ? 1 : (scaleBySite.get(site) ?? 1)),
      now: clock.now,
    })
  app.use('/api/v1/avatars/*', limited(config.limits.avatars))
  app.route('/api/v1', avatarRoutes(files))
  app.use(limited(config.limits.general))
  const routesBeforeTheBody = new Set(app.openAPIRegistry.definitions)
  const beaconRoutes: RegExp[] = []
  const takesBeacon = (method: string, path: string): boolean =>
    method === 'POST' && beaconRoutes.some((pattern) => pattern.test(path))
  app.on(unsafeMethods, '*', csrf, jsonBody(takesBeacon))

  const routes = app
    .route('/', operationRoutes(auth, health))
    .route('/api/v1/auth', authRoutes(auth))
    .route('/api/v1/auth', secondFactorRoutes(auth))
    .route('/api/v1/auth', recoveryRoutes(auth))
    .route('/api/v1/auth', socialRoutes(auth))
    .route('/api/v1/users', emailChangeRoutes(auth))
    .route('/api/v1/admin', migrationRoutes(auth))
    .route('/api/v1', privacyRoutes(consents, createListDisclosures(ports, { users })))
    .route('/api/v1', personalDataRoutes(privacy))
    .route('/api/v1/users', userRoutes(users))
    .route('/api/v1', contactRoutes(contacts))
    .route('/api/v1/realtime', negotiateRoutes(realtime))
    .route('/api/v1/conversations', conversationRoutes(chat, begin))
    .route('/api/v1', messageRoutes(chat, begin))
    .route('/api/v1', syncRoutes(chat))
    .route('/api/v1', fileRoutes(files, users))
    .route('/api/v1', formRoutes(forms, serviceTokens))
    .route('/api/v1/admin/service-tokens', serviceTokenRoutes(serviceTokens))
    .route('/api/v1', peopleRoutes(enrollments, administerUsers, createReadActivity(ports)))
    .route('/api/v1/courses', courseRoutes(courses, enrollments))
    .route('/api/v1/courses', authoringRoutes(courses, begin))
    .route('/api/v1/admin/mail', mailRoutes(mail))

  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue
    if (isUnsafe(definition.route.method.toUpperCase()) && !routesBeforeTheBody.has(definition))
      definition.route.responses = { ...errors(400, 403, 413, 415), ...definition.route.responses }
    const {
      method,
      path,
      'x-rate-limit': name,
      'x-takes-beacon': isBeacon,
    } = definition.route as typeof definition.route & {
      'x-rate-limit'?: LimitName
      'x-takes-beacon'?: true
    }
    if (isBeacon) beaconRoutes.push(new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`))
    if (name)
      limitByRoute.set(`${method.toUpperCase()} ${path}`, {
        ...config.limits[name],
        name: name === 'auth' ? path.split('/').slice(3).join('.') : name,
      })
  }
  for (const [name, scheme] of Object.entries({
    bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    xAuthorization: { type: 'apiKey', in: 'header', name: 'X-Authorization' },
    cookie: { type: 'apiKey', in: 'cookie', name: `${config.http.cookies.prefix}accessToken` },
  } as const))
    app.openAPIRegistry.registerComponent('securitySchemes', name, scheme)

  const describe = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: 'T.O.O.L.S Inc API', version: '1', description },
      servers: [{ url: config.http.publicOrigin }],
    })
  app.route(
    '/',
    referenceRoutes(describe, () => describeEvents(config.http.publicOrigin), assets.read),
  )

  if (mail.mailbox && !config.http.isProduction) app.route('/dev/mailbox', mailboxRoutes(mail.mailbox))
  if (!config.http.isProduction) app.route('/dev/chat', chatPageRoutes(assets.read))

  const jobs: readonly Job[] = [
    ...users.jobs,
    ...mail.jobs,
    ...forms.jobs,
    ...chat.jobs,
    ...files.jobs,
    ...privacy.jobs,
  ]
  const domains = { chat, contacts, courses, files, forms, enrollments, mail, mentors, privacy, users }
  return { app: routes, describe, health, jobs, registry, ...domains }
}

export type App = ReturnType<typeof createApp>['app']
/** Whatever a device may receive. */
export type ChatEvent = AnyChatEvent
