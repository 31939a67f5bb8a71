import type { FormSummary } from './review.model.ts'
import type { AddedInformation, StaffNote } from './seal-submission.ts'

/** What a spreadsheet takes for the beginning of a formula, in its wide, small and raised forms too. */
const sign = String.raw`=+\-@|%\u207A\u207B\u207C\u208A\u208B\u208C\u2212\uFE62\uFE63\uFE66\uFE6A\uFE6B\uFF05\uFF0B\uFF0D\uFF1D\uFF20\uFF5C`
/** Where a cell may begin: at the start of a line, and behind whatever somebody's spreadsheet divides cells by. */
const begin = String.raw`^|[,;|\t\r\n\v\f\u0085\u2028\u2029\uFF0C\uFF1B\uFF5C]`
/** What a spreadsheet passes over before it looks. */
const skipped = String.raw`[\s\p{Cf}'"\u2018\u2019\u201C\u201D\uFF02\uFF07]`

const cellBegin = new RegExp(`(?=[${sign}])(?<=(?:${begin})${skipped}*)`, 'gu')
const oddBegin = new RegExp(String.raw`^${skipped}+[${sign}]|^[\t\r\n]`, 'u')

/**
 * Text that stays text wherever it is opened. In another country, or in another program, a cell may be divided at a semicolon, a tab,
 * a bar or a line break inside of it, where quotation marks protect nothing: an apostrophe stands before each sign with which such a
 * part would become a formula.
 */
export function inert(text: string): string {
  const marked = text.replaceAll(cellBegin, "'")
  return oddBegin.test(text) && !marked.startsWith("'") ? `'${marked}` : marked
}

function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : Array.isArray(value) ? value.join('; ') : String(value)
  const safe = inert(text)
  return /[",\r\n;|\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

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

const line = (cells: readonly string[]): string => `${cells.join(',')}\r\n`

/** Says that it is UTF-8 to Excel, which else takes it for the letters of its own country. */
const byteOrderMark = '\uFEFF'

export const csvHead = (): string => byteOrderMark + line(Object.keys(columns))

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
      return line(Object.values(columns).map((read) => cell(read(row, parts))))
    })
    .join('')
