import { isRecent } from '../../../ports/clock.ts'
import { activeDaysOf, type User } from '../../accounts/users/users.model.ts'

const dayMs = 86_400_000
/** Longer than any session lives: whoever was not here for so long does not read what we write either. */
const lastSeenMs = 90 * dayMs

/** Whether an account has a mailbox that somebody reads, and is one that mails of ours may be sent about. */
export const hasMailbox = ({ status, emailVerified, role, deletion, expiresAt }: User): boolean =>
  status === 'active' && emailVerified && role !== 'guest' && !deletion && expiresAt === undefined

/** Whether they signed in, or learned something, in the last months. */
export function wasHereLately(user: User, nowMs: number): boolean {
  const lastDay = activeDaysOf(user).runs.at(-1)?.[1] ?? 0
  const lastMs = Math.max(Date.parse(user.lastLoginAt ?? user.createdAt), lastDay * dayMs)
  return isRecent(lastMs, lastSeenMs, nowMs)
}
