/** Knows what people choose too often. It judges how guessable a password is, never what characters it is made of. */
export interface PasswordBlocklist {
  /** `context` holds words an attacker would try first for this person: name, mailbox, organisation. */
  isGuessable(password: string, context: readonly string[]): Promise<boolean>
}
