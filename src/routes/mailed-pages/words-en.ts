/** What the pages say. Every other language says the same: a key that is missing there does not compile. */
export const english = {
  language: 'en',
  name: 'English',
  expired: 'This link has been used or has expired.',
  askAgain: 'Ask for a new link',
  openAgain:
    'Open the link in the mail once more. If you see this again, let this site keep cookies in the settings of your browser.',
  wayBack: 'You can close this page.',
  noPage: {
    title: 'There is no such page',
    text: 'The address is not whole, or the page is no longer there. Open the link in the mail again, all of it.',
  },
  failed: {
    title: 'That did not work',
    again: 'Try again',
    reference: 'If you write to us about it, name this:',
  },
  verifyEmail: {
    title: 'Confirm your e-mail address',
    question: 'Is this your mailbox, and did you create an account with us?',
    button: 'Confirm my address',
    done: 'Your address is confirmed.',
  },
  undoEmailChange: {
    title: 'Undo the change of address',
    question:
      'Your account gets this address back, every device is signed out, and we send you a link to choose a new password.',
    button: 'Undo the change',
    done: 'Your old address is back, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to this address.',
  },
  notMe: {
    title: 'It was not me',
    question:
      'What was added to your account since then is removed, your address is given back if it was changed, a deletion is canceled, every device is signed out, and we send you a link to choose a new password.',
    button: 'It was not me',
    done: 'What was changed since then is undone, every device is signed out, and the old password no longer works. A link to choose a new one is on its way to you.',
  },
  cancelRecovery: {
    title: 'Cancel the reset of your second factors',
    question:
      'Did you not ask our staff for help? Then cancel it here: the code that was given out is good for nothing any more.',
    button: 'Cancel it',
    done: 'It is canceled. Your second factors stay as they are.',
  },
  resetPassword: {
    title: 'Choose a new password',
    question: 'Every device is signed out. Then sign in with the new password.',
    label: 'New password',
    hint: (length: number) => `At least ${length} characters. Several words are easy to remember.`,
    button: 'Set the password',
    done: 'The new password is set. Sign in with it.',
  },
  invitation: {
    title: 'Choose your password',
    question: 'An account was opened for you. Choose the password you will sign in with.',
  },
  forgotPassword: {
    title: 'Ask for a new password',
    question: 'We send you a link. It works for 15 minutes.',
    label: 'E-mail address',
    button: 'Send the link',
    done: 'If there is an account with this address, a link is on its way to it.',
  },
  passkey: {
    button: 'Use a passkey',
    failed: 'That did not work. Try again, or sign in in another way.',
  },
  dataExport: {
    title: 'Get your data',
    question: 'Sign in to get the copy of your data. You are signed out again at once.',
    email: 'E-mail address',
    password: 'Password',
    code: 'Code of your app, or a recovery code, if you have one',
    codeNeeded: 'Type a code of your app, or a recovery code, beside your password.',
    noPassword: 'You sign in by another account and have no password? Then choose one first:',
    button: 'Sign in',
    ready:
      'Your data is ready. The link works for 5 minutes; until the file is deleted you can sign in here for another.',
    download: 'Download my data (ZIP)',
    preparing: 'Your data is being put together. We send you a mail when it is ready.',
  },
  accountDeletion: {
    title: 'Deletion of an account',
    scheduled: 'The account is locked and will be erased. Until then you can cancel the deletion.',
    on_hold:
      'The account is locked. A legal hold prevents its erasure for now: we are obliged to keep it for a legal proceeding. It will be erased when the hold ends; nobody can use it until then.',
    erasing: 'The account is being erased. The rest follows automatically.',
    done: 'The account and everything in it have been erased. What has to be kept is listed, with the reason.',
    cancelled: 'The deletion was canceled. The account is as it was before: sign in.',
    asked: 'Asked for',
    due: 'Erased from',
    finished: 'Erased',
    steps: 'Done so far',
    stepsOf: (done: number, total: number) => `${done} of ${total}`,
    kept: 'What is kept, and why',
    until: 'until',
    button: 'Cancel the deletion',
  },
  referralStatus: {
    title: 'Follow a referral',
    question: 'The number is in our mail. The receipt code was shown when the referral was sent.',
    number: 'Number, such as REF-2026-000125',
    code: 'Receipt code',
    button: 'Show how it stands',
    states: {
      pending: 'It has arrived. Nobody has looked at it yet.',
      reviewed: 'Somebody is looking after it.',
      resolved: 'It has been dealt with.',
      withdrawn: 'It was withdrawn.',
    },
    sent: 'Sent',
    changed: 'Last change',
    due: 'Somebody will have looked at it by',
    another: 'Follow another one',
  },
  unsubscribe: {
    title: 'Stop mails of this kind',
    question: 'Do you want to get no more of these mails?',
    lists: { weekly: 'The weekly summary of what waits for you' },
    still: 'Mails about the security of your account, and answers to what you ask for, still come.',
    button: 'Stop these mails',
    done: 'You get no more of these mails. In the settings of your account you can begin them again.',
    undo: 'Undo',
    undone: 'It is as it was before: if you got these mails, you get them again.',
    again: 'Stop these mails after all',
  },
  problems: {
    too_short: (length: number) => `Use at least ${length} characters.`,
    too_long: () => 'This password is too long. Choose a shorter one.',
    too_common: () => 'This password is easy to guess. Choose another one.',
    too_personal: () => 'This password is little more than your name or address. Choose another one.',
    breached: () => 'This password is in a list that was stolen elsewhere. Choose another one.',
    unchanged: () => 'This is the password you have already. Choose another one.',
    invalid_credentials: () => 'The e-mail address, the password, the code or the passkey is wrong.',
    account_suspended: () => 'This account is locked. Please contact us.',
    not_found: () => 'There is nothing with this number and this code. Check both.',
    conflict: () => 'It is too late for that.',
    rate_limit_exceeded: (seconds: number) =>
      `Too many tries. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    forbidden_origin: () => 'This server is opened by its public address alone. Use the link in the mail.',
    payload_too_large: () => 'That is too long. Type less, and try again.',
    method_not_allowed: () => 'This page cannot be opened in that way. Open the link in the mail again.',
    unsupported_media_type: () => 'This page takes its own form alone. Open the link in the mail again.',
    unavailable: (seconds: number) =>
      `This is not available right now. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
    server_error: () => 'Something went wrong on our side. Nothing is lost: try again in a while.',
    csrf_failed: () => 'This was sent from another page. Open the link in the mail again.',
    other: () => 'That did not work. Check what you typed, and try again.',
  },
} as const

type Said<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...given: infer A) => string
      ? (...given: A) => string
      : Said<T[K]>
}

export type Words = Said<typeof english>
