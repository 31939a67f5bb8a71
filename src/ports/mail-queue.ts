/** A mail that has yet to be composed and sent, or of which it has yet to be decided whether there is one. Whom it is for and what it says is encrypted. */
export interface QueuedMail {
  readonly id: string
  /** Names the occasion. There is one mail for a key, however often it is asked for. No personal data. */
  readonly key: string
  readonly template: string
  /** Keyed hash of the address it goes to. */
  readonly recipient: string
  /** The lower is sent first. */
  readonly priority: number
  /** What the mail is about, in clear. Null: nothing, or what it is stored together with. */
  readonly reference: string | null
  readonly sealed: string
  /** ISO times in UTC, as all times here. */
  readonly createdAt: string
  /** It is not sent before this. */
  readonly dueAt: string
  /** From then on it is of no use to anybody. */
  readonly expiresAt: string | null
}

export interface ClaimedMail extends QueuedMail {
  /** How often it has been claimed, this time included. */
  readonly attempts: number
}

export type MailOutcome =
  | { readonly state: 'sent' | 'expired'; readonly at: string }
  /** Nothing of it is kept, not even its key. */
  | { readonly state: 'gone' }
  /** To be tried again. `reason` is a word, and `code` what the other side said, by its number: never prose. */
  | {
      readonly state: 'waiting'
      readonly dueAt: string
      readonly reason: string
      readonly code?: string | null
    }
  /** A dead letter: somebody has to look at it. */
  | { readonly state: 'dead'; readonly at: string; readonly reason: string; readonly code?: string | null }

export interface DeadMail {
  readonly id: string
  readonly template: string
  readonly reference: string | null
  readonly attempts: number
  readonly reason: string
  /** Null where nobody said anything. */
  readonly code: string | null
  readonly createdAt: string
  readonly diedAt: string
}

export interface MailCounts {
  readonly waiting: number
  readonly dead: number
  /**
   * Since when the longest-waiting mail could have been sent: since it was first due or was revived, however often it has
   * been tried since.
   */
  readonly waitingSince: string | null
}

/** Dead letters of one reason. */
export interface DeadCount {
  readonly reason: string
  readonly mails: number
  /** When the first of them died. */
  readonly oldestAt: string
}

/** What a probe stores. */
export const probeMail: QueuedMail = {
  id: '00000000-0000-0000-0000-000000000000',
  key: 'probe',
  template: 'probe',
  recipient: '',
  priority: 0,
  reference: null,
  sealed: '',
  createdAt: '1970-01-01T00:00:00.000Z',
  dueAt: '1970-01-01T00:00:00.000Z',
  expiresAt: null,
}

/** Dead letters of one kind: of all that is named. */
export interface DeadMailFilter {
  readonly reason?: string | undefined
  readonly code?: string | undefined
  readonly template?: string | undefined
}

/**
 * Mail on its way out. It lives in the same database as the submissions, whose writes take the mails that commit with
 * them.
 *
 * Every write is durable when its promise resolves. A queue that cannot answer throws `PortUnavailable('mail-queue')`.
 */
export interface MailQueue {
  /** A mail whose key is known already, sent or not, changes nothing. */
  enqueue(mail: QueuedMail): Promise<void>
  /**
   * Takes at most `limit` waiting mails of these priorities that are due at `now` and not under lease, first by
   * priority, then by `dueAt`, then by id. They are under `lease` until `leaseUntil`: of any number of concurrent claims each mail is given to
   * one. What somebody is writing at that moment may be left for the next claim.
   */
  claim(options: {
    readonly lease: string
    readonly now: string
    readonly leaseUntil: string
    readonly limit: number
    readonly priorities: { readonly least: number; readonly most: number }
  }): Promise<readonly ClaimedMail[]>
  /**
   * Ends the lease. False, and nothing changes, when the mail is no longer under this lease. What is sent or expired
   * keeps its key and forgets what was sealed.
   */
  settle(id: string, lease: string, outcome: MailOutcome): Promise<boolean>
  counts(): Promise<MailCounts>
  /**
   * Resolves when the queue has stored something and taken it away again, in one transaction: when what is given to it now would
   * be stored, too.
   */
  probe(): Promise<void>
  /** Oldest death first. `limit` 1 to 1,000. */
  listDead(limit: number): Promise<readonly DeadMail[]>
  /** By reason, in the order of the reasons. At most `most` are counted, those that died first. */
  countDead(most: number): Promise<readonly DeadCount[]>
  /** Back to the waiting ones, with its attempts forgotten. False when it is not among the dead. */
  revive(id: string, dueAt: string): Promise<boolean>
  /** The same for every dead letter of a kind, many of them in several writes. Answers how many those were. */
  reviveAll(filter: DeadMailFilter, dueAt: string): Promise<number>
  /**
   * Removes every mail to any of these recipients, whatever its state, but for those under a lease at `now`: they are
   * being sent. Many are removed in several writes. Answers how many are left so.
   */
  forgetRecipients(recipients: readonly string[], now: string): Promise<number>
  /** Removes what was sent or expired before this time, many in several writes, and answers how many those were. */
  forget(before: string): Promise<number>
}
