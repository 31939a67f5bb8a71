import { type Submission, SubmissionChanged } from '../ports/submissions.ts'

/** The fields of a submission and their columns in `form_submissions`, in the order of the insert. */
export const submissionColumns = {
  id: 'id',
  type: 'form_type',
  status: 'status',
  trackingNumber: 'tracking_number',
  receiptHash: 'receipt_hash',
  sealedKey: 'sealed_key',
  keyId: 'key_id',
  data: 'data',
  information: 'information',
  notes: 'notes',
  attachments: 'attachments',
  metadata: 'metadata',
  assignedTo: 'assigned_to',
  dueAt: 'due_at',
  firstDueAt: 'first_due_at',
  reviewedAt: 'reviewed_at',
  resolvedAt: 'resolved_at',
  escalatedAt: 'escalated_at',
  erasedAt: 'erased_at',
  retainUntil: 'retain_until',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const satisfies Record<Exclude<keyof Submission, 'version'>, string>

/** The states in which a submission can wait. */
export const waitingStatuses = ['pending', 'spam'] as const

/** `isWaiting` of the port in SQL, as it stands in the index `form_submissions_waiting`. */
export const waitingSql = `erased_at is null and status in ('pending', 'spam') and (status = 'pending' or reviewed_at is null)`

export type SubmissionField = keyof typeof submissionColumns
export const submissionFields = Object.keys(submissionColumns) as SubmissionField[]

/** A fact of the metadata with a column of its own, to filter by. */
export const urgencyOf = ({ metadata }: Pick<Submission, 'metadata'>): string | null => {
  const { urgency } = metadata
  return typeof urgency === 'string' ? urgency : null
}

/** A version as it is counted. What no version is written as is none that anything is at. */
export function countedVersion(version: string): number {
  if (!/^[1-9]\d{0,8}$/.test(version)) throw new SubmissionChanged()
  return Number(version)
}

/** Those that are times. */
export const submissionTimes: ReadonlySet<SubmissionField> = new Set([
  'dueAt',
  'firstDueAt',
  'reviewedAt',
  'resolvedAt',
  'escalatedAt',
  'erasedAt',
  'retainUntil',
  'createdAt',
  'updatedAt',
])
