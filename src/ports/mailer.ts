import { isEmailAddress } from './email-address.ts'
import { PortUnavailable } from './unavailable.ts'

declare const composed: unique symbol

/** A message ready to be sent. Only the closed set of templates makes one, so that nothing a person typed gets into a mail. */
export interface MailMessage {
  readonly [composed]: true
  /** Names this message for ever. Given on to whoever can recognise a repetition by it. */
  readonly id: string
  /** One normalised address, without a display name. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Where one request ends mails like this one (RFC 8058). Null: it is sent whatever somebody wants. */
  readonly unsubscribe: string | null
}

/**
 * What every mailer adds: no machine is to answer (RFC 3834, and what Exchange heeds instead), and a mail program can offer to
 * end mails like this one. An address of `linkTo` holds nothing that could end a header.
 */
export const headersOf = ({
  unsubscribe,
}: Pick<MailMessage, 'unsubscribe'>): Readonly<Record<string, string>> => ({
  'Auto-Submitted': 'auto-generated',
  'X-Auto-Response-Suppress': 'All',
  ...(unsubscribe === null
    ? {}
    : {
        Precedence: 'bulk',
        'List-Unsubscribe': `<${unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
})

/** What the other side said, by its number, such as `550 5.1.1`: never prose. */
interface Said {
  readonly cause?: unknown
  readonly code?: string | null
}

/** This message will never be taken, however often it is tried. Says nothing about whom it was for. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
  readonly code: string | null
  constructor({ code = null, ...options }: Said = {}) {
    super('the message was permanently refused', options)
    this.code = code
  }
}

/** The other side does not take this message now. */
export class MailPutOff extends PortUnavailable {
  readonly code: string | null
  constructor({ code = null, ...options }: Said = {}) {
    super('mailer', options)
    this.code = code
  }
}

/** Every mailer checks a message with this first: what is not one address could be several to whoever takes it. */
export function checkAddress(to: string): void {
  if (!isEmailAddress(to)) throw new MailRefused()
}

/**
 * Hands messages to whoever delivers them. Resolves when the other side has taken responsibility; answers within a
 * minute, whatever the other side does. Throws `MailRefused` for a message that is not worth trying again, and
 * `PortUnavailable('mailer')`, or `MailPutOff` where the other side said why, when trying later may help; a message that failed so may or may not have gone out.
 */
export interface Mailer {
  send(message: MailMessage): Promise<void>
}

export interface KeptMail extends MailMessage {
  /** ISO time in UTC. */
  readonly sentAt: string
}

/** Mail that was kept instead of sent, for whoever develops. The oldest are forgotten. */
export interface Mailbox {
  /** Newest first. */
  messages(): Promise<readonly KeptMail[]>
  /** Removes the messages to this address. */
  forget(to: string): Promise<void>
}
