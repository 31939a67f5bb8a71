import type { Needs } from '../../ports/ports.ts'
import type { Submission, SubmissionFilter } from '../../ports/submissions.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import { notFound, validationError } from '../kernel/errors.ts'
import { refusingBadCursors } from '../kernel/paging.ts'
import { normalizeContact } from './form-text.ts'
import type { FilledForm, FormReader, FormStatus, FormType } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { isOverdue, overdueAt } from './overdue.ts'
import { createPlanReview } from './plan-review.ts'
import type { FormDetail, FormQuery, FormSummary, ReviewForm } from './review.model.ts'
import { contactsOf } from './submit-form.ts'

const mostOthers = 20

export function createReviewForms(
  needs: Needs<'submissions' | 'clock' | 'log'>,
  domain: FormsDomain,
  users: Pick<Users, 'read'>,
) {
  const { submissions, clock, log } = needs
  const { keys, audit, mail, sealing, changeSubmission } = domain
  const planReview = createPlanReview(needs, domain)
  /** One that does not open does not keep the others from being listed; asked for alone it fails. */
  const openListed = (submission: Submission) =>
    sealing.open(submission, 'data').catch((error: unknown) => {
      log.error('form_not_readable', error, { submissionId: submission.id })
      return null
    })
  function summaryOf(submission: Submission, form: FilledForm['form'] | null): FormSummary {
    const { createdAt, metadata, dueAt, reviewedAt } = submission
    return {
      id: submission.id,
      type: submission.type as FormType,
      status: submission.status as FormStatus,
      trackingNumber: submission.trackingNumber,
      relationship: (metadata['relationship'] ?? null) as string | null,
      urgency: (metadata['urgency'] ?? null) as FormSummary['urgency'],
      assignedTo: submission.assignedTo,
      submittedAt: createdAt,
      updatedAt: submission.updatedAt,
      dueAt,
      isOverdue: isOverdue(submission, clock.now()),
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
      ...summaryOf(submission, form),
      information: [...(information ?? [])],
      notes: [...(notes ?? [])],
      others,
    }
    return { value, version: submission.version }
  }
  async function filterOf(query: FormQuery): Promise<SubmissionFilter | null> {
    const { type, status, since, participant, assignedTo, overdue } = query
    const contact = participant === undefined ? undefined : normalizeContact(participant)
    if (contact === null) return null
    return {
      ...(type ? { type } : {}),
      ...(overdue ? overdueAt(clock.now()) : {}),
      ...(status ? { status } : {}),
      ...(since ? { updatedSince: since } : {}),
      ...(assignedTo ? { assignedTo } : {}),
      ...(contact ? { contactHashes: await keys.pseudonyms('form contact', contact) } : {}),
    }
  }
  async function checkAssignee(userId: string): Promise<void> {
    const assignee = await users.read(userId)
    if (assignee && ['admin', 'mentor'].includes(assignee.value.role)) return
    throw validationError([
      { path: 'assignedTo', code: 'not_staff', message: 'Must be the id of an administrator or mentor.' },
    ])
  }

  return {
    /** One page, and whether there is more. Who asked for it is recorded before it is answered. */
    async list(
      caller: Caller,
      reader: FormReader,
      query: FormQuery,
      event: 'form.list' | 'form.export',
    ): Promise<{ readonly items: FormSummary[]; readonly next: string | undefined }> {
      const filter = await filterOf(query)
      const { actorId, sessionId, canReadContent } = reader
      const page = await refusingBadCursors(async () =>
        filter === null
          ? { items: [] }
          : submissions.list(filter, {
              order: query.since === undefined ? 'newest' : 'changed',
              limit: query.limit,
              ...(query.cursor === undefined ? {} : { after: query.cursor }),
            }),
      )
      await audit.record(caller, {
        event,
        actorId,
        ...(sessionId === undefined ? {} : { sessionId }),
        resource: { type: 'form', id: null },
        ...(canReadContent ? {} : { reason: 'without_content' }),
      })
      return {
        items: await Promise.all(
          page.items.map(async (submission) =>
            summaryOf(submission, canReadContent ? await openListed(submission) : null),
          ),
        ),
        next: 'next' in page ? page.next : undefined,
      }
    },

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
