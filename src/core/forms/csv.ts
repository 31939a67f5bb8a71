import { csvLine, csvStart } from '../kernel/csv.ts'
import type { FormSummary } from './review.model.ts'
import type { AddedInformation, StaffNote } from './seal-submission.ts'

/** A form with all that staff know about it. */
export interface CsvRow {
  readonly summary: FormSummary
  readonly information: readonly AddedInformation[]
  readonly notes: readonly StaffNote[]
}

interface Loose {
  readonly [name: string]: unknown
}
interface Parts {
  readonly form: Loose
  readonly referrer: Loose
  readonly participant: Loose
}

/** Names and order are published: new ones come at the end. */
const columns: Readonly<Record<string, (row: CsvRow, parts: Parts) => unknown>> = {
  id: ({ summary }) => summary.id,
  trackingNumber: ({ summary }) => summary.trackingNumber,
  type: ({ summary }) => summary.type,
  status: ({ summary }) => summary.status,
  submittedAt: ({ summary }) => summary.submittedAt,
  updatedAt: ({ summary }) => summary.updatedAt,
  dueAt: ({ summary }) => summary.dueAt,
  isOverdue: ({ summary }) => summary.isOverdue,
  reviewedAt: ({ summary }) => summary.reviewedAt,
  resolvedAt: ({ summary }) => summary.resolvedAt,
  erasedAt: ({ summary }) => summary.erasedAt,
  assignedTo: ({ summary }) => summary.assignedTo,
  relationship: ({ summary }) => summary.relationship,
  urgency: ({ summary }) => summary.urgency,
  spamSignals: ({ summary }) => summary.spamSignals,
  duplicateOf: ({ summary }) => summary.duplicateOf,
  name: (_, { form }) => form['name'],
  email: (_, { form }) => form['email'],
  phone: (_, { form }) => form['phone'],
  subject: (_, { form }) => form['subject'],
  message: (_, { form }) => form['message'],
  interests: (_, { form }) => form['interests'],
  availability: (_, { form }) => form['availability'],
  referrerName: (_, { referrer }) => referrer['name'],
  referrerEmail: (_, { referrer }) => referrer['email'],
  referrerPhone: (_, { referrer }) => referrer['phone'],
  referrerOrganization: (_, { referrer }) => referrer['organization'],
  participantName: (_, { participant }) => participant['name'],
  participantContact: (_, { participant }) => participant['contact'],
  participantPhone: (_, { participant }) => participant['phone'],
  services: (_, { form }) => form['services'],
  notes: (_, { form }) => form['notes'],
  information: ({ information }) => information.map(({ message, at }) => `${at} ${message}`).join('\n'),
  staffNotes: ({ notes }) => notes.map(({ text, by, at }) => `${at} ${by}: ${text}`).join('\n'),
  attachments: ({ summary }) => summary.attachments,
  escalatedAt: ({ summary }) => summary.escalatedAt,
  retainUntil: ({ summary }) => summary.retainUntil,
}

export const csvHead = (): string => csvStart + csvLine(Object.keys(columns))

/** RFC 4180, for people with a spreadsheet. */
export const csvLines = (rows: readonly CsvRow[]): string =>
  rows
    .map((row) => {
      const form = (row.summary.form ?? {}) as Loose
      const parts = {
        form,
        referrer: (form['referrer'] ?? {}) as Loose,
        participant: (form['participant'] ?? {}) as Loose,
      }
      return csvLine(Object.values(columns).map((read) => read(row, parts)))
    })
    .join('')
