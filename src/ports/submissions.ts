import type { AuditEntry } from './audit.ts'
import { encodeCursor } from './cursor.ts'
import type { QueuedMail } from './mail-queue.ts'

/** A form as it came in. What a person wrote is encrypted before it gets here; what is in clear names nobody. */
export interface Submission {
  readonly id: string
  readonly type: string
  readonly status: string
  /** As people quote it, such as `REF-2026-000125`. */
  readonly trackingNumber: string | null
  /** Of the code with which whoever sent it comes back to it. */
  readonly receiptHash: string | null
  /** The key that encrypts the three texts below, itself encrypted; null once the submission is erased. */
  readonly sealedKey: string | null
  /** Which key of ours encrypts `sealedKey`. */
  readonly keyId: string | null
  /** Encrypted: the form, what its sender added later, and the notes of staff. */
  readonly data: string | null
  readonly information: string | null
  readonly notes: string | null
  /** Ids of files. */
  readonly attachments: readonly string[]
  /** Facts to filter and count by. Nothing personal. */
  readonly metadata: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
  /** A user id. */
  readonly assignedTo: string | null
  /** ISO times in UTC, as all times here. By when somebody is to have looked at it. */
  readonly dueAt: string
  /** By when they were to have looked the first time, where it was reopened since; null where it was not. */
  readonly firstDueAt: string | null
  readonly reviewedAt: string | null
  readonly resolvedAt: string | null
  readonly escalatedAt: string | null
  readonly erasedAt: string | null
  readonly retainUntil: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Opaque. Changes with every write and never comes back. */
  readonly version: string
}

export interface NewSubmission extends Omit<Submission, 'trackingNumber' | 'version'> {
  /** The series its number comes from, such as `REF-2026`, or null when it gets none. */
  readonly trackingSeries: string | null
  /** Names one sending of a form: the same again is not stored a second time. */
  readonly idempotencyKey: string | null
  /** Keyed hashes of the addresses in it, to find it by. */
  readonly contactHashes: readonly string[]
}

/** What commits with a write, or does not happen either. */
export interface Alongside {
  readonly audit: AuditEntry
  /** A mail without a reference gets the submission's: its tracking number, or its id when it has none. */
  readonly mails: readonly QueuedMail[]
}

type Changeable = Omit<Submission, 'id' | 'type' | 'trackingNumber' | 'createdAt' | 'updatedAt' | 'version'>

/** What is not named stays. */
export type SubmissionChange = Partial<Changeable> & {
  readonly updatedAt: string
  /** Replaces all of them. */
  readonly contactHashes?: readonly string[]
}

/**
 * Whether somebody has yet to look at it. So does what was put aside as spam, until a person has said that it is: a
 * machine that was wrong must not hide a form. What was erased waits for nobody.
 */
export const isWaiting = ({
  status,
  reviewedAt,
  erasedAt,
}: Pick<Submission, 'status' | 'reviewedAt' | 'erasedAt'>): boolean =>
  erasedAt === null && (status === 'pending' || (status === 'spam' && reviewedAt === null))

export interface SubmissionFilter {
  readonly type?: string
  readonly status?: string
  readonly assignedTo?: string
  readonly trackingNumber?: string
  /** As the metadata say. */
  readonly urgency?: string
  /** Any of these; at least one. */
  readonly contactHashes?: readonly string[]
  /** Changed at this time or later. */
  readonly updatedSince?: string
  /** Those that wait, as `isWaiting` says. */
  readonly isWaiting?: true
  /** Due at this time or earlier. */
  readonly dueUntil?: string
  /** To be kept until this time or an earlier one. */
  readonly retainedUntil?: string
  readonly isEscalated?: boolean
  readonly isErased?: boolean
  /** Its `keyId` is another one; the erased have none and are not among them. */
  readonly keyIdOtherThan?: string
}

/** `newest` created first, or `changed` longest ago first; ties by id. */
export type ListOrder = 'newest' | 'changed'

/** Where a list goes on behind a submission, as if its page had ended there. */
export const placeOf = (
  { createdAt, updatedAt, id }: Pick<Submission, 'createdAt' | 'updatedAt' | 'id'>,
  order: ListOrder,
): string => encodeCursor([order === 'newest' ? createdAt : updatedAt, id])

export interface SubmissionPage {
  readonly items: readonly Submission[]
  /** Present when there is more. */
  readonly next?: string
}

/** How many wait, as `isWaiting` says, in one state. */
export interface WaitingCount {
  readonly status: string
  readonly submissions: number
  /** Of these, due at the given time or earlier. */
  readonly overdue: number
  /** When the first of them came in. */
  readonly oldestAt: string
}

/** From this time on the clock on the wall is so far ahead of UTC. The first holds for what was before it, too. */
export interface WallClockShift {
  readonly from: string
  readonly minutes: number
}

export interface ReportPeriod {
  readonly since: string
  readonly until: string
  /** What is due by then counts as overdue. */
  readonly now: string
  /** One or more, the earliest first. */
  readonly shifts: readonly WallClockShift[]
}

export interface SubmissionReport {
  readonly counts: readonly {
    readonly type: string
    readonly status: string
    /** The Monday of the week it came in, by the clock on the wall, such as `2026-11-23`. */
    readonly week: string
    readonly submissions: number
    /** Of these, waiting and due. */
    readonly overdue: number
  }[]
  /** Of those that somebody has looked at. */
  readonly firstReviews: readonly {
    readonly type: string
    readonly reviewed: number
    /** Of these, after they were due the first time. */
    readonly late: number
    readonly averageMs: number
    readonly longestMs: number
  }[]
}

/** The submission is absent, or no longer at the version the change was made for. */
export class SubmissionChanged extends Error {
  override readonly name = 'SubmissionChanged'
  constructor() {
    super('the submission is absent or no longer at the given version')
  }
}

export const trackingNumberOf = (series: string, number: number): string =>
  `${series}-${String(number).padStart(6, '0')}`

/**
 * Submissions of forms, in a relational store. Every write takes the audit entry and the mails that belong to it, and
 * is one transaction with them: all of it is durable when the promise resolves, or none of it happened.
 *
 * A store that cannot answer throws `PortUnavailable('submissions')`; a write that failed so may or may not have
 * happened.
 */
export interface Submissions {
  /**
   * Stores a submission. Numbers of a series are 1, 2, 3 … in the order of the commits, without gaps, however many are
   * stored at once. When the idempotency key is known, nothing is written and the submission stored under it comes
   * back with `isNew` false.
   */
  store(
    submission: NewSubmission,
    alongside: Alongside,
  ): Promise<{ readonly submission: Submission; readonly isNew: boolean }>
  read(id: string): Promise<Submission | null>
  readByTrackingNumber(trackingNumber: string): Promise<Submission | null>
  /** Throws `SubmissionChanged` unless the submission is at `version`. */
  change(id: string, version: string, change: SubmissionChange, alongside: Alongside): Promise<Submission>
  /**
   * One page. A submission that is changed while
   * somebody walks along `changed` comes up again at its new place. A damaged `after` throws `InvalidCursor`. `limit`
   * 1 to 1,000.
   */
  list(
    filter: SubmissionFilter,
    options: { readonly order: ListOrder; readonly after?: string; readonly limit: number },
  ): Promise<SubmissionPage>
  /**
   * Those that wait, in the order of their states. Of each state at most `most` are counted: those first that are due first;
   * of one urgency, those that came in first.
   */
  countWaiting(options: {
    readonly now: string
    readonly most: number
    readonly urgency?: string
  }): Promise<readonly WaitingCount[]>
  /** Of what came in from `since` on and before `until`, in the order of type, status and week. */
  report(period: ReportPeriod): Promise<SubmissionReport>
}
