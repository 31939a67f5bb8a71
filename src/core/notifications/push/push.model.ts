import type { PushUrgency } from '../../../ports/pusher.ts'

/** Something to tell a person on their devices. */
export interface ToTell {
  readonly userId: string
  readonly notificationId: string
  /** Of those about the same thing only the last stands on a screen: `conversation 5f…`. Nobody outside sees it. */
  readonly about: string
  readonly urgency: PushUrgency
  /** ISO time; null: now. */
  readonly notBefore?: string | null
  /** For how long it is worth telling; a call that rings is worth little after a minute. Twelve hours where nothing is said. */
  readonly usefulForMs?: number
}

/** Asked of whoever keeps the notifications, directly before a device is told. */
export type StillToTell =
  /** With how many wait to be seen. */
  | { readonly is: 'yes'; readonly badge: number }
  /** Seen meanwhile, or not to be seen any more. */
  | { readonly is: 'no' }
  /** Not yet there, or hours in which the person wants to be left in peace have begun. */
  | { readonly is: 'later'; readonly notBefore: string }

export type AskStillToTell = (asked: {
  readonly userId: string
  readonly notificationId: string
}) => Promise<StillToTell>
