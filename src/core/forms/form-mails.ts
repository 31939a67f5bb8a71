import type { QueuedMail } from '../../ports/mail-queue.ts'
import type { Submission, WaitingCount } from '../../ports/submissions.ts'
import { Email } from '../accounts/users/users.model.ts'
import { Language } from '../kernel/language.ts'
import { countOf, greetingOf, linkTo, referenceWhenStored as reference } from '../platform/mail/mail.model.ts'
import type { Mailing, Recipient } from '../platform/mail/mail.ts'
import type { FilledForm, FormSettings } from './forms.model.ts'

/** Whom a form is answered to: who filled it in, unless there is no address. */
export function senderOf({ type, form }: FilledForm): {
  readonly name: string
  readonly email: string | null
} {
  if (type !== 'referral') return form
  if (form.relationship !== 'self') return form.referrer
  const { name, contact } = form.participant
  return { name, email: Email.safeParse(contact).data ?? null }
}

/** Addresses in the settings are nobody's whose language is known. */
const languageOfStaff: Language = 'en'

/** What was read where the form was filled in; of those from before it was noted, English. */
export const languageOfSender = ({ metadata }: Pick<Submission, 'metadata'>): Language =>
  Language.catch('en').parse(metadata['language'])

/** Mails about a form say which one, and never what is in it. */
export function createFormMails(mail: Pick<Mailing, 'seal'>, { pages, notify, escalate }: FormSettings) {
  const statusPage = linkTo(pages.referralStatus)
  const listPage = linkTo(pages.staffForms)
  const staffPage = (id: string) => linkTo(`${pages.staffForms}/${id}`)
  const toEach = (
    addresses: readonly string[],
    key: string,
    make: (recipient: Recipient) => Parameters<Mailing['seal']>[0],
  ) =>
    Promise.all(addresses.map((to, i) => mail.seal(make({ to, language: languageOfStaff }), `${key} ${i}`)))

  return {
    /** The confirmation, and word to staff. What was put aside as spam gets them when it is brought back. */
    async arrived(id: string, filled: FilledForm, language: Language): Promise<readonly QueuedMail[]> {
      const { name, email } = senderOf(filled)
      const greeting = greetingOf(name)
      const isUrgent = filled.type === 'referral' && filled.form.urgency === 'high'
      const template = isUrgent ? 'urgent_form_arrived' : 'form_arrived'
      const [toStaff, ...toSender] = await Promise.all([
        toEach(notify, `form arrived ${id}`, (recipient) => ({
          template,
          ...recipient,
          reference,
          link: staffPage(id),
        })),
        ...(email === null
          ? []
          : [
              filled.type === 'referral'
                ? mail.seal(
                    {
                      template: 'referral_received',
                      to: email,
                      language,
                      greeting,
                      reference,
                      link: statusPage,
                    },
                    `form received ${id}`,
                  )
                : mail.seal(
                    { template: 'form_received', to: email, language, greeting, reference },
                    `form received ${id}`,
                  ),
            ]),
      ])
      return [...toSender, ...toStaff]
    },
    /** Its sender added to it or withdrew it. `occasion` tells one such mail from the next. */
    changedBySender: ({ id }: Submission, occasion: string): Promise<readonly QueuedMail[]> =>
      toEach(notify, `form changed ${id} ${occasion}`, (recipient) => ({
        template: 'form_changed',
        ...recipient,
        reference,
        link: staffPage(id),
      })),
    /** Once for each change that gives it to somebody. */
    assigned: async ({ id, version }: Submission, recipient: Recipient): Promise<readonly QueuedMail[]> => [
      await mail.seal(
        { template: 'form_assigned', ...recipient, reference, link: staffPage(id) },
        `form assigned ${id} ${version}`,
      ),
    ],
    async resolved(submission: Submission, filled: FilledForm): Promise<readonly QueuedMail[]> {
      const { id, version } = submission
      const { name, email } = senderOf(filled)
      if (filled.type !== 'referral' || email === null) return []
      const greeting = greetingOf(name)
      return [
        await mail.seal(
          {
            template: 'referral_resolved',
            to: email,
            language: languageOfSender(submission),
            greeting,
            reference,
            link: statusPage,
          },
          `form resolved ${id} ${version}`,
        ),
      ]
    },
    overdue: ({ id, dueAt }: Submission): Promise<readonly QueuedMail[]> =>
      toEach(escalate, `form overdue ${id} ${dueAt}`, (recipient) => ({
        template: 'form_overdue',
        ...recipient,
        reference,
        link: staffPage(id),
      })),
    /** One mail about many: a flood is not to be one of mails. */
    quarantineOverdue: (count: number, occasion: string): Promise<readonly QueuedMail[]> =>
      toEach(escalate, `forms quarantined overdue ${occasion}`, (recipient) => ({
        template: 'quarantine_overdue',
        ...recipient,
        count: countOf(count),
        link: listPage,
      })),
    quarantined: (
      { submissions, overdue }: Pick<WaitingCount, 'submissions' | 'overdue'>,
      occasion: string,
    ): Promise<readonly QueuedMail[]> =>
      toEach(notify, `forms quarantined ${occasion}`, (recipient) => ({
        template: 'forms_quarantined',
        ...recipient,
        count: countOf(submissions),
        overdue: countOf(overdue),
        link: listPage,
      })),
  }
}

export type FormMails = ReturnType<typeof createFormMails>
