import type { Needs } from '../../ports/ports.ts'
import type { Users } from '../accounts/users/users.ts'
import type { Files } from '../files/files.ts'
import type { Caller } from '../kernel/actor.ts'
import { emptyFace, type Limit } from '../kernel/domain.ts'
import { filled, type Said } from '../kernel/messages/said.ts'
import type { Recording } from '../platform/audit/audit.model.ts'
import type { Keys } from '../platform/keys/keys.ts'
import type { Mailing } from '../platform/mail/mail.ts'
import { createChangeSubmission, erasure } from './change-submission.ts'
import { createClaimForm } from './claim-form.ts'
import { formClaims } from './claims.model.ts'
import { createCountForms } from './count-forms.ts'
import { createFindForms } from './find-forms.ts'
import { createFollowForm } from './follow-form.ts'
import { createFormJobs } from './form-jobs.ts'
import { createFormMails } from './form-mails.ts'
import type {
  Contact,
  FormSettings,
  Interest,
  Referral,
  ReferralSubmitted,
  Submitted,
} from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { createFormsPersonalData } from './personal-data.ts'
import { createReportForms } from './report-forms.ts'
import { createReviewForms, mayRead } from './review-forms.ts'
import { createSealSubmission } from './seal-submission.ts'
import { createJudgeSpam } from './spam.ts'
import { createSubmitForm, type Sending, type Stored } from './submit-form.ts'

export type FormsNeeds = Needs<
  'documents' | 'submissions' | 'cache' | 'ciphers' | 'clock' | 'ids' | 'log' | 'telemetry'
>

export interface FormsBorrows {
  readonly users: Pick<Users, 'read'>
  readonly keys: Keys
  readonly audit: Recording
  readonly mail: Mailing
  readonly files: Pick<Files, 'bindToForm' | 'removeFromForm' | 'bindings'>
}

export interface FormsConfig {
  readonly forms: FormSettings
  readonly limits: { readonly forms: Limit }
}

/** Longer than it takes to store a form whose files are bound to it. */
const sendingMs = 60_000
/** What the public pages promise whoever writes to us, unless less is promised to everybody. */
const contactHours = 24
const hourMs = 60 * 60_000

const thanksFor = (type: string, { responseMs }: FormSettings): Said => {
  const hours = Math.round(responseMs / hourMs)
  const within = type === 'contact' ? Math.min(contactHours, hours) : hours
  return filled('Thank you. We have received this, and somebody will get back to you within {hours} hours.', {
    hours: within,
  })
}

const createSubmitted =
  (settings: FormSettings) =>
  ({ submission }: Stored): Submitted => ({
    id: submission.id,
    message: thanksFor(submission.type, settings),
    submittedAt: submission.createdAt,
  })

export function createForms(
  needs: FormsNeeds,
  { users, keys, audit, mail, files }: FormsBorrows,
  { forms: settings, limits }: FormsConfig,
) {
  const domain: FormsDomain = {
    keys,
    audit,
    mail,
    settings,
    bindFiles: files.bindToForm,
    removeFiles: files.removeFromForm,
    mails: createFormMails(mail, settings),
    sealing: createSealSubmission(needs, keys),
    judge: createJudgeSpam(needs, keys, settings),
    changeSubmission: createChangeSubmission(needs),
    async eraseContents({ id, attachments }) {
      await files.removeFromForm(id, attachments)
      return erasure(needs.clock.now())
    },
    hashContacts: (contacts) =>
      Promise.all(contacts.map((contact) => keys.pseudonym('form contact', contact))),
  }
  const submit = createSubmitForm(needs, domain)
  const submittedOf = createSubmitted(settings)
  const follow = createFollowForm(needs, domain)
  const claiming = createClaimForm(needs, domain, follow)
  const { jobs, reportRetention, erasePastRetention } = createFormJobs(needs, domain)

  return {
    ...emptyFace,
    limits: [limits.forms],
    listeners: [
      files.bindings.listener('form', {
        async canRead(actor, { id }) {
          const submission = await needs.submissions.read(id)
          return submission !== null && mayRead(actor, submission)
        },
        exists: async ({ id }) => (await needs.submissions.read(id))?.erasedAt === null,
        async usesOf({ id, boundAt }, fileId) {
          const submission = await needs.submissions.read(id)
          const isKept = submission
            ? submission.erasedAt === null && submission.attachments.includes(fileId)
            : needs.clock.now() - Date.parse(boundAt) < sendingMs
          return isKept
            ? [
                {
                  path: `forms.${id}`,
                  code: 'sent_with_form',
                  message: 'A form that was sent with it.' as const,
                },
              ]
            : []
        },
        titleFor: async (_, { id }) => (await needs.submissions.read(id))?.trackingNumber ?? null,
      }),
    ],
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
    follow,
    claims: claiming.claims,
    ...createFindForms(needs, domain),
    ...createReviewForms(needs, domain, users),
    countWaiting: createCountForms(needs, settings),
    report: createReportForms(needs, settings),
    reportRetention,
    personalData: [
      ...createFormsPersonalData(needs, domain, {
        count: async () => (await reportRetention()).total,
        remove: erasePastRetention,
      }),
      ...claiming.personalData,
    ],
    jobs,
  }
}

export type Forms = ReturnType<typeof createForms>

export const formsDomain = { collections: [formClaims], create: createForms }
