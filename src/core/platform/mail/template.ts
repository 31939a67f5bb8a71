import type { Code, Count, Greeting, Link, MailList, Reference, Unsubscribe } from './mail.model.ts'

/** A paragraph; a code to read off; a button. */
export type Block = string | { readonly code: Code } | { readonly label: string; readonly link: Link }

export interface Delivery {
  /** Codes are waited for; notices can wait, and what comes again next week waits for them. */
  readonly priority: 'code' | 'notice' | 'summary'
  /** After this long it would only confuse. Null: always worth sending. */
  readonly usefulForMs: number | null
}

/** What a mail says in one language. */
export interface Words<I> {
  readonly subject: (input: I) => string
  readonly blocks: (input: I) => readonly Block[]
}

/** What each template is given: a closed set. Nothing else gets into a mail. */
export interface TemplateInputs {
  confirm_email: { readonly greeting: Greeting; readonly code: Code; readonly link: Link }
  reset_password: { readonly greeting: Greeting; readonly link: Link; readonly code?: Code }
  password_changed: { readonly greeting: Greeting; readonly link: Link }
  confirm_identity: { readonly greeting: Greeting; readonly code: Code }
  confirm_new_email: { readonly greeting: Greeting; readonly code: Code }
  email_changed: { readonly greeting: Greeting; readonly link: Link }
  new_device: { readonly greeting: Greeting; readonly link: Link }
  data_export_ready: { readonly greeting: Greeting; readonly link: Link }
  account_closing: { readonly greeting: Greeting; readonly link: Link; readonly notMe: Link }
  second_factor_changed: { readonly greeting: Greeting; readonly link: Link }
  progress_shared: { readonly greeting: Greeting; readonly link: Link }
  course_place: { readonly greeting: Greeting }
  course_request_decided: { readonly greeting: Greeting }
  account_moved: { readonly greeting: Greeting; readonly link: Link }
  account_exists: { readonly greeting: Greeting; readonly link: Link }
  recovery_approved: { readonly greeting: Greeting; readonly link: Link }
  form_received: { readonly greeting: Greeting; readonly reference: Reference }
  referral_received: { readonly greeting: Greeting; readonly reference: Reference; readonly link: Link }
  referral_resolved: { readonly greeting: Greeting; readonly reference: Reference; readonly link: Link }
  form_arrived: { readonly reference: Reference; readonly link: Link }
  urgent_form_arrived: { readonly reference: Reference; readonly link: Link }
  form_changed: { readonly reference: Reference; readonly link: Link }
  form_assigned: { readonly reference: Reference; readonly link: Link }
  form_overdue: { readonly reference: Reference; readonly link: Link }
  forms_quarantined: { readonly count: Count; readonly overdue: Count; readonly link: Link }
  quarantine_overdue: { readonly count: Count; readonly link: Link }
  report_arrived: { readonly reference: Reference; readonly link: Link }
  message_warning: { readonly greeting: Greeting }
  weekly_summary: {
    readonly greeting: Greeting
    /** Each only where there is something to say of it. */
    readonly conversations?: Count
    readonly notifications?: Count
    readonly courses?: { readonly count: Count; readonly percent: Count }
    readonly unsubscribe: Unsubscribe
  }
}

export type TemplateName = keyof TemplateInputs

/** Which list a mail is of: those that bring a way to end them are of one, and no others are. */
export type ListOf<N extends TemplateName> = TemplateInputs[N] extends { readonly unsubscribe: Unsubscribe }
  ? MailList
  : null

/** All mails in one language. What is missing there does not compile. */
export interface MailWords {
  readonly greeting: (name: Greeting | '') => string
  readonly closing: string
  /** Above the link that ends mails like this one, and on it. */
  readonly unsubscribe: { readonly why: string; readonly label: string }
  readonly templates: { readonly [N in TemplateName]: Words<TemplateInputs[N]> }
}
