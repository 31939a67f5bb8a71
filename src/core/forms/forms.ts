import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Files } from '../files/files.ts'
import type { Actor, Caller } from '../kernel/actor.ts'
import type { Audit } from '../platform/audit/audit.ts'
import type { Keys } from '../platform/keys/keys.ts'
import type { Mailing } from '../platform/mail/mail.ts'
import { type ChangeSubmission, createChangeSubmission, erasure } from './change-submission.ts'
import { createFollowForm } from './follow-form.ts'
import { createFormJobs } from './form-jobs.ts'
import { createFormMails, type FormMails } from './form-mails.ts'
import type {
  Contact,
  FormSettings,
  Interest,
  Referral,
  ReferralSubmitted,
  Submitted,
} from './forms.model.ts'
import { createFormsPersonalData } from './personal-data.ts'
import { createReportForms } from './report-forms.ts'
import { createReviewForms } from './review-forms.ts'
import { createSealSubmission, type SealSubmission } from './seal-submission.ts'
import { createJudgeSpam, type JudgeSpam } from './spam.ts'
import { createSubmitForm, type Stored } from './submit-form.ts'

export type FormsNeeds = Needs<'submissions' | 'cache' | 'ciphers' | 'clock' | 'ids' | 'log'>

export interface FormsBorrows {
  /** Takes uploaded files for one submission; `validation_error` for one that cannot be taken. */
  readonly bindFiles: Files['bindToForm']
  readonly removeFiles: Files['removeFromForm']
  readonly users: Pick<Users, 'read'>
  readonly keys: Keys
  readonly audit: Audit
  readonly mail: Mailing
  readonly settings: FormSettings
}

/** What the use cases of this domain have in common. */
export interface FormsDomain extends Omit<FormsBorrows, 'users'> {
  readonly mails: FormMails
  readonly sealing: SealSubmission
  readonly judge: JudgeSpam
  readonly changeSubmission: ChangeSubmission
  /** Removes the files of a submission, and answers the change that removes the rest. */
  readonly eraseContents: (submission: Submission) => Promise<ReturnType<typeof erasure>>
  /** Keyed hashes, to find a form by. */
  readonly hashContacts: (contacts: readonly string[]) => Promise<readonly string[]>
}

/** One sending of a form: the client's own key for it, if it has one, and the body as it came. */
export interface Sending {
  /** Who sends it, if signed in: for files of theirs. */
  readonly actor: Actor | null
  readonly key: string | undefined
  readonly body: string
}

const thanks = 'Thank you. We have received this, and somebody will get back to you.'

const submittedOf = ({ submission }: Stored): Submitted => ({
  id: submission.id,
  message: thanks,
  submittedAt: submission.createdAt,
})

export function createForms(needs: FormsNeeds, { users, ...borrows }: FormsBorrows) {
  const { keys, mail, settings } = borrows
  const domain: FormsDomain = {
    ...borrows,
    mails: createFormMails(mail, settings),
    sealing: createSealSubmission(needs, keys),
    judge: createJudgeSpam(needs, keys),
    changeSubmission: createChangeSubmission(needs),
    async eraseContents({ id, attachments }) {
      await borrows.removeFiles(id, attachments)
      return erasure(needs.clock.now())
    },
    hashContacts: (contacts) =>
      Promise.all(contacts.map((contact) => keys.pseudonym('form contact', contact))),
  }
  const submit = createSubmitForm(needs, domain)
  const { jobs, reportRetention, erasePastRetention } = createFormJobs(needs, domain)

  return {
    async submitContact(caller: Caller, form: Contact, sending: Sending) {
      const stored = await submit(caller, { type: 'contact', form }, sending)
      return { value: submittedOf(stored), isNew: stored.isNew }
    },
    async submitInterest(caller: Caller, form: Interest, sending: Sending) {
      const stored = await submit(caller, { type: 'interest', form }, sending)
      return { value: submittedOf(stored), isNew: stored.isNew }
    },
    async submitReferral(caller: Caller, form: Referral, sending: Sending) {
      const stored = await submit(caller, { type: 'referral', form }, sending)
      const value: ReferralSubmitted = {
        ...submittedOf(stored),
        trackingNumber: stored.submission.trackingNumber ?? '',
        ...(stored.receiptCode === null ? {} : { receiptCode: stored.receiptCode }),
      }
      return { value, isNew: stored.isNew }
    },
    follow: createFollowForm(needs, domain),
    ...createReviewForms(needs, domain, users),
    report: createReportForms(needs),
    reportRetention,
    personalData: createFormsPersonalData(needs, domain, {
      count: async () => (await reportRetention()).total,
      remove: erasePastRetention,
    }),
    jobs,
  }
}

export type Forms = ReturnType<typeof createForms>
