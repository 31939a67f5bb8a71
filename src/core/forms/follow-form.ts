import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import type { Caller } from '../kernel/actor.ts'
import { notFound } from '../kernel/errors.ts'
import { type AddInformation, type FormProgress, type FormStatus, tooMuchInformation } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { foldTrackingNumber, receiptHash } from './receipt-code.ts'
import { notInThisState } from './review.model.ts'

const mostInformation = 20

export interface Receipt {
  readonly trackingNumber: string
  readonly code: string | undefined
}

/** Who follows a form, and how they come to it. */
export interface Follower {
  readonly find: () => Promise<Submission>
  readonly actorId: string | null
  readonly sessionId?: string
}

/** What whoever sent a form can do with its number and receipt code. A wrong code is as unknown a number. */
export function createFollowForm(
  { submissions, ciphers, clock }: Needs<'submissions' | 'ciphers' | 'clock'>,
  { audit, mail, mails, sealing, changeSubmission, eraseContents }: FormsDomain,
) {
  async function findByReceipt({ trackingNumber, code }: Receipt): Promise<Submission> {
    const submission = await submissions.readByTrackingNumber(foldTrackingNumber(trackingNumber))
    const hash = await receiptHash(ciphers, submission?.id ?? '', code ?? '')
    if (!submission || code === undefined || submission.receiptHash !== hash) throw notFound()
    return submission
  }
  async function progressOf(submission: Submission): Promise<FormProgress> {
    const { trackingNumber, status, createdAt, updatedAt, dueAt } = submission
    const information = await sealing.open(submission, 'information')
    return {
      trackingNumber: trackingNumber ?? '',
      // That it was put aside is for staff alone to know.
      status: (status === 'spam' ? 'pending' : status) as FormProgress['status'],
      submittedAt: createdAt,
      updatedAt,
      dueAt,
      informationAdded: information?.length ?? 0,
    }
  }
  const occurrence = (
    { actorId, sessionId }: Follower,
    event: string,
    { id }: Submission,
    changedFields: readonly string[],
  ) => ({
    event,
    actorId,
    ...(sessionId === undefined ? {} : { sessionId }),
    resource: { type: 'form', id },
    changedFields,
  })

  const sender = (receipt: Receipt): Follower => ({ find: () => findByReceipt(receipt), actorId: null })

  async function add(caller: Caller, follower: Follower, { message }: AddInformation): Promise<Submission> {
    const changed = await changeSubmission(follower.find, async (submission) => {
      if (submission.status === 'withdrawn') throw notInThisState()
      const known = (await sealing.open(submission, 'information')) ?? []
      if (known.length >= mostInformation) throw tooMuchInformation()
      const added = [...known, { message, at: new Date(clock.now()).toISOString() }]
      const isSpam = submission.status === 'spam'
      return {
        change: { information: await sealing.seal(submission, 'information', added) },
        audit: await audit.entryOf(
          caller,
          occurrence(follower, 'form.add_information', submission, ['information']),
        ),
        mails: isSpam ? [] : await mails.changedBySender(submission, `information ${added.length}`),
      }
    })
    mail.sendSoon()
    return changed
  }

  async function withdrawAs(caller: Caller, follower: Follower): Promise<Submission> {
    const status: FormStatus = 'withdrawn'
    const changed = await changeSubmission(follower.find, async (submission) =>
      submission.status === status
        ? null
        : {
            change: { status },
            audit: await audit.entryOf(caller, occurrence(follower, 'form.withdraw', submission, ['status'])),
            mails: submission.status === 'spam' ? [] : await mails.changedBySender(submission, 'withdrawn'),
          },
    )
    mail.sendSoon()
    return changed
  }

  return {
    findByReceipt,
    progressOf,
    add,
    withdrawAs,
    read: async (receipt: Receipt): Promise<FormProgress> => progressOf(await findByReceipt(receipt)),

    addInformation: async (
      caller: Caller,
      receipt: Receipt,
      information: AddInformation,
    ): Promise<FormProgress> => progressOf(await add(caller, sender(receipt), information)),

    withdraw: async (caller: Caller, receipt: Receipt): Promise<FormProgress> =>
      progressOf(await withdrawAs(caller, sender(receipt))),

    /** What was written is gone; that there was a referral stays, for counting. */
    async erase(caller: Caller, receipt: Receipt): Promise<void> {
      await changeSubmission(
        () => findByReceipt(receipt),
        async (submission) => ({
          change: { ...(await eraseContents(submission)), status: 'withdrawn' },
          audit: await audit.entryOf(
            caller,
            occurrence(sender(receipt), 'form.erase', submission, ['data', 'status']),
          ),
          mails: [],
        }),
      )
    },
  }
}

export type FollowForm = ReturnType<typeof createFollowForm>
