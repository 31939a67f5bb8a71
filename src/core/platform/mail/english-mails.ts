import type { Link } from './mail.model.ts'
import type { Block, MailWords } from './template.ts'

const ignore = 'If this was not you, you can ignore this mail.'

/** How whoever has the account gets rid of somebody who is in it. */
const disown = (link: Link): readonly Block[] => [
  'If this was not you, say so within 7 days. What was added to your account since is removed, every device is signed out, and we send you a link to choose a new password:',
  { label: 'It was not me', link },
]

/** What mails say. `spanishMails` says the same. */
export const englishMails: MailWords = {
  greeting: (name) => (name === '' ? 'Hello,' : `Hello ${name},`),
  closing: 'This mail was sent automatically. Replies to it are not read.',
  unsubscribe: { why: 'You get mails like this one because you have an account.', label: 'Stop these mails' },
  templates: {
    confirm_email: {
      subject: () => 'Confirm your e-mail address',
      blocks: ({ code, link }) => [
        'Type this code where you signed up:',
        { code },
        'Or confirm your address on this page:',
        { label: 'Confirm my address', link },
        `The code and the link work for 10 minutes. ${ignore}`,
      ],
    },
    reset_password: {
      subject: () => 'Choose a new password',
      blocks: ({ link, code }) => [
        'Somebody, hopefully you, asked for a new password for your account.',
        { label: 'Choose a new password', link },
        `The link works once, for 15 minutes. ${ignore} Your password stays as it is.`,
        // Of a mail that waits since before there were codes, there is none.
        ...(code === undefined
          ? []
          : [
              'You know your password, and are told that it is wrong? Somebody may be guessing at it. Type this code beside your password when you sign in:',
              { code },
              'The code works for 15 minutes. Nobody from our side will ever ask you for it.',
            ]),
      ],
    },
    password_changed: {
      subject: () => 'Your password was changed',
      blocks: ({ link }) => [
        'The password of your account was changed, and your other devices were signed out.',
        ...disown(link),
      ],
    },
    confirm_identity: {
      subject: () => 'Your security code',
      blocks: ({ code }) => [
        'Type this code to confirm that it is you:',
        { code },
        'It works once, for 10 minutes. None of us will ever ask you for it.',
      ],
    },
    confirm_new_email: {
      subject: () => 'Confirm your new e-mail address',
      blocks: ({ code }) => [
        'Type this code where you asked to change your address:',
        { code },
        `It works once, for 10 minutes. ${ignore}`,
      ],
    },
    email_changed: {
      subject: () => 'Your e-mail address was changed',
      blocks: ({ link }) => [
        'Your account now uses another address. We will send no more mail about it to this one.',
        'If this was not you, undo the change within 7 days. What was added to your account since is then removed too, and every device is signed out:',
        { label: 'Undo the change', link },
      ],
    },
    data_export_ready: {
      subject: () => 'Your data is ready',
      blocks: ({ link }) => [
        'The copy of your data that you asked for is ready. Sign in to download it within 24 hours; after that it is deleted.',
        { label: 'Download my data', link },
        'If you did not ask for it, choose a new password at once: somebody else is signed in to your account.',
      ],
    },
    account_closing: {
      subject: () => 'Your account is being deleted',
      blocks: ({ link, notMe }) => [
        'Somebody, hopefully you, asked to delete your account. It is locked on every device.',
        'This page shows how far the deletion is and what the law requires us to keep. Until the erasure begins, you can cancel it there:',
        { label: 'Show the deletion', link },
        'Keep this mail: once the account is locked, there is no other way to that page.',
        ...disown(notMe),
      ],
    },
    new_device: {
      subject: () => 'A new device signed in',
      blocks: ({ link }) => [
        'Somebody, hopefully you, signed in to your account on a new device.',
        ...disown(link),
      ],
    },
    second_factor_changed: {
      subject: () => 'How you sign in was changed',
      blocks: ({ link }) => [
        'A way of signing in or of proving that it is you (an app, a passkey, recovery codes, or an account with Google or Microsoft) was added to your account or removed from it.',
        ...disown(link),
      ],
    },
    progress_shared: {
      subject: () => 'A link to your progress was made',
      blocks: ({ link }) => [
        'Somebody, hopefully you, made a link that shows how far you are in courses. Whoever has the link can look, until it ends or you end it.',
        'Each look is on the list of disclosures in your account.',
        ...disown(link),
      ],
    },
    course_place: {
      subject: () => 'You have a place in a course',
      blocks: () => [
        'There is a place for you in a course that you asked for, and you take part in it now. Sign in to begin.',
        'If you no longer want it, leave the course, so that somebody else gets the place.',
      ],
    },
    course_request_decided: {
      subject: () => 'Your request for a course was decided',
      blocks: () => ['You asked for a place in a course. Sign in to see what was decided, and why.'],
    },
    account_moved: {
      subject: () => 'Your account has moved',
      blocks: ({ link }) => [
        'Your account has moved to our new system. Your old password did not move with it: choose a new one.',
        { label: 'Choose a password', link },
        'The link works once, for 7 days. After that, use "forgot password" with this address.',
      ],
    },
    account_exists: {
      subject: () => 'You already have an account',
      blocks: ({ link }) => [
        'Somebody, hopefully you, tried to create an account with this address. There already is one.',
        'If you do not remember its password, you can choose a new one:',
        { label: 'Choose a new password', link },
        ignore,
      ],
    },
    recovery_approved: {
      subject: () => 'Your second factors will be reset',
      blocks: ({ link }) => [
        'Somebody, hopefully you, has asked our staff for help because their app, passkeys and recovery codes are lost. Two of us have agreed.',
        'In 24 hours a code that we gave to this person removes these from your account. Your password stays as it is.',
        'If this was not you, cancel it now:',
        { label: 'Cancel the reset', link },
      ],
    },
    form_received: {
      subject: () => 'We have received your message',
      blocks: ({ reference }) => [
        'Thank you for writing to us. Your message has arrived and somebody will read it.',
        `Your reference is ${reference}.`,
        'To protect your privacy, this mail does not repeat what you wrote.',
      ],
    },
    referral_received: {
      subject: ({ reference }) => `We have received referral ${reference}`,
      blocks: ({ reference, link }) => [
        'Thank you. The referral has arrived and somebody will look at it.',
        `Its number is ${reference}. With the receipt code that was shown to you, you can see how far it is, add to it or withdraw it:`,
        { label: 'See the referral', link },
        'To protect privacy, this mail does not repeat what was written.',
      ],
    },
    referral_resolved: {
      subject: ({ reference }) => `There is news about referral ${reference}`,
      blocks: ({ reference, link }) => [
        `We have finished working on referral ${reference}.`,
        'With the receipt code that was shown to you, you can see it:',
        { label: 'See the referral', link },
      ],
    },
    form_arrived: {
      subject: ({ reference }) => `New: ${reference}`,
      blocks: ({ reference, link }) => [
        `A form has come in: ${reference}.`,
        { label: 'Open it', link },
        'What was written can only be read after signing in.',
      ],
    },
    urgent_form_arrived: {
      subject: ({ reference }) => `Urgent: ${reference}`,
      blocks: ({ reference, link }) => [
        `A form has come in that its sender marked as urgent: ${reference}.`,
        { label: 'Open it', link },
        'What was written can only be read after signing in.',
      ],
    },
    form_changed: {
      subject: ({ reference }) => `News about ${reference}`,
      blocks: ({ reference, link }) => [
        `The sender of ${reference} has added something to it or has withdrawn it.`,
        { label: 'Open it', link },
      ],
    },
    form_assigned: {
      subject: ({ reference }) => `For you: ${reference}`,
      blocks: ({ reference, link }) => [
        `You have been asked to take care of ${reference}.`,
        { label: 'Open it', link },
        'What was written can only be read after signing in.',
      ],
    },
    form_overdue: {
      subject: ({ reference }) => `Overdue: ${reference}`,
      blocks: ({ reference, link }) => [
        `Nobody has looked at ${reference} within the time we promise.`,
        { label: 'Open it', link },
      ],
    },
    forms_quarantined: {
      subject: ({ count }) => `Put aside as spam: ${count}`,
      blocks: ({ count, overdue, link }) => [
        `Forms that were put aside as spam, and that nobody has looked at yet: ${count}. Of these, past the time within which we promise to look: ${overdue}.`,
        'There may be real ones among them. Please say of each whether it is spam:',
        { label: 'Look at them', link },
        'What was written can only be read after signing in.',
      ],
    },
    quarantine_overdue: {
      subject: ({ count }) => `Overdue, put aside as spam: ${count}`,
      blocks: ({ count, link }) => [
        `Nobody has looked within the time we promise at forms that were put aside as spam: ${count}.`,
        'There may be real ones among them.',
        { label: 'Look at them', link },
      ],
    },
    report_arrived: {
      subject: () => 'A message was reported',
      blocks: ({ reference, link }) => [
        `Somebody reported a message in MackChat: ${reference}.`,
        { label: 'Open it', link },
        'What was written can only be read after signing in.',
      ],
    },
    weekly_summary: {
      subject: () => 'Your weekly summary',
      blocks: ({ conversations, notifications, courses }) => [
        'This is how things stand in your account.',
        ...(conversations === undefined ? [] : [`Conversations with something new: ${conversations}.`]),
        ...(notifications === undefined ? [] : [`Notifications that you have not read: ${notifications}.`]),
        ...(courses === undefined
          ? []
          : [`Courses that you have begun: ${courses.count}. Of them you have done ${courses.percent} %.`]),
        'Sign in to see more. To protect your privacy, this mail says no more than how many.',
      ],
    },
    message_warning: {
      subject: () => 'About a message that you wrote',
      blocks: () => [
        'Somebody reported a message that you wrote in MackChat. Our staff looked at it, and find that it breaks the rules that all of us agreed to.',
        'Please keep to them. If it happens again, your account may be suspended.',
        'To protect privacy, this mail does not repeat what was written. If you think that we are wrong, write to us with the contact form of the portal.',
      ],
    },
  },
}
