import type { Language } from '../../kernel/language.ts'
import { englishMails } from './english-mails.ts'
import { spanishMails } from './spanish-mails.ts'
import type { Delivery, ListOf, MailWords, TemplateName } from './template.ts'

export const mailWords: Readonly<Record<Language, MailWords>> = { en: englishMails, es: spanishMails }

const minuteMs = 60_000
/** Sent whatever somebody wants: of their account, of what they asked for, or of work that waits for them. */
const notice = { priority: 'notice', usefulForMs: null, list: null } as const

/** How each is delivered, and which list it is of. */
export const deliveries: {
  readonly [N in TemplateName]: Delivery & { readonly list: ListOf<N> }
} = {
  confirm_email: { priority: 'code', usefulForMs: 10 * minuteMs, list: null },
  reset_password: { priority: 'code', usefulForMs: 15 * minuteMs, list: null },
  password_changed: notice,
  confirm_identity: { priority: 'code', usefulForMs: 10 * minuteMs, list: null },
  confirm_new_email: { priority: 'code', usefulForMs: 10 * minuteMs, list: null },
  email_changed: notice,
  data_export_ready: { priority: 'notice', usefulForMs: 24 * 60 * minuteMs, list: null },
  account_closing: notice,
  new_device: notice,
  second_factor_changed: notice,
  progress_shared: notice,
  course_place: notice,
  course_request_decided: notice,
  account_moved: { priority: 'notice', usefulForMs: 7 * 24 * 60 * minuteMs, list: null },
  account_exists: notice,
  recovery_approved: notice,
  form_received: notice,
  referral_received: notice,
  referral_resolved: notice,
  form_arrived: notice,
  urgent_form_arrived: notice,
  form_changed: notice,
  form_assigned: notice,
  form_overdue: notice,
  forms_quarantined: { priority: 'notice', usefulForMs: 24 * 60 * minuteMs, list: null },
  quarantine_overdue: notice,
  report_arrived: notice,
  message_warning: notice,
  weekly_summary: { priority: 'summary', usefulForMs: 3 * 24 * 60 * minuteMs, list: 'weekly' },
}
