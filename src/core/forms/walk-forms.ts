import type { Needs } from '../../ports/ports.ts'
import { type Submission, SubmissionChanged, type SubmissionFilter } from '../../ports/submissions.ts'
import { system } from '../platform/audit/audit.model.ts'
import type { PlannedChange } from './change-submission.ts'
import type { FormsDomain } from './forms-domain.ts'

const batch = 100

/** For jobs, which go through submissions and change them in nobody's name. */
export function createWalkForms(
  { submissions, clock }: Needs<'submissions' | 'clock'>,
  { audit }: Pick<FormsDomain, 'audit'>,
) {
  const now = (): string => new Date(clock.now()).toISOString()
  return {
    now,
    /** Each once, also those that `work` takes out of the filter. */
    async forEach(
      filter: SubmissionFilter,
      work: (submission: Submission) => Promise<void> | void,
    ): Promise<void> {
      let after: string | undefined
      do {
        const page = await submissions.list(filter, {
          order: 'newest',
          limit: batch,
          ...(after === undefined ? {} : { after }),
        })
        for (const submission of page.items) await work(submission)
        after = page.next
      } while (after !== undefined)
    },
    /** False when somebody else changed it first: the next run looks again. */
    async change(submission: Submission, planned: PlannedChange): Promise<boolean> {
      const { change: fields, audit: entry, mails } = planned
      try {
        await submissions.change(
          submission.id,
          submission.version,
          { ...fields, updatedAt: now() },
          { audit: entry, mails },
        )
        return true
      } catch (error) {
        if (error instanceof SubmissionChanged) return false
        throw error
      }
    },
    entryOf: (event: string, { id }: Submission, changedFields: readonly string[]) =>
      audit.entryOf(null, { event, actorId: system, resource: { type: 'form', id }, changedFields }),
  }
}

export type WalkForms = ReturnType<typeof createWalkForms>
