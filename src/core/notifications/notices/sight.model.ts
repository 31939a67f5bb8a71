import type { User } from '../../accounts/users/users.model.ts'
import type { Subject } from './kinds.model.ts'

/** Somebody who looks at what they were told. */
export type Viewer = Pick<User, 'id' | 'role'>

/** What a person may see of a subject now. */
export interface Seen {
  /** By its name, in words that they may read. */
  readonly title: string | null
  /** How many unread messages; 1 of what is no conversation. */
  readonly count: number
  /** Read elsewhere meanwhile. */
  readonly isRead: boolean
  readonly mutedUntil: string | null
  /** It comes from somebody whom they have blocked, or who has blocked them. */
  readonly isBlocked: boolean
}

/** What a domain says of the kinds that are its own. */
export interface Sight {
  /**
   * Of each, in their order; null for what the person may not see (any more). As it is now, and not a moment ago. At most
   * 100, in a bounded number of reads for each.
   */
  look(viewer: Viewer, subjects: readonly Subject[]): Promise<readonly (Seen | null)[]>
}

/** Of what is no conversation and can be seen. */
export const seenAs = (title: string | null): Seen => ({
  title,
  count: 1,
  isRead: false,
  mutedUntil: null,
  isBlocked: false,
})
