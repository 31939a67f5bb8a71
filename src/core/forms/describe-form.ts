import type { Submission } from '../../ports/submissions.ts'
import type { FilledForm, FormStatus, FormType } from './forms.model.ts'
import { isOverdue } from './overdue.ts'
import type { FormSummary } from './review.model.ts'

/** As staff see it in a list. `form` is null where it is erased, or not for the reader. */
export function summaryOf(
  submission: Submission,
  form: FilledForm['form'] | null,
  nowMs: number,
): FormSummary {
  const { createdAt, metadata, status, dueAt, reviewedAt } = submission
  return {
    id: submission.id,
    type: submission.type as FormType,
    status: status as FormStatus,
    trackingNumber: submission.trackingNumber,
    relationship: (metadata['relationship'] ?? null) as string | null,
    urgency: (metadata['urgency'] ?? null) as FormSummary['urgency'],
    assignedTo: submission.assignedTo,
    submittedAt: createdAt,
    updatedAt: submission.updatedAt,
    dueAt,
    isOverdue: isOverdue(submission, nowMs),
    reviewedAt,
    resolvedAt: submission.resolvedAt,
    escalatedAt: submission.escalatedAt,
    erasedAt: submission.erasedAt,
    retainUntil: submission.retainUntil,
    spamSignals: [...(metadata['spamSignals'] as readonly string[])],
    duplicateOf: (metadata['duplicateOf'] ?? null) as string | null,
    attachments: [...submission.attachments],
    form,
  }
}
