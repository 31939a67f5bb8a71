import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { emptyFace, type Limit } from '../../kernel/domain.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Chat } from '../chat/chat.ts'
import { createFileReport, createTakeTurn } from './file-report.ts'
import { createReportsPersonalData } from './personal-data.ts'
import { createReportJobs } from './report-jobs.ts'
import { type ReportSettings, reports } from './reports.model.ts'
import { createReviewReports } from './review-reports.ts'
import { createSealReport } from './seal-report.ts'

export interface ReportsBorrows {
  readonly users: Pick<Users, 'read'>
  readonly keys: Pick<Keys, 'activeKeyId' | 'open' | 'seal'>
  readonly audit: Pick<Recording, 'record'>
  readonly limits: Pick<Limits, 'take'>
  readonly mail: Pick<Mailing, 'enqueue'>
  readonly chat: Pick<Chat, 'readSeenMessage' | 'removeReportedMessage'>
}

export interface ReportsConfig {
  readonly reports: ReportSettings & { readonly limits: readonly Limit[] }
}

/** Messages that somebody found to be against the rules, and what staff make of them. */
export function createReports(
  needs: Needs<'documents' | 'clock' | 'log'>,
  borrows: ReportsBorrows,
  { reports: settings }: ReportsConfig,
) {
  const { keys, limits } = borrows
  const parts = {
    ...borrows,
    settings,
    sealing: createSealReport(keys),
    takeTurn: createTakeTurn(limits.take, settings.limits),
  }
  const { jobs, retention } = createReportJobs(needs, parts)
  return {
    ...emptyFace,
    jobs,
    limits: settings.limits,
    personalData: createReportsPersonalData(needs, { ...parts, pastRetention: retention }),
    file: createFileReport(needs, parts),
    ...createReviewReports(needs, parts),
  }
}

export type Reports = ReturnType<typeof createReports>

export const reportsDomain = { collections: [reports], create: createReports }
