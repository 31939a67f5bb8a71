import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import { languageOf } from '../accounts/users/users.model.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { forbidden, notFound, validationError } from '../kernel/errors.ts'
import type { Precondition } from '../kernel/precondition.ts'
import type { Recipient } from '../platform/mail/mail.ts'
import { summaryOf } from './describe-form.ts'
import { contactSpellings } from './form-text.ts'
import type { FilledForm, FormStatus, FormType } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { createPlanReview } from './plan-review.ts'
import type { FormDetail, ReviewForm } from './review.model.ts'
import { contactsOf } from './submit-form.ts'

const mostOthers = 20

/** Administrators read every form, mentors those that are assigned to them. */
export const mayRead = (
  { role, userId }: Pick<Actor, 'role' | 'userId'>,
  { assignedTo }: Pick<Submission, 'assignedTo'>,
): boolean => role === 'admin' || (role === 'mentor' && assignedTo === userId)

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
  /** Whoever may not read it does not learn that it is there. */
  async function findFor(actor: Pick<Actor, 'role' | 'userId'>, id: string): Promise<Submission> {
    const submission = await find(id)
    if (!mayRead(actor, submission)) throw notFound()
    return submission
  }
  async function othersOf(
    actor: Pick<Actor, 'role' | 'userId'>,
    submission: Submission,
  ): Promise<FormDetail['others']> {
    const filled = await filledOf(submission)
    if (!filled) return []
    const contacts = contactsOf(filled)
    const spellings = [...new Set(contacts.flatMap((contact) => [contact, ...contactSpellings(contact)]))]
    const hashes = await Promise.all(spellings.map((contact) => keys.pseudonyms('form contact', contact)))
    if (hashes.length === 0) return []
    const { items } = await submissions.list(
      { contactHashes: hashes.flat() },
      { order: 'newest', limit: mostOthers + 1 },
    )
    return items
      .filter((other) => other.id !== submission.id && mayRead(actor, other))
      .slice(0, mostOthers)
      .map(({ id, type, status, createdAt }) => ({
        id,
        type: type as FormType,
        status: status as FormStatus,
        submittedAt: createdAt,
      }))
  }
  async function detailOf(
    actor: Pick<Actor, 'role' | 'userId'>,
    submission: Submission,
  ): Promise<{ value: FormDetail; version: string }> {
    const [form, information, notes, others] = await Promise.all([
      sealing.open(submission, 'data'),
      sealing.open(submission, 'information'),
      sealing.open(submission, 'notes'),
      othersOf(actor, submission),
    ])
    const value = {
      ...summaryOf(submission, form, clock.now()),
      information: [...(information ?? [])],
      notes: [...(notes ?? [])],
      others,
    }
    return { value, version: submission.version }
  }
  /** Where they are told. */
  async function checkAssignee(userId: string): Promise<Recipient> {
    const assignee = await users.read(userId)
    if (assignee && ['admin', 'mentor'].includes(assignee.value.role))
      return { to: assignee.value.email, language: languageOf(assignee.value) }
    throw validationError([
      { path: 'assignedTo', code: 'not_staff', message: 'Must be the id of an administrator or mentor.' },
    ])
  }

  return {
    async read(caller: Caller, actor: Actor, id: string) {
      const { userId, sessionId } = actor
      const detail = await detailOf(actor, await findFor(actor, id))
      await audit.record(caller, {
        event: 'form.read',
        actorId: userId,
        sessionId,
        resource: { type: 'form', id },
      })
      return detail
    },

    async review(caller: Caller, actor: Actor, id: string, review: ReviewForm, expected?: Precondition) {
      if (actor.role !== 'admin') {
        await findFor(actor, id)
        if (review.status !== undefined || review.assignedTo !== undefined) throw forbidden()
      }
      const { assignedTo } = review
      const assignee = assignedTo ? await checkAssignee(assignedTo) : null
      const told = assignedTo === actor.userId ? null : assignee
      const changed = await changeSubmission(
        () => findFor(actor, id),
        (submission) => planReview(caller, actor, submission, review, told),
        expected,
      )
      mail.sendSoon()
      return detailOf(actor, changed)
    },
  }
}
