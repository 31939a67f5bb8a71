/** Alike: an address with an account and one without cannot be told apart. Told: they can, on purpose. */
export type Disclosure = 'alike' | 'told'

/** A place that is given an address, and could tell whether it has an account. */
export interface AddressDoor {
  /** For people who read the table. */
  readonly place: string
  /** What is called, in this order. */
  readonly operations: readonly [string, ...string[]]
  /** With `SIGNUP_DISCLOSURE` at each of its values. */
  readonly open: Disclosure
  readonly hidden: Disclosure
  readonly how: string
}

/** Every one of them: a test walks them in every mode, and fails for an operation that takes an address and is not here. */
export const addressDoors: readonly AddressDoor[] = [
  {
    place: 'Signing up',
    operations: ['signUp'],
    open: 'told',
    hidden: 'alike',
    how: 'Open: 409 `user_exists`. Hidden: 202 after one write; a job opens the account, or writes to its owner.',
  },
  {
    place: 'Signing up, then in',
    operations: ['signUp', 'logIn'],
    open: 'told',
    hidden: 'alike',
    how: 'Hidden: a password opens nothing before the address is confirmed.',
  },
  {
    place: 'Signing in',
    operations: ['logIn'],
    open: 'alike',
    hidden: 'alike',
    how: 'Two reads, the lockout and one slow hash, whether the address is unknown, the password wrong, or the account waits.',
  },
  {
    place: 'Asking for a new password',
    operations: ['forgotPassword'],
    open: 'alike',
    hidden: 'alike',
    how: '200 after one write; a job finds out whether there is anybody to mail.',
  },
  {
    place: 'Confirming an address by its code',
    operations: ['verifyEmail'],
    open: 'alike',
    hidden: 'alike',
    how: 'Tries are counted by who tries, before it is looked whether there is a code.',
  },
  {
    place: 'Completing a recovery with the code from staff',
    operations: ['completeRecovery'],
    open: 'alike',
    hidden: 'alike',
    how: 'Three reads in any case. The code has too many bits to be guessed, so nothing is counted.',
  },
  {
    place: 'Signing in by a provider that does not vouch for the address',
    operations: ['logInSocially'],
    open: 'told',
    hidden: 'alike',
    how: 'Open: an account is opened, or its password asked for. Hidden: a password is asked for in any case; where there is no account, a job opens one and mails a link that sets its password. One that vouches says so of somebody who has the mailbox, and who may be told.',
  },
  {
    place: 'Joining a provider with the account of an address',
    operations: ['logInSocially', 'linkAccount'],
    open: 'told',
    hidden: 'alike',
    how: 'Hidden: a token that leads nowhere is refused after the same steps as a wrong password.',
  },
  {
    place: 'Turning a guest into an account',
    operations: ['upgradeGuest'],
    open: 'told',
    hidden: 'alike',
    how: 'Open: 409 `user_exists`. Hidden: 202, the session of the guest ends in any case, and a job does the rest.',
  },
  {
    place: 'Asking for another address',
    operations: ['askEmailChange'],
    open: 'alike',
    hidden: 'alike',
    how: 'There is a code in any case; a job mails it, or writes to the owner of the address instead.',
  },
  {
    place: 'Asking for another address, then guessing its code',
    operations: ['askEmailChange', 'confirmEmailChange'],
    open: 'alike',
    hidden: 'alike',
    how: 'A try is counted in any case.',
  },
  {
    place: 'Writing to us',
    operations: ['submitContact'],
    open: 'alike',
    hidden: 'alike',
    how: 'Nobody is looked for by the address.',
  },
  {
    place: 'Saying what one is interested in',
    operations: ['submitInterest'],
    open: 'alike',
    hidden: 'alike',
    how: 'Nobody is looked for by the address.',
  },
  {
    place: 'Referring somebody',
    operations: ['submitReferral'],
    open: 'alike',
    hidden: 'alike',
    how: 'Nobody is looked for by the address.',
  },
]

/** What an operation tells by itself, or after those that have to come before it. */
export const disclosureOf = (operationId: string | undefined): AddressDoor | undefined =>
  addressDoors.find(({ operations: [only, ...more] }) => only === operationId && more.length === 0) ??
  addressDoors.find(({ operations }) => operations.at(-1) === operationId)

/** Operations that take an address, or are open to anybody where people sign in, and are no such place. */
export const noAddressDoors: Readonly<Record<string, string>> = {
  refresh: 'Takes a token, no address.',
  logOut: 'Takes a token, no address.',
  quickExit: 'Takes a token, no address.',
  logInSecondFactor: 'Takes a token that a right password was answered with.',
  beginLogInByPasskey: 'Takes nothing.',
  logInByPasskey: 'Takes what the passkey holds: a random id, no address.',
  resetPassword: 'Takes a token from the mailbox.',
  createShare: 'Takes the name of whoever is to see it, and no address.',
  showVerifyEmail: 'Takes a token from the mailbox.',
  undoEmailChange: 'Takes a token from the mailbox.',
  showUndoEmailChange: 'Takes a token from the mailbox.',
  disownChanges: 'Takes a token from the mailbox.',
  showDisownChanges: 'Takes a token from the mailbox.',
  cancelRecovery: 'Takes a token from the mailbox.',
  showCancelRecovery: 'Takes a token from the mailbox.',
  listIdentityProviders: 'Takes nothing.',
  enterAsGuest: 'Takes a name, no address.',
  migrateUsers: 'For admins, who see every account.',
  listUsers: 'For admins, who see every account.',
}
