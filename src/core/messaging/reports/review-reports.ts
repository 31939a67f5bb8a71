import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { languageOf } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { notFound, preconditionFailed } from '../../kernel/errors.ts'
import { pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import { meets, type Precondition } from '../../kernel/precondition.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { greetingOf } from '../../platform/mail/mail.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Chat } from '../chat/chat.ts'
import {
  cannotBeWarned,
  queue,
  type ReportAction,
  type ReportDetail,
  type ReportPage,
  type ReportQuery,
  type ReportSettings,
  type ReportSummary,
  type ReviewReport,
  reports,
  type StoredReport,
} from './reports.model.ts'
import type { SealReport } from './seal-report.ts'

const mostOthers = 20

function summaryOf(report: StoredReport): ReportSummary {
  const { id, status, reason, messageId, conversationId, reporterId, reportedId } = report
  const { resolution, actions, createdAt, updatedAt, resolvedAt, resolvedBy, retainUntil } = report
  return {
    id,
    status,
    reason,
    messageId,
    conversationId,
    reporterId: reporterId || null,
    reportedId: reportedId || null,
    resolution,
    actions: [...actions],
    createdAt,
    updatedAt,
    resolvedAt,
    resolvedBy,
    retainUntil,
  }
}

/** What staff do with reports. Who asked is recorded before it is answered. */
export function createReviewReports(
  { documents, clock }: Needs<'documents' | 'clock'>,
  parts: {
    readonly users: Pick<Users, 'read'>
    readonly chat: Pick<Chat, 'removeReportedMessage'>
    readonly audit: Pick<Recording, 'record'>
    readonly mail: Pick<Mailing, 'enqueue'>
    readonly sealing: SealReport
    readonly settings: ReportSettings
  },
) {
  const { users, chat, audit, mail, sealing, settings } = parts
  const record = (
    caller: Caller,
    { userId, sessionId }: Actor,
    event: string,
    id: string | null,
    changedFields: readonly string[] = [],
  ) =>
    audit.record(caller, {
      event,
      actorId: userId,
      sessionId,
      resource: { type: 'report', id },
      changedFields,
    })

  async function find(id: string): Promise<Stored<StoredReport>> {
    const stored = await documents.read(reports, { partition: queue, id })
    if (!stored) throw notFound()
    return stored
  }
  const byStatus = (status: ReportQuery['status'], limit: number, after?: string) =>
    documents.query(reports, {
      path: 'byStatus',
      partition: queue,
      equals: { status },
      // What waits is worked off from its beginning; what is done is looked up from its end.
      direction: status === 'resolved' ? 'desc' : 'asc',
      limit,
      ...(after === undefined ? {} : { after }),
    })

  async function othersOf({ id, reportedId }: StoredReport): Promise<ReportDetail['others']> {
    if (reportedId === '') return []
    const { items } = await documents.query(reports, {
      path: 'byReported',
      partition: queue,
      equals: { reportedId },
      direction: 'desc',
      limit: mostOthers + 1,
    })
    return items
      .filter(({ value }) => value.id !== id)
      .slice(0, mostOthers)
      .map(({ value }) => ({
        id: value.id,
        status: value.status,
        reason: value.reason,
        messageId: value.messageId,
        createdAt: value.createdAt,
      }))
  }

  async function detailOf({ value: report, version }: Stored<StoredReport>) {
    const [contents, others] = await Promise.all([sealing.openAll(report), othersOf(report)])
    const value: ReportDetail = {
      ...summaryOf(report),
      message: contents.sealedMessage,
      note: contents.sealedNote,
      staffNotes: [...(contents.sealedStaffNotes ?? [])],
      others,
    }
    return { value, version }
  }

  /** Safe to repeat: a message is removed once, and one mail is sent for a report. */
  async function act(action: ReportAction, { id, messageId, reportedId }: StoredReport): Promise<void> {
    if (action === 'remove_message') return chat.removeReportedMessage(messageId)
    const account = reportedId === '' ? null : ((await users.read(reportedId))?.value ?? null)
    if (!account || account.role === 'guest') throw cannotBeWarned()
    const { email: to, name } = account
    await mail.enqueue(
      { template: 'message_warning', to, language: languageOf(account), greeting: greetingOf(name) },
      `message warning ${id}`,
    )
  }

  async function reviewed(
    report: StoredReport,
    { userId }: Actor,
    { status = report.status, resolution, note, action }: ReviewReport,
  ): Promise<StoredReport> {
    const now = clock.now()
    const at = new Date(now).toISOString()
    const isResolved = status === 'resolved'
    const isNewlyResolved = isResolved && resolution !== undefined
    const contents = await sealing.openAll(report)
    // Of somebody who is gone it was kept to be decided upon.
    const isForgotten =
      isResolved && (report.reportedId === '' || (await users.read(report.reportedId)) === null)
    const remarks = contents.sealedStaffNotes ?? []
    const isTakenAlready = report.actions.some((taken) => taken.action === action)
    return {
      ...report,
      ...(await sealing.sealAll(report.id, {
        ...contents,
        sealedMessage: isForgotten ? null : contents.sealedMessage,
        sealedStaffNotes:
          note === undefined ? contents.sealedStaffNotes : [...remarks, { text: note, by: userId, at }],
      })),
      reportedId: isForgotten ? '' : report.reportedId,
      status,
      resolution: isResolved ? (resolution ?? report.resolution) : null,
      actions:
        action === undefined || isTakenAlready
          ? report.actions
          : [...report.actions, { action, by: userId, at }],
      updatedAt: at,
      resolvedAt: isResolved ? (isNewlyResolved ? at : report.resolvedAt) : null,
      resolvedBy: isResolved ? (isNewlyResolved ? userId : report.resolvedBy) : null,
      retainUntil:
        status === report.status && !isNewlyResolved
          ? report.retainUntil
          : new Date(now + settings.retentionMs).toISOString(),
    }
  }

  return {
    async list(caller: Caller, actor: Actor, { status, cursor, limit }: ReportQuery): Promise<ReportPage> {
      const [page, waiting] = await Promise.all([
        refusingBadCursors(() => byStatus(status, limit, cursor)),
        byStatus('open', 1),
      ])
      await record(caller, actor, 'report.list', null)
      return {
        ...pageOf(
          page.items.map(({ value }) => summaryOf(value)),
          page.next,
        ),
        oldestOpenAt: waiting.items[0]?.value.createdAt ?? null,
      }
    },

    /** How many nobody has looked at, at most `most`, and since when the oldest waits. */
    async countOpen(most: number): Promise<{ readonly open: number; readonly oldestAt: string | null }> {
      const { items } = await byStatus('open', most)
      return { open: items.length, oldestAt: items[0]?.value.createdAt ?? null }
    },

    async read(caller: Caller, actor: Actor, id: string) {
      const detail = await detailOf(await find(id))
      await record(caller, actor, 'report.read', id)
      return detail
    },

    /** What is to be done about the message is done first: a report never says of something that it was done and was not. */
    async review(caller: Caller, actor: Actor, id: string, review: ReviewReport, expected?: Precondition) {
      const found = await find(id)
      if (!meets(expected, found.version)) throw preconditionFailed()
      await record(caller, actor, 'report.review', id, Object.keys(review))
      if (review.action !== undefined) await act(review.action, found.value)
      const changed = await retryOnConflict(async () => {
        const latest = await find(id)
        if (!meets(expected, latest.version)) throw preconditionFailed()
        return documents.replace(reports, await reviewed(latest.value, actor, review), latest.version)
      })
      return detailOf(changed)
    },
  }
}
