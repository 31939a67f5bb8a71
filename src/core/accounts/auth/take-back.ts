import { disownedSince } from '../users/disowned.model.ts'
import { takeBackMs } from '../users/former-addresses.model.ts'
import type { FormerAddress, User } from '../users/users.model.ts'
import { factorsOf, withFactors, withoutOrphanedCodes } from './second-factors.ts'

/** Before anything was ever set up. */
const ever = ''

/**
 * The account without what was set up at this moment or later to sign in by, or to prove who one is: factors, recovery
 * codes, passkeys, providers. What is older stands. The one place that knows all that can be added.
 */
function withoutWaysSince(user: User, since: string): User {
  const { totp, passkeys, recoveryCodes, recoveryCodesSetUp } = factorsOf(user)
  const isOlder = (at: string | null | undefined): boolean => typeof at === 'string' && at < since
  // Codes of accounts from before their time was kept are as old as what they stand in for.
  const areCodesOlder = recoveryCodesSetUp === undefined || isOlder(recoveryCodesSetUp.at)
  return withoutOrphanedCodes(
    withFactors(
      { ...user, identities: (user.identities ?? []).filter(({ linkedAt }) => isOlder(linkedAt)) },
      {
        totp: isOlder(totp?.confirmedAt) ? totp : null,
        passkeys: passkeys.filter(({ createdAt }) => isOlder(createdAt)),
        recoveryCodes: areCodesOlder ? recoveryCodes : [],
      },
    ),
  )
}

/**
 * The account as it is won back: as if nothing had been set up since, nor a deletion ever been asked for, and with every
 * session over; what was made in its name, and is kept elsewhere, is made in nobody's. The address is given back by who knows whose mailbox it is, and what proves the owner from now on is
 * theirs to say.
 */
function takeBackSince(user: User, since: string, nowMs: number): User {
  const { deletion, ...rest } = withoutWaysSince(user, since)
  return {
    ...rest,
    ...(deletion ? { status: deletion.statusBefore } : {}),
    emailVerified: true,
    disowned: disownedSince(user, since, nowMs),
    recoveries: (user.recoveries ?? 0) + 1,
    securityEpoch: user.securityEpoch + 1,
  }
}

/**
 * By who reads the mailbox `email`, of the account or one it had, and disowns what was done since this moment. Mailboxes
 * from before that one keep what they can take back: whoever has the later one may be the stranger to them.
 */
export function disownSince(user: User, since: string, email: string, nowMs: number): User {
  const { formerAddresses = [] } = user
  const isIt = (address: FormerAddress): boolean => address.email === email
  const later = formerAddresses.findIndex((former) => isIt(former) && former.changedAt >= since)
  const left = later >= 0 ? later : user.email === email ? -1 : formerAddresses.findLastIndex(isIt)
  const former = formerAddresses[left]
  const wasProved = former ? former.wasProved : user.emailVerified
  return {
    ...takeBackSince(user, wasProved ? since : ever, nowMs),
    formerAddresses: former ? formerAddresses.slice(0, left) : formerAddresses,
  }
}

/**
 * By who reads the mailbox and has forgotten the password, or cannot sign in any more. What was set up in the last days
 * goes, by whomever; what stood before stays, for a mailbox alone must not be worth both factors. Where nobody had
 * proved the mailbox, nothing stays.
 */
export const recoverLately = (user: User, nowMs: number): User =>
  takeBackSince(user, user.emailVerified ? new Date(nowMs - takeBackMs).toISOString() : ever, nowMs)

/** The same for who has lost the second factors and was helped by two members of staff: none is left. */
export const recoverWithoutFactors = (user: User, nowMs: number): User =>
  withFactors(recoverLately(user, nowMs), { totp: null, passkeys: [], recoveryCodes: [] })

/**
 * The account once somebody has shown that they read its mailbox, which nobody had before. Where it was not somebody who
 * is signed in to it, whoever opened it is a stranger to them: of what they set up, only what opened it is left, the
 * password or else the first provider.
 */
export function withProvedAddress(user: User, { isByItsUser }: { readonly isByItsUser: boolean }): User {
  if (user.emailVerified || isByItsUser) return { ...user, emailVerified: true }
  const opener = user.passwordHash === null ? (user.identities ?? []).slice(0, 1) : []
  const proved = { ...withoutWaysSince(user, ever), identities: opener, emailVerified: true }
  const hasLost =
    (user.identities ?? []).length > opener.length ||
    JSON.stringify(factorsOf(user)) !== JSON.stringify(factorsOf(proved))
  return hasLost ? { ...proved, securityEpoch: user.securityEpoch + 1 } : proved
}

/** The account of whom a provider vouches for, where nobody had proved the mailbox: nothing that was set up stays. */
export const takenOver = (user: User, nowMs: number): User => ({
  ...withoutWaysSince(user, ever),
  passwordHash: null,
  emailVerified: true,
  disowned: disownedSince(user, ever, nowMs),
  recoveries: (user.recoveries ?? 0) + 1,
  securityEpoch: user.securityEpoch + 1,
})
