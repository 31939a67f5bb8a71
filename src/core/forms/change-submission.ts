import type { Needs } from '../../ports/ports.ts'
import {
  type Alongside,
  type Submission,
  type SubmissionChange,
  SubmissionChanged,
} from '../../ports/submissions.ts'
import { conflict, preconditionFailed } from '../kernel/errors.ts'
import { meets, type Precondition } from '../kernel/precondition.ts'

const attempts = 5

export interface PlannedChange extends Alongside {
  readonly change: Omit<SubmissionChange, 'updatedAt'>
}

/**
 * Plans a change of a submission and writes it, and plans anew when somebody else wrote in between; a plan of null
 * leaves it as it is. With `expected` there is one attempt, and `precondition_failed` at any other version.
 */
export const createChangeSubmission =
  ({ submissions, clock }: Needs<'submissions' | 'clock'>) =>
  async (
    read: () => Promise<Submission>,
    plan: (submission: Submission) => Promise<PlannedChange | null>,
    expected?: Precondition,
  ): Promise<Submission> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const submission = await read()
      if (!meets(expected, submission.version)) throw preconditionFailed()
      const planned = await plan(submission)
      if (!planned) return submission
      const { change, audit, mails } = planned
      try {
        return await submissions.change(
          submission.id,
          submission.version,
          { ...change, updatedAt: new Date(clock.now()).toISOString() },
          { audit, mails },
        )
      } catch (error) {
        if (!(error instanceof SubmissionChanged)) throw error
        if (expected) throw preconditionFailed()
      }
    }
    throw conflict()
  }

/** What is left of a submission that was erased: that there was one. */
export const erasure = (now: number) =>
  ({
    sealedKey: null,
    keyId: null,
    data: null,
    information: null,
    notes: null,
    receiptHash: null,
    attachments: [],
    contactHashes: [],
    erasedAt: new Date(now).toISOString(),
  }) as const

export type ChangeSubmission = ReturnType<typeof createChangeSubmission>
