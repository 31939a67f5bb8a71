import type { User } from './users.model.ts'
import type { FormerAddress } from './ways-in.model.ts'

const dayMs = 24 * 60 * 60_000
/** For so long whoever reads the mailbox can take back what was done to the account. */
export const takeBackMs = 7 * dayMs

/** The mailboxes from which a change of address can still be taken back: nobody else gets these addresses until then. */
export const openFormerAddresses = (
  { formerAddresses = [] }: Pick<User, 'formerAddresses'>,
  nowMs: number,
): readonly FormerAddress[] =>
  formerAddresses.filter(({ changedAt }) => Date.parse(changedAt) + takeBackMs > nowMs)

/** Where a person is told what happens to their account. While a change of address can be taken back, there too. */
export const noticeAddresses = (user: User, nowMs: number): readonly string[] => [
  ...new Set([user.email, ...openFormerAddresses(user, nowMs).map(({ email }) => email)]),
]
