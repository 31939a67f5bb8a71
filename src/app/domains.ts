import { authDomain } from '../core/accounts/auth/auth.ts'
import { consentsDomain } from '../core/accounts/consents/consents.ts'
import { serviceTokensDomain } from '../core/accounts/service-tokens/service-tokens.ts'
import { usersDomain } from '../core/accounts/users/users.ts'
import { filesDomain } from '../core/files/files.ts'
import { formsDomain } from '../core/forms/forms.ts'
import type { DomainFace } from '../core/kernel/domain.ts'
import { certificatesDomain } from '../core/learning/certificates/certificates.ts'
import { coursesDomain } from '../core/learning/courses/courses.ts'
import { enrollmentsDomain } from '../core/learning/enrollments/enrollments.ts'
import { importsDomain } from '../core/learning/imports/imports.ts'
import { mentorsDomain } from '../core/learning/mentors/mentors.ts'
import { quizzesDomain } from '../core/learning/quizzes/quizzes.ts'
import { sharesDomain } from '../core/learning/shares/shares.ts'
import { chatDomain } from '../core/messaging/chat/chat.ts'
import { contactsDomain } from '../core/messaging/contacts/contacts.ts'
import { reportsDomain } from '../core/messaging/reports/reports.ts'
import { mailsDomain } from '../core/notifications/mails/mails.ts'
import { pushDomain } from '../core/notifications/push/push.ts'
import { administrationDomain } from '../core/people/administration/administration.ts'
import { profilesDomain } from '../core/people/profiles/profiles.ts'
import { auditDomain } from '../core/platform/audit/audit.ts'
import { edgeDomain } from '../core/platform/edge/edge.ts'
import { healthDomain } from '../core/platform/health/health.ts'
import { idempotencyDomain } from '../core/platform/idempotency/idempotency.ts'
import { keysDomain } from '../core/platform/keys/keys.ts'
import { limitsDomain } from '../core/platform/limits/limits.ts'
import { mailDomain } from '../core/platform/mail/mail.ts'
import { observationsDomain } from '../core/platform/observations/observations.ts'
import { realtimeDomain } from '../core/platform/realtime/realtime.ts'
import { disclosuresDomain } from '../core/privacy/disclosures/disclosures.ts'
import { erasureDomain } from '../core/privacy/erasure/erasure.ts'
import { exportsDomain } from '../core/privacy/exports/exports.ts'
import { registryDomain } from '../core/privacy/registry/registry.ts'
import { retentionDomain } from '../core/privacy/retention/retention.ts'
import { deploymentDomain } from '../core/staff/deployment/deployment.ts'
import { todayDomain } from '../core/staff/today/today.ts'
import type { Ports } from '../ports/ports.ts'
import { assemble } from './assembly.ts'
import type { AppConfig } from './config.ts'

/**
 * Every domain, in the order of what they stand on. Listeners hear in this order. People are erased in the opposite one,
 * so that `users`, by which everything else of somebody is found, comes last.
 */
export const domains = assemble<Ports, AppConfig>()
  .add('keys', keysDomain)
  .add('users', usersDomain)
  .add('audit', auditDomain)
  .add('limits', limitsDomain)
  .add('idempotency', idempotencyDomain)
  .add('mail', mailDomain)
  .add('auth', authDomain)
  .add('mails', mailsDomain)
  .add('consents', consentsDomain)
  .add('serviceTokens', serviceTokensDomain)
  .add('realtime', realtimeDomain)
  .add('push', pushDomain)
  .add('health', healthDomain)
  .add('edge', edgeDomain)
  .add('observations', observationsDomain)
  .add('files', filesDomain)
  .add('quizzes', quizzesDomain)
  .add('courses', coursesDomain)
  .add('imports', importsDomain)
  .add('mentors', mentorsDomain)
  .add('enrollments', enrollmentsDomain)
  .add('shares', sharesDomain)
  .add('certificates', certificatesDomain)
  .add('forms', formsDomain)
  .add('contacts', contactsDomain)
  .add('chat', chatDomain)
  .add('reports', reportsDomain)
  .add('profiles', profilesDomain)
  .add('administration', administrationDomain)
  .add('registry', registryDomain)
  .add('erasure', erasureDomain)
  .add('exports', exportsDomain)
  .add('retention', retentionDomain)
  .add('disclosures', disclosuresDomain)
  .add('today', todayDomain)
  .add('deployment', deploymentDomain)

export type Domains = ReturnType<typeof domains.build>

/** Every collection there is. */
export const { collections } = domains

/** What the domains hand out beside their use cases, put together. */
export function collect(built: Domains) {
  const faces: readonly DomainFace[] = Object.values(built)
  for (const { attach } of faces.flatMap(({ listeners }) => listeners)) attach()
  built.registry.register(faces.toReversed().flatMap(({ personalData }) => personalData))
  const limits = faces.flatMap((face) => face.limits)
  const limitByName = new Map(limits.map((limit) => [limit.name, limit]))
  if (limitByName.size < limits.length) throw new Error('two limits have one name')
  return { jobs: faces.flatMap(({ jobs }) => jobs), limitByName }
}
