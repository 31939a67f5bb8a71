import { expect, test } from 'vitest'
import { codeOf, isForGood } from './refusal.ts'

const forRecipient = 'RCPT TO'
const forContent = 'DATA'

/** As servers say it: what is final, and what is a state or our own doing. */
const replies: readonly (readonly [isFinal: boolean, command: string, response: string])[] = [
  // x.1: addresses.
  [true, forRecipient, '550 5.1.1 <x@example.com>: Recipient address rejected: User unknown'],
  [
    true,
    forRecipient,
    '550-5.1.1 The email account that you tried to reach does not exist.\n550 5.1.1 See more',
  ],
  [true, forRecipient, '550 5.1.2 Bad destination system address'],
  [true, forRecipient, '553 5.1.3 Invalid address format'],
  [true, forRecipient, '550 5.1.6 Mailbox has moved'],
  [false, forRecipient, '553 5.1.7 Bad sender mailbox address syntax'],
  [false, forRecipient, '550 5.1.8 Sender address rejected: Domain not found'],
  [true, forRecipient, '556 5.1.10 Recipient address has null MX'],
  // x.2: mailboxes.
  [true, forRecipient, '550 5.2.1 Mailbox disabled'],
  [
    false,
    forRecipient,
    '550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents it',
  ],
  [false, forRecipient, '552 5.2.2 Mailbox full'],
  [false, forContent, '552 5.2.2 Over quota'],
  [true, forContent, '552 5.2.3 Message length exceeds administrative limit'],
  [false, forRecipient, '550 5.2.4 Mailing list expansion problem'],
  // x.3: the system there.
  [false, forRecipient, '550 5.3.0 Other mail system status'],
  [false, forContent, '554 5.3.1 Mail system full'],
  [false, forRecipient, '550 5.3.2 System not accepting network messages'],
  [true, forContent, '552 5.3.4 Message size exceeds fixed limit'],
  [false, forRecipient, '550 5.3.5 System incorrectly configured'],
  // x.4: networks, routes and their limits.
  [false, forRecipient, '550 5.4.1 No answer from host'],
  [false, forRecipient, '550 5.4.4 Unable to route'],
  [false, forRecipient, '550-5.4.5 Daily user sending limit exceeded.'],
  [false, forContent, '554 5.4.6 Routing loop detected'],
  [false, forContent, '554 5.4.14 Hop count exceeded'],
  // x.5: the conversation.
  [false, forRecipient, '503 5.5.1 Error: need RCPT command'],
  [false, forRecipient, '530 5.5.1 Authentication Required'],
  // x.6: the content.
  [true, forContent, '554 5.6.0 Message contains bare LF'],
  [true, forRecipient, '550 5.6.7 Non-ASCII addresses not permitted'],
  // x.7: policy.
  [false, forRecipient, '554 5.7.1 <x@example.com>: Relay access denied'],
  [false, forRecipient, '550 5.7.1 Unable to relay'],
  [
    false,
    forRecipient,
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
  ],
  [true, forRecipient, '550 5.7.1 Recipient does not accept mail from you'],
  [true, forContent, '554 5.7.1 Message rejected as spam'],
  [false, forRecipient, '530 5.7.0 Must issue a STARTTLS command first'],
  [true, forContent, '550 5.7.2 Mailing list expansion prohibited'],
  [false, forRecipient, '535 5.7.8 Authentication credentials invalid'],
  [true, forRecipient, '550 5.7.17 Mailbox owner has changed'],
  [false, forContent, '550 5.7.23 SPF validation failed'],
  [false, forContent, '550 5.7.26 Unauthenticated mail is prohibited'],
  [false, forContent, '550 5.7.28 Mail flood detected'],
  // A reply of 5xx that calls itself passing.
  [false, forRecipient, '550 4.2.2 Mailbox full'],
  // Without enhanced codes.
  [true, forRecipient, '550 No such user here'],
  [true, forRecipient, '551 User not local; please try <y@example.net>'],
  [true, forRecipient, '553 Mailbox name not allowed'],
  [true, forRecipient, '554 Transaction failed'],
  [true, forContent, '554 Transaction failed'],
  [true, forRecipient, '501 Syntax error in address'],
  [true, forRecipient, '556 Domain does not accept mail'],
  [false, forRecipient, '552 Exceeded storage allocation'],
  [false, forRecipient, '552 Requested action aborted'],
  [false, forContent, '552 Mailbox is full'],
  [true, forContent, '552 Message too large'],
  [false, forRecipient, '550 Relaying denied'],
  [false, forRecipient, '554 Relay access denied'],
  [false, forRecipient, '550 Mailbox quota exceeded'],
  [false, forRecipient, '503 Bad sequence of commands'],
  [false, forRecipient, '530 Authentication required'],
  [false, forRecipient, '550 Requested action not taken: too many messages, try again later'],
  // No number of RFC 3463: an address with numbers, or a version.
  [true, forRecipient, '550 192.0.2.1 says no'],
  // What is not about this mail.
  [false, 'MAIL FROM', '553 5.7.1 Sender address rejected: not owned by user'],
  [false, 'MAIL FROM', '550 5.1.1 Who are you'],
  [true, 'MAIL FROM', '552 5.3.4 Message size exceeds fixed limit'],
  [false, 'AUTH PLAIN', '535 5.7.8 Bad credentials'],
  [false, 'CONN', '554 No SMTP service here'],
  // Passing by its reply code, whatever follows.
  [false, forRecipient, '450 4.2.1 Mailbox busy'],
  [false, forRecipient, '452 4.2.2 Mailbox full'],
  [false, forRecipient, '421 Service not available'],
  [false, forContent, '451 5.1.1 Contradictory'],
]

test.each(replies)('final %s: %s %s', (isFinal, command, response) => {
  expect(isForGood({ responseCode: Number(response.slice(0, 3)), command, response })).toBe(isFinal)
})

test.each([
  ['550 5.1.1', { responseCode: 550, response: '550 5.1.1 <x@example.com>: unknown' }],
  ['550 5.4.5', { responseCode: 550, response: '550-5.4.5 Daily limit\n550 5.4.5 again' }],
  ['550', { responseCode: 550, response: '550 No such user x@example.com' }],
  ['421', { responseCode: 421, response: '421 4.7' }],
  [null, {}],
])('%s', (code, refusal) => {
  expect(codeOf(refusal)).toBe(code)
})
