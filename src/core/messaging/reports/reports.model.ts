import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { CursorQuery, cursorPage } from '../../kernel/paging.ts'
import { sentBack } from '../../kernel/sent-back.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'

const maxNoteLength = 2_000
const Note = z.string().trim().min(1).max(maxNoteLength)
const Timestamp = z.iso.datetime()
const UserId = z.uuid()

export const ReportReason = z
  .enum(['harassment', 'threat', 'hate', 'sexual', 'self_harm', 'private_information', 'spam', 'other'])
  .meta({ id: 'ReportReason' })
export type ReportReason = z.infer<typeof ReportReason>

export const ReportStatus = z.enum(['open', 'reviewing', 'resolved']).meta({ id: 'ReportStatus' })
export type ReportStatus = z.infer<typeof ReportStatus>

export const ReportResolution = z
  .enum(['upheld', 'dismissed', 'duplicate'])
  .meta({ id: 'ReportResolution', description: 'Whether the message breaks the rules.' })

export const ReportAction = z
  .enum(['remove_message', 'warn_sender'])
  .meta({ id: 'ReportAction', description: 'Removes the message from its conversation; mails its sender.' })
export type ReportAction = z.infer<typeof ReportAction>

/** The one queue. */
export const queue = 'messages'

interface ActionTaken {
  readonly action: ReportAction
  readonly by: string
  readonly at: string
}

/** What somebody found wrong with a message. What was written is sealed: the message itself, and what is said about it. */
export interface StoredReport {
  /** Made of who reports and what: a person reports a message once. */
  readonly id: string
  readonly queue: typeof queue
  readonly status: ReportStatus
  readonly reason: ReportReason
  /** As the API names it. */
  readonly messageId: string
  readonly conversationId: string
  /** Empty once that person is erased; so is `reportedId`. */
  readonly reporterId: string
  readonly reportedId: string
  /** The message as it was. Null once it has to be forgotten. */
  readonly sealedMessage: string | null
  readonly sealedNote: string | null
  readonly sealedStaffNotes: string | null
  /** The master key they are sealed with. */
  readonly keyId: string
  readonly resolution: z.infer<typeof ReportResolution> | null
  readonly actions: readonly ActionTaken[]
  readonly createdAt: string
  readonly updatedAt: string
  readonly resolvedAt: string | null
  readonly resolvedBy: string | null
  readonly retainUntil: string
}

/**
 * Partition `queue`, which is the same for all: staff walk one queue by state, oldest first, and a person's reports are
 * found by one look. Reports are rare, some kilobytes, and gone after their retention: all of them together stay far below
 * what a partition holds.
 */
export const reports = collection<StoredReport>()({
  name: 'Reports',
  partition: 'queue',
  paths: {
    byStatus: { by: ['status'], order: 'createdAt' },
    byReporter: { by: ['reporterId'], order: 'createdAt' },
    byReported: { by: ['reportedId'], order: 'createdAt' },
    byRetention: { by: [], order: 'retainUntil' },
    byKey: { by: [], order: 'keyId' },
  },
})

export const ReportMessage = z
  .strictObject({
    reason: ReportReason,
    note: Note.optional().meta({ description: 'What staff should know.' }),
  })
  .meta({ id: 'ReportMessage' })
export type ReportMessage = z.infer<typeof ReportMessage>

export const ReportFiled = z.object({ id: z.uuid() }).meta({ id: 'ReportFiled' })
export type ReportFiled = z.infer<typeof ReportFiled>

export const ReportQuery = CursorQuery.extend({
  status: ReportStatus.default('open').meta({ examples: ['open'] }),
})
export type ReportQuery = z.infer<typeof ReportQuery>

export const ReportSummary = z
  .object({
    id: z.uuid(),
    status: ReportStatus,
    reason: ReportReason,
    messageId: z.string(),
    conversationId: z.uuid(),
    reporterId: UserId.nullable().meta({ description: 'Null once that person is erased.' }),
    reportedId: UserId.nullable().meta({ description: 'Who wrote it. Null once that person is erased.' }),
    resolution: ReportResolution.nullable(),
    actions: z.array(z.object({ action: ReportAction, by: z.string(), at: Timestamp })),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    resolvedAt: Timestamp.nullable(),
    resolvedBy: z.uuid().nullable(),
    retainUntil: Timestamp.meta({ description: 'Then the report is removed.' }),
  })
  .meta({ id: 'ReportSummary' })
export type ReportSummary = z.infer<typeof ReportSummary>

export const FrozenMessage = z
  .object({
    text: z.string(),
    attachments: z.array(z.object({ name: z.string(), size: z.number().int(), mimeType: z.string() })),
    timestamp: Timestamp,
    editedAt: Timestamp.nullable(),
  })
  .meta({ id: 'FrozenMessage', description: 'The message as it was when it was reported.' })
export type FrozenMessage = z.infer<typeof FrozenMessage>

const StaffRemark = z.object({ text: z.string(), by: z.string(), at: Timestamp })
export type StaffRemark = z.infer<typeof StaffRemark>

export const ReportDetail = ReportSummary.extend({
  message: FrozenMessage.nullable().meta({ description: 'Null when it had to be forgotten.' }),
  note: z.string().nullable().meta({ description: 'What the reporter said about it.' }),
  staffNotes: z.array(StaffRemark),
  others: z
    .array(ReportSummary.pick({ id: true, status: true, reason: true, messageId: true, createdAt: true }))
    .meta({ description: 'The newest other reports about the same person, 20 at most.' }),
}).meta({ id: 'ReportDetail' })
export type ReportDetail = z.infer<typeof ReportDetail>

export const ReportPage = cursorPage(ReportSummary).extend({
  oldestOpenAt: Timestamp.nullable().meta({ description: 'Since when the oldest open report waits.' }),
})
export type ReportPage = z.infer<typeof ReportPage>

export const ReviewReport = sentBack(
  z
    .strictObject({
      status: ReportStatus,
      resolution: ReportResolution.meta({ description: 'With the status `resolved`, and only with it.' }),
      note: Note.meta({ description: 'For staff alone; it is added to those before.' }),
      action: ReportAction,
    })
    .partial()
    .refine((change) => Object.keys(change).length > 0, 'Give at least one field.')
    .refine(({ status, resolution }) => (status === 'resolved') === (resolution !== undefined), {
      path: ['resolution'],
      message: 'Goes with the status resolved, and only with it.',
    }),
  ReportDetail,
).meta({ id: 'ReviewReport' })
export type ReviewReport = z.infer<typeof ReviewReport>

export interface ReportSettings {
  readonly retentionMs: number
  /** Who is told that a report came in. */
  readonly notify: readonly string[]
  readonly pages: Pick<MailedPages, 'staffReports'>
}

export const cannotBeWarned = defineError(
  'conflict',
  'conflict',
  'Whoever wrote this has no mailbox: a guest, or somebody who is gone.',
)
