import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { notFound, validationError } from '../kernel/errors.ts'
import { summaryOf } from './describe-form.ts'
import type { FilledForm, FormStatus, FormType } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { createPlanReview } from './plan-review.ts'
import type { FormDetail, ReviewForm } from './review.model.ts'
import { contactsOf } from './submit-form.ts'

const mostOthers = 20

export function createReviewForms(
  needs: Needs<'submissions' | 'clock'>,
  domain: FormsDomain,
  users: Pick<Users, 'read'>,
) {
  const { submissions, clock } = needs
  const { keys, audit, mail, sealing, changeSubmission } = domain
  const planReview = createPlanReview(needs, domain)
  const find = async (id: string): Promise<Submission> => {
    const submission = await submissions.read(id)
    if (!submission) throw notFound()
    return submission
  }
  const filledOf = async (submission: Submission): Promise<FilledForm | null> => {
    const form = await sealing.open(submission, 'data')
    return form === null ? null : ({ type: submission.type, form } as FilledForm)
  }
  async function othersOf(submission: Submission): Promise<FormDetail['others']> {
    const filled = await filledOf(submission)
    if (!filled) return []
    const contacts = contactsOf(filled)
    const hashes = await Promise.all(contacts.map((contact) => keys.pseudonyms('form contact', contact)))
    if (hashes.length === 0) return []
    const { items } = await submissions.list(
      { contactHashes: hashes.flat() },
      { order: 'newest', limit: mostOthers + 1 },
    )
    return items
      .filter(({ id }) => id !== submission.id)
      .slice(0, mostOthers)
      .map(({ id, type, status, createdAt }) => ({
        id,
        type: type as FormType,
        status: status as FormStatus,
        submittedAt: createdAt,
      }))
  }
  async function detailOf(submission: Submission): Promise<{ value: FormDetail; version: string }> {
    const [form, information, notes, others] = await Promise.all([
      sealing.open(submission, 'data'),
      sealing.open(submission, 'information'),
      sealing.open(submission, 'notes'),
      othersOf(submission),
    ])
    const value = {
      ...summaryOf(submission, form, clock.now()),
      information: [...(information ?? [])],
      notes: [...(notes ?? [])],
      others,
    }
    return { value, version: submission.version }
  }
  async function checkAssignee(userId: string): Promise<void> {
    const assignee = await users.read(userId)
    if (assignee && ['admin', 'mentor'].includes(assignee.value.role)) return
    throw validationError([
      { path: 'assignedTo', code: 'not_staff', message: 'Must be the id of an administrator or mentor.' },
    ])
  }

  return {
    async read(caller: Caller, { userId, sessionId }: Actor, id: string) {
      const detail = await detailOf(await find(id))
      await audit.record(caller, {
        event: 'form.read',
        actorId: userId,
        sessionId,
        resource: { type: 'form', id },
      })
      return detail
    },

    async review(caller: Caller, actor: Actor, id: string, review: ReviewForm, expectedVersion?: string) {
      if (review.assignedTo) await checkAssignee(review.assignedTo)
      const changed = await changeSubmission(
        () => find(id),
        (submission) => planReview(caller, actor, submission, review),
        expectedVersion,
      )
      mail.sendSoon()
      return detailOf(changed)
    },
  }
}
