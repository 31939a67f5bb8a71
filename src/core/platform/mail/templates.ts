import type { Language } from '../../kernel/language.ts'
import { englishMails } from './english-mails.ts'
import { spanishMails } from './spanish-mails.ts'
import type { Delivery, MailWords, TemplateName } from './template.ts'

export const mailWords: Readonly<Record<Language, MailWords>> = { en: englishMails, es: spanishMails }

const minuteMs = 60_000
const notice: Delivery = { priority: 'notice', usefulForMs: null }

export const deliveries: Readonly<Record<TemplateName, Delivery>> = {
  confirm_email: { priority: 'code', usefulForMs: 10 * minuteMs },
  reset_password: { priority: 'code', usefulForMs: 15 * minuteMs },
  password_changed: notice,
  confirm_identity: { priority: 'code', usefulForMs: 10 * minuteMs },
  confirm_new_email: { priority: 'code', usefulForMs: 10 * minuteMs },
  email_changed: notice,
  data_export_ready: { priority: 'notice', usefulForMs: 24 * 60 * minuteMs },
  account_closing: notice,
  new_device: notice,
  second_factor_changed: notice,
  progress_shared: notice,
  course_place: notice,
  course_request_decided: notice,
  account_moved: { priority: 'notice', usefulForMs: 7 * 24 * 60 * minuteMs },
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
  forms_quarantined: { priority: 'notice', usefulForMs: 24 * 60 * minuteMs },
  quarantine_overdue: notice,
  report_arrived: notice,
  message_warning: notice,
}
