import type { Disowned, User } from './users.model.ts'

const dayMs = 24 * 60 * 60_000

/** What is made in an account's name, and kept outside of it, lasts no longer. */
export const longestLastingDays = 730

/** Whether what was made in this account's name at this moment counts for nothing. */
export const isDisowned = ({ disowned = [] }: Pick<User, 'disowned'>, at: string): boolean =>
  disowned.some(({ since, until }) => since <= at && at <= until)

/** The account's times with one more, from `since` until now. Those of which nothing can be left any more are left out. */
export function disownedSince(
  { disowned = [] }: Pick<User, 'disowned'>,
  since: string,
  nowMs: number,
): readonly Disowned[] {
  const kept = disowned.filter(({ until }) => Date.parse(until) + longestLastingDays * dayMs > nowMs)
  const [joined, apart] = [true, false].map((isJoined) =>
    kept.filter(({ until }) => until >= since === isJoined),
  ) as [Disowned[], Disowned[]]
  const first = [since, ...joined.map((span) => span.since)].toSorted()[0] ?? since
  return [...apart, { since: first, until: new Date(nowMs).toISOString() }]
}
