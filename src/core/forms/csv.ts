import type { FormSummary } from './review.model.ts'

/** Beginnings that a spreadsheet takes for a formula, in their wide forms too, and what it skips before them. */
const formulaLike = /^[\s\p{Cf}'"]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20\u2212]|^[\t\r\n]/u

/** Text for one cell that stays text wherever it is opened. */
function cell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : Array.isArray(value) ? value.join('; ') : String(value)
  const inert = formulaLike.test(text) ? `'${text}` : text
  return /[",\r\n;]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

interface Loose {
  readonly [name: string]: unknown
}

const columns: Readonly<
  Record<string, (summary: FormSummary, form: Loose, referrer: Loose, participant: Loose) => unknown>
> = {
  id: ({ id }) => id,
  trackingNumber: ({ trackingNumber }) => trackingNumber,
  type: ({ type }) => type,
  status: ({ status }) => status,
  submittedAt: ({ submittedAt }) => submittedAt,
  updatedAt: ({ updatedAt }) => updatedAt,
  dueAt: ({ dueAt }) => dueAt,
  isOverdue: ({ isOverdue }) => isOverdue,
  reviewedAt: ({ reviewedAt }) => reviewedAt,
  resolvedAt: ({ resolvedAt }) => resolvedAt,
  erasedAt: ({ erasedAt }) => erasedAt,
  assignedTo: ({ assignedTo }) => assignedTo,
  relationship: ({ relationship }) => relationship,
  urgency: ({ urgency }) => urgency,
  spamSignals: ({ spamSignals }) => spamSignals,
  duplicateOf: ({ duplicateOf }) => duplicateOf,
  name: (_, form) => form['name'],
  email: (_, form) => form['email'],
  phone: (_, form) => form['phone'],
  subject: (_, form) => form['subject'],
  message: (_, form) => form['message'],
  interests: (_, form) => form['interests'],
  availability: (_, form) => form['availability'],
  referrerName: (_, __, referrer) => referrer['name'],
  referrerEmail: (_, __, referrer) => referrer['email'],
  referrerPhone: (_, __, referrer) => referrer['phone'],
  referrerOrganization: (_, __, referrer) => referrer['organization'],
  participantName: (_, __, ___, participant) => participant['name'],
  participantContact: (_, __, ___, participant) => participant['contact'],
  participantPhone: (_, __, ___, participant) => participant['phone'],
  services: (_, form) => form['services'],
  notes: (_, form) => form['notes'],
}

/** RFC 4180, for people with a spreadsheet: no cell of it can be a formula. */
export function toCsv(summaries: readonly FormSummary[]): string {
  const lines = summaries.map((summary) => {
    const form = (summary.form ?? {}) as Loose
    const referrer = (form['referrer'] ?? {}) as Loose
    const participant = (form['participant'] ?? {}) as Loose
    return Object.values(columns).map((read) => cell(read(summary, form, referrer, participant)))
  })
  return [Object.keys(columns), ...lines].map((line) => `${line.join(',')}\r\n`).join('')
}
