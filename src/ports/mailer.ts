declare const composed: unique symbol

/** A message ready to be sent. Only the closed set of templates makes one, so that nothing a person typed gets into a mail. */
export interface Letter {
  readonly [composed]: true
  /** Names this letter for ever. Given on to whoever can recognise a repetition by it. */
  readonly id: string
  /** One normalised address, without a display name. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** This letter will never be taken, however often it is tried. Says nothing about whom it was for. */
export class LetterRefused extends Error {
  override readonly name = 'LetterRefused'
  constructor(options: { readonly cause?: unknown } = {}) {
    super('the letter was refused for good', options)
  }
}

/** Every mailer checks a letter with this first: what is not one address could be several to whoever takes it. */
export function checkAddress(to: string): void {
  if (!/^[^\s"'<>()[\]\\,;:@\p{C}]{1,64}@[^\s"'<>()[\]\\,;:@\p{C}]{1,253}$/u.test(to))
    throw new LetterRefused()
}

/**
 * Hands letters to whoever delivers them. Resolves when the other side has taken responsibility; answers within a
 * minute, whatever the other side does. Throws `LetterRefused` for a letter that is not worth trying again, and
 * `PortUnavailable('mailer')` when trying later may help; a letter that failed so may or may not have gone out.
 */
export interface Mailer {
  send(letter: Letter): Promise<void>
}

export interface KeptLetter extends Letter {
  /** ISO time in UTC. */
  readonly sentAt: string
}

/** Letters that were kept instead of sent, for whoever develops. The oldest are forgotten. */
export interface Mailbox {
  /** Newest first. */
  letters(): Promise<readonly KeptLetter[]>
  /** Removes the letters to this address. */
  forget(to: string): Promise<void>
}
