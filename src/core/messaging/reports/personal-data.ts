import type { Needs } from '../../../ports/ports.ts'
import type { Kept, PastRetention, PersonalData } from '../../kernel/personal-data.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { walk } from '../../kernel/walk.ts'
import { queue, type ReportSettings, reports, type StoredReport } from './reports.model.ts'
import type { SealReport } from './seal-report.ts'

const dayMs = 24 * 60 * 60_000

/**
 * A report has two people in it. To the one who made it belongs that they did, and what they said. To the other belongs
 * what they wrote, which is in the export of their messages; that somebody reported it is not told, as it would say who.
 */
export function createReportsPersonalData(
  needs: Needs<'documents'>,
  parts: {
    readonly sealing: SealReport
    readonly settings: ReportSettings
    readonly pastRetention: PastRetention
  },
): readonly PersonalData[] {
  const { documents } = needs
  const { sealing, settings, pastRetention } = parts
  const put = createPutDocument(needs)
  const by = (reporterId: string) =>
    walk<StoredReport>((after) =>
      documents.query(reports, {
        path: 'byReporter',
        partition: queue,
        equals: { reporterId },
        limit: 100,
        ...after,
      }),
    )
  const about = (reportedId: string) =>
    walk<StoredReport>((after) =>
      documents.query(reports, {
        path: 'byReported',
        partition: queue,
        equals: { reportedId },
        limit: 100,
        ...after,
      }),
    )
  const change = (id: string, changed: (report: StoredReport) => StoredReport) =>
    put(reports, { partition: queue, id }, (report) => report && changed(report))

  return [
    {
      store: reports.name,
      dataClass: 'personal',
      fields: ['messageId', 'conversationId', 'reason', 'note', 'status', 'createdAt', 'resolvedAt'],
      withheld: ['sealedMessage', 'sealedStaffNotes'],
      purpose: 'Lets staff look at a message that somebody reported, as it was then.',
      retention: `${settings.retentionMs / dayMs} days after it was resolved; after it was made, if it never is.`,
      async collect({ userId }) {
        const own = []
        for await (const { value } of by(userId)) {
          const { messageId, conversationId, reason, status, createdAt, resolvedAt } = value
          const note = await sealing.open(value, 'sealedNote')
          own.push({ messageId, conversationId, reason, note, status, createdAt, resolvedAt })
        }
        return own
      },
      /**
       * Of the reporter nothing stays. Of whoever wrote the message it stays until somebody has looked at it: else deleting
       * the account would be the way to get away with it.
       */
      async erase({ userId }) {
        for await (const { value } of by(userId))
          await change(value.id, (report) => ({ ...report, reporterId: '', sealedNote: null }))
        const kept: Kept[] = []
        for await (const { value } of about(userId)) {
          const changed = await change(value.id, (report) =>
            report.status === 'resolved' ? { ...report, reportedId: '', sealedMessage: null } : report,
          )
          if (changed && changed.value.status !== 'resolved')
            kept.push({
              what: 'A message of yours that somebody reported, sealed.',
              rule: 'It is kept until our staff have looked at it, for the protection and the claims of others (GDPR, article 17 (3) (e)).',
              until: changed.value.retainUntil,
            })
        }
        return kept
      },
      pastRetention,
    },
  ]
}
