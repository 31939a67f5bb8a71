import type { Needs } from '../../ports/ports.ts'
import { isWaiting, type Submission } from '../../ports/submissions.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import type { Recipient } from '../platform/mail/mail.ts'
import { addBusinessTime } from './business-hours.ts'
import type { PlannedChange } from './change-submission.ts'
import { languageOfSender } from './form-mails.ts'
import type { FilledForm, FormStatus } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { notInThisState, type ReviewForm } from './review.model.ts'
import { transitions } from './transitions.ts'

/** All that can still be done about what was erased. */
const isOnlyClosing = ({ status, assignedTo, notes }: ReviewForm): boolean =>
  status !== undefined && status !== 'pending' && assignedTo === undefined && notes === undefined

/** What a review by staff changes, with its audit entry and its mails; null when it changes nothing. */
export function createPlanReview(
  { clock }: Needs<'clock'>,
  { audit, mails, sealing, settings }: Pick<FormsDomain, 'audit' | 'mails' | 'sealing' | 'settings'>,
) {
  /** What a new state brings with it. */
  async function effectsOf(submission: Submission, to: FormStatus) {
    const now = clock.now()
    const at = new Date(now).toISOString()
    const form = await sealing.open(submission, 'data')
    const filled = form === null ? null : ({ type: submission.type, form } as FilledForm)
    switch (to) {
      case 'reviewed':
        return { change: { reviewedAt: submission.reviewedAt ?? at, resolvedAt: null }, mails: [] }
      case 'resolved':
        return {
          change: { reviewedAt: submission.reviewedAt ?? at, resolvedAt: at },
          mails: filled ? await mails.resolved(submission, filled) : [],
        }
      case 'pending': {
        const isHeldBack = submission.status === 'spam'
        // Those that went out before are known by their keys.
        const heldBack =
          isHeldBack && filled ? await mails.arrived(submission.id, filled, languageOfSender(submission)) : []
        // Nobody has looked at it yet: what its sender was promised still holds.
        if (isWaiting(submission)) return { change: {}, mails: heldBack }
        const due = addBusinessTime(now, settings.responseMs, settings.businessHours)
        return {
          change: {
            resolvedAt: null,
            escalatedAt: null,
            dueAt: new Date(due).toISOString(),
            firstDueAt: submission.firstDueAt ?? submission.dueAt,
          },
          mails: heldBack,
        }
      }
      case 'spam':
        return { change: { reviewedAt: submission.reviewedAt ?? at }, mails: [] }
      default:
        return { change: {}, mails: [] }
    }
  }

  return async (
    caller: Caller,
    { userId, sessionId }: Pick<Actor, 'userId' | 'sessionId'>,
    submission: Submission,
    review: ReviewForm,
    /** Of whom it is given to, unless they take it themselves. */
    assignee: Recipient | null = null,
  ): Promise<PlannedChange | null> => {
    const from = submission.status as FormStatus
    const to = review.status ?? from
    if (to !== from && !transitions[from].includes(to)) throw notInThisState()
    if (submission.erasedAt !== null && !isOnlyClosing(review)) throw notInThisState()
    // Agreeing that it is spam changes nothing but that somebody has looked.
    const isAgreed = review.status === 'spam' && from === 'spam' && isWaiting(submission)
    const effects = to === from && !isAgreed ? { change: {}, mails: [] } : await effectsOf(submission, to)
    const notes = (await sealing.open(submission, 'notes')) ?? []
    const note = { text: review.notes ?? '', by: userId, at: new Date(clock.now()).toISOString() }
    const change = {
      ...(to === from ? {} : { status: to }),
      ...effects.change,
      ...(review.assignedTo === undefined ? {} : { assignedTo: review.assignedTo }),
      ...(review.notes === undefined
        ? {}
        : { notes: await sealing.seal(submission, 'notes', [...notes, note]) }),
    }
    const changedFields = Object.keys(change)
    if (changedFields.length === 0) return null
    const entry = await audit.entryOf(caller, {
      event: 'form.review',
      actorId: userId,
      sessionId,
      resource: { type: 'form', id: submission.id },
      changedFields,
      ...(to === from && !isAgreed ? {} : { reason: `${from}_to_${to}` }),
    })
    const isNewlyAssigned = review.assignedTo !== undefined && review.assignedTo !== submission.assignedTo
    const toAssignee = isNewlyAssigned && assignee !== null ? await mails.assigned(submission, assignee) : []
    return { change, audit: entry, mails: [...effects.mails, ...toAssignee] }
  }
}
