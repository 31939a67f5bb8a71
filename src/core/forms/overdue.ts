import { isWaiting, type Submission, type SubmissionFilter } from '../../ports/submissions.ts'

/** Whether somebody should have looked at it by now. The row, the table, the escalation and the figures all mean this. */
export const isOverdue = (submission: Submission, nowMs: number): boolean =>
  isWaiting(submission) && Date.parse(submission.dueAt) <= nowMs

/** The same, for a list. */
export const overdueAt = (nowMs: number) =>
  ({ isWaiting: true, dueUntil: new Date(nowMs).toISOString() }) as const satisfies SubmissionFilter
