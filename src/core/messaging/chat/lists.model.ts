import { collection } from '../../../ports/documents.ts'
import type { Mine } from './mine.model.ts'

/**
 * That a conversation belongs into somebody's list, where, and how they keep it. Where it stands and what is unread is
 * noted from `Messages`, where the truth is; the settings are nowhere else. What is optional is absent in older ones.
 */
export interface InboxEntry {
  /** The conversation. */
  readonly id: string
  readonly userId: string
  /** Its place in the list: see `place.ts`. */
  readonly activeAt: string
  /** Whether it is in the list and has something unread, or is marked so. Older ones are given it by a job. */
  readonly isUnread: 'yes' | 'no'
  /** The number of the conversation when this was noted: what is known of it since is not overwritten by what was before. */
  readonly seq?: number
  readonly unread?: number
  readonly mentions?: number
  readonly mine?: Mine
  /** The number of the conversation when it was marked unread: whoever has read further has seen it again. */
  readonly markedAtSeq?: number
}

/** Partition `userId`: "my conversations" is one walk, whoever else is in them, and so is what is unread of them. */
export const inbox = collection<InboxEntry>()({
  name: 'Inbox',
  partition: 'userId',
  paths: {
    byActivity: { by: [], order: 'activeAt' },
    byUnread: { by: ['isUnread'], order: 'activeAt' },
  },
})

/** That somebody has left a conversation in which they may have written. */
export interface LeftConversation {
  /** The conversation. */
  readonly id: string
  readonly userId: string
  readonly leftAt: string
  /** The number of the change by which others removed them last: older invitations do not let them in. */
  readonly removedSeq?: number
}

/** Partition `userId`: what somebody wrote is found again, to be handed over or erased, where they no longer are. */
export const leftConversations = collection<LeftConversation>()({
  name: 'LeftConversations',
  partition: 'userId',
  paths: { byTime: { by: [], order: 'leftAt' } },
})

/** The one direct conversation of two people. */
export interface DirectPair {
  /** Hash of the two ids in order. */
  readonly id: string
  readonly conversationId: string
}

/** Partition `id`: inserting it decides which conversation of two created at once is the one. */
export const directPairs = collection<DirectPair>()({ name: 'DirectPairs', partition: 'id', paths: {} })

/** A process says before it commits that it may owe the announcement of changes after `fromSeq`. */
export interface Announcement {
  /** `conversationId~process` */
  readonly id: string
  readonly conversationId: string
  readonly fromSeq: number
  /** Until then the process commits without saying so again. */
  readonly until: string
  /** The trace of the first of them, to go on with where another process has to announce them. */
  readonly trace?: string
}

/** Partition `id`: each is written and removed by itself; few exist, and only a job walks them. */
export const announcements = collection<Announcement>()({
  name: 'Announcements',
  partition: 'id',
  paths: {},
})
