import type { OpenAPIHono } from '@hono/zod-openapi'
import type { AppEnv } from '../http/request-context.ts'
import { assistedRecoveryRoutes } from '../routes/assisted-recovery.ts'
import { auditRoutes } from '../routes/audit.ts'
import { authRoutes } from '../routes/auth.ts'
import { authoringRoutes } from '../routes/authoring.ts'
import { certificateRoutes } from '../routes/certificates.ts'
import { contactRoutes } from '../routes/contacts.ts'
import { conversationRoutes } from '../routes/conversations.ts'
import { courseImportRoutes } from '../routes/course-imports.ts'
import { courseListRoutes } from '../routes/course-lists.ts'
import { moduleRoutes } from '../routes/course-modules.ts'
import { courseRequestRoutes } from '../routes/course-requests.ts'
import { courseRuleRoutes } from '../routes/course-rules.ts'
import { courseRoutes } from '../routes/courses.ts'
import { deploymentRoutes } from '../routes/deployment.ts'
import { fileRoutes } from '../routes/files.ts'
import { formReviewRoutes } from '../routes/form-review.ts'
import { formRoutes } from '../routes/forms.ts'
import { invitationRoutes } from '../routes/invitations.ts'
import { mailRoutes } from '../routes/mail.ts'
import { oldMailedLinkRoutes } from '../routes/mailed-pages/old-addresses.ts'
import { messageRoutes } from '../routes/messages.ts'
import { myFormRoutes } from '../routes/my-forms.ts'
import { metricsRoutes } from '../routes/observations.ts'
import { operationRoutes } from '../routes/operations.ts'
import { passkeyRoutes } from '../routes/passkeys.ts'
import { peopleRoutes } from '../routes/people.ts'
import { personalDataRoutes } from '../routes/personal-data.ts'
import { pinRoutes } from '../routes/pins.ts'
import { privacyRoutes } from '../routes/privacy.ts'
import { pushRoutes } from '../routes/push.ts'
import { quizRoutes } from '../routes/quizzes.ts'
import { negotiateRoutes } from '../routes/realtime.ts'
import { emailChangeRoutes, migrationRoutes, recoveryRoutes } from '../routes/recovery.ts'
import { reportRoutes } from '../routes/reports.ts'
import { secondFactorRoutes } from '../routes/second-factors.ts'
import { serviceTokenRoutes } from '../routes/service-tokens.ts'
import { shareRoutes } from '../routes/shares.ts'
import { socialRoutes } from '../routes/social.ts'
import { syncRoutes } from '../routes/sync.ts'
import { threadRoutes } from '../routes/threads.ts'
import { todayRoutes } from '../routes/today.ts'
import { userRoutes } from '../routes/users.ts'
import type { Domains } from './domains.ts'

/** Where each domain is reached. */
export const mountRoutes = (app: OpenAPIHono<AppEnv>, to: Domains) =>
  app
    .route('/', operationRoutes(to.auth, to.health))
    .route('/', metricsRoutes(to.observations, to.serviceTokens))
    .route('/api/v1/auth', authRoutes(to.auth, to.profiles))
    .route('/api/v1/auth', secondFactorRoutes(to.auth, to.profiles))
    .route('/api/v1/auth', passkeyRoutes(to.auth, to.profiles))
    .route('/api/v1/auth', recoveryRoutes(to.auth))
    .route('/api/v1/auth', oldMailedLinkRoutes())
    .route('/api/v1/auth', socialRoutes(to.auth, to.profiles))
    .route('/api/v1', assistedRecoveryRoutes(to.auth))
    .route('/api/v1/users', emailChangeRoutes(to.auth))
    .route('/api/v1/admin', migrationRoutes(to.auth))
    .route('/api/v1', privacyRoutes(to.consents, to.disclosures))
    .route('/api/v1', personalDataRoutes(to.exports, to.erasure))
    .route('/api/v1/users', userRoutes(to.profiles))
    .route('/api/v1', contactRoutes(to.contacts))
    .route('/api/v1/realtime', negotiateRoutes(to.realtime))
    .route('/api/v1/notifications/push', pushRoutes(to.push))
    .route('/api/v1/conversations', conversationRoutes(to.chat, to.idempotency.begin))
    .route('/api/v1/conversations', pinRoutes(to.chat))
    .route('/api/v1', invitationRoutes(to.chat))
    .route('/api/v1', messageRoutes(to.chat, to.idempotency.begin))
    .route('/api/v1', threadRoutes(to.chat))
    .route('/api/v1', syncRoutes(to.chat))
    .route('/api/v1', fileRoutes(to.files, to.profiles))
    .route('/api/v1', formRoutes(to.forms, to.idempotency.begin))
    .route('/api/v1/users/me/forms', myFormRoutes(to.forms, to.idempotency.begin))
    .route('/api/v1', formReviewRoutes(to.forms, to.serviceTokens))
    .route('/api/v1', reportRoutes(to.reports))
    .route('/api/v1/admin/service-tokens', serviceTokenRoutes(to.serviceTokens))
    .route('/', certificateRoutes(to.certificates, to.enrollments))
    .route('/api/v1', peopleRoutes(to.enrollments, to.administration, to.audit))
    .route('/api/v1', courseRequestRoutes(to.enrollments))
    .route('/api/v1', shareRoutes(to.shares, to.enrollments))
    .route('/api/v1/courses', courseListRoutes(to.courses, to.enrollments))
    .route('/api/v1/courses', courseRoutes(to.courses, to.enrollments))
    .route('/api/v1/courses', quizRoutes(to.enrollments))
    .route('/api/v1/courses', authoringRoutes(to.courses, to.idempotency.begin))
    .route('/api/v1/courses', moduleRoutes(to.courses, to.idempotency.begin))
    .route('/api/v1/admin/course-rules', courseRuleRoutes(to.courses))
    .route('/api/v1/admin/courses/import', courseImportRoutes(to.imports, to.idempotency.begin))
    .route('/api/v1/admin/mail', mailRoutes(to.mail))
    .route('/api/v1/admin/settings', deploymentRoutes(to.deployment))
    .route('/api/v1/admin/today', todayRoutes(to.today))
    .route('/api/v1/admin/audit', auditRoutes(to.audit))
