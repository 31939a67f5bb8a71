import { type Language, languages } from '../../../../src/core/kernel/language.ts'
import { compose } from '../../../../src/core/platform/mail/compose.ts'
import {
  codeOf,
  countOf,
  greetingOf,
  linkTo,
  referenceOf,
} from '../../../../src/core/platform/mail/mail.model.ts'
import type { TemplateInputs, TemplateName } from '../../../../src/core/platform/mail/template.ts'
import type { MailMessage } from '../../../../src/ports/mailer.ts'

const origin = 'https://portal.sdtoolsinc.org'
const greeting = greetingOf("Seán O'Brien-Núñez")
const code = codeOf('402718')
const token = 'dQw4w9WgXcQ-0123456789_abcdefghijklmnopqrstuvwxyzABCD'
const reference = referenceOf('REF-2026-000125')
const statusPage = linkTo(`${origin}/referral-status`)
const formPage = linkTo(`${origin}/admin/forms/0197a3b0-0000-7000-8000-00000000abcd`)
const resetPage = linkTo(`${origin}/reset-password`, token)
const notMePage = linkTo(`${origin}/api/v1/auth/not-me`, token)

const inputs: TemplateInputs = {
  confirm_email: { greeting, code, link: linkTo(`${origin}/verify-email`, token) },
  reset_password: { greeting, link: resetPage, code: codeOf('K7M2P-9QXRT') },
  password_changed: { greeting, link: notMePage },
  confirm_identity: { greeting, code },
  confirm_new_email: { greeting, code },
  email_changed: { greeting, link: linkTo(`${origin}/api/v1/auth/undo-email-change`, token) },
  new_device: { greeting, link: notMePage },
  second_factor_changed: { greeting, link: notMePage },
  progress_shared: { greeting, link: notMePage },
  course_place: { greeting },
  course_request_decided: { greeting },
  data_export_ready: { greeting, link: linkTo(`${origin}/data-export`) },
  account_closing: { greeting, link: linkTo(`${origin}/account-deletion`, token), notMe: notMePage },
  account_moved: { greeting, link: resetPage },
  account_exists: { greeting: greetingOf('Visit evil.example now'), link: resetPage },
  recovery_approved: { greeting, link: linkTo(`${origin}/api/v1/auth/cancel-recovery`, token) },
  form_received: { greeting, reference },
  referral_received: { greeting, reference, link: statusPage },
  referral_resolved: { greeting, reference, link: statusPage },
  form_arrived: { reference, link: formPage },
  urgent_form_arrived: { reference, link: formPage },
  form_changed: { reference, link: formPage },
  form_assigned: { reference, link: formPage },
  form_overdue: { reference, link: formPage },
  forms_quarantined: { count: countOf(12), overdue: countOf(3), link: linkTo(`${origin}/admin/forms`) },
  quarantine_overdue: { count: countOf(12), link: linkTo(`${origin}/admin/forms`) },
  report_arrived: {
    reference: referenceOf('c6fd5e0a-8f0b-8d4c-9a61-2b7d9e3f5a1c'),
    link: linkTo(`${origin}/admin/reports/c6fd5e0a-8f0b-8d4c-9a61-2b7d9e3f5a1c`),
  },
  message_warning: { greeting },
  weekly_summary: {
    greeting,
    conversations: countOf(3),
    notifications: countOf(12),
    courses: { count: countOf(2), percent: countOf(40) },
    unsubscribe: {
      page: linkTo(`${origin}/api/v1/auth/pages/unsubscribe`, token),
      oneClick: linkTo(`${origin}/api/v1/auth/pages/unsubscribe`, token),
    },
  },
}

/** A message of each template in each language. */
export const samples = (Object.keys(inputs) as TemplateName[]).flatMap((template) =>
  languages.map((language) => ({ template, language, message: composeSample(template, language) })),
)

/** Where it is kept to be looked at: English as it was first. */
export const fileOf = ({
  template,
  language,
}: Pick<(typeof samples)[number], 'template' | 'language'>): string =>
  language === 'en' ? template : `${template}.${language}`

function composeSample<N extends TemplateName>(template: N, language: Language): MailMessage {
  return compose(template, inputs[template], { id: 'sample', to: 'ann@example.com', language })
}
