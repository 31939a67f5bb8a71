/** How far somebody has come in a conversation: up to this change, and how many messages there were by then. */
export interface Position {
  readonly seq: number
  readonly count: number
  readonly at: string
}

/** Of counts, the oldest first. */
export type Ranges = readonly (readonly [from: number, to: number])[]

/** What every document in the partition of a conversation has, so that one path lists the numbered changes in order. */
export interface InConversation {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  /** `yes` for what carries a number of its own. */
  readonly isNumbered: 'yes' | 'no'
  /** Of an answer in a thread: the document of its root. Empty in all else, and absent in older documents. */
  readonly threadKey: string
  /** When retention removes it. */
  readonly expiresAt?: string
}

export interface StoredThreadSummary {
  /** Answers ever written: tombstones count. */
  readonly count: number
  readonly lastReplyAt: string
  /** Who answered last, the newest first. */
  readonly participantIds: readonly string[]
}

/** How far somebody who follows a thread has come in it: `count` counts its answers. It only moves forward. */
export interface Follower extends Position {
  readonly userId: string
}

/** A thread: its root is the message that was answered. Threads stand in the order of their newest answers, which is `seq`. */
export interface Thread extends InConversation, StoredThreadSummary {
  /** `thread~rootId` */
  readonly id: string
  readonly kind: 'thread'
  readonly isNumbered: 'no'
  readonly rootId: string
  readonly rootSeq: number
  /** Which answers have been deleted, by their counts in the thread; of those long ago not all. */
  readonly deleted?: Ranges
  /** Whoever wrote the root or an answer, or was mentioned in one. */
  readonly followers: readonly Follower[]
}

export const threadId = (rootId: string): string => `thread~${rootId}`

/** Whether a message is an answer in a thread, which counts there and not in the conversation. */
export const isReply = ({ threadKey }: Pick<InConversation, 'threadKey'>): boolean => Boolean(threadKey)
