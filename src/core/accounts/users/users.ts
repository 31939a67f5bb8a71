import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { PastRetention } from '../../kernel/personal-data.ts'
import type { Job } from '../../platform/jobs/jobs.ts'
import { createChangeAddress } from './change-address.ts'
import { createChangeUser } from './change-user.ts'
import { createCreateAccount } from './create-account.ts'
import { createReadClaims, createUsersPersonalData } from './personal-data.ts'
import { createStaff } from './staff.ts'
import { createSweepReservedAddresses } from './sweep-reserved-addresses.ts'
import { createSweepUnclaimedUsers } from './sweep-unclaimed-users.ts'
import {
  type LearnedSummary,
  type Profile,
  profileOf,
  type UpdateProfile,
  type User,
  userEmails,
  users,
} from './users.model.ts'

/** A resource with the version its ETag names. */
export interface Versioned<T> {
  readonly value: T
  readonly version: string
}

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
/** What the other domains lend to this one. */
export interface UsersBorrows {
  readonly readLearned: (userId: string) => Promise<LearnedSummary>
  /** Others keep copies of a name and a picture. */
  readonly profileChanged: (user: User) => Promise<void>
}

const noUserId = '00000000-0000-0000-0000-000000000000'

export function createUsers(
  needs: Needs<'documents' | 'clock' | 'defer' | 'ids' | 'log' | 'realtime'>,
  { readLearned, profileChanged }: UsersBorrows,
) {
  const { documents, clock, defer, log } = needs
  const changeUser = createChangeUser(needs)
  const sweepUnclaimedUsers = createSweepUnclaimedUsers(needs)
  const sweepReservedAddresses = createSweepReservedAddresses(needs)
  const staff = createStaff(needs)
  const readClaims = createReadClaims(needs)
  const jobs: readonly Job[] = [
    {
      name: 'sweep-unclaimed-users',
      everyMs: hourMs,
      async run() {
        const count = await sweepUnclaimedUsers()
        if (count > 0) log.info('unclaimed_users_removed', { count })
      },
    },
    {
      name: 'sweep-reserved-addresses',
      everyMs: hourMs,
      async run() {
        const count = await sweepReservedAddresses()
        if (count > 0) log.info('reserved_addresses_freed', { count })
      },
    },
    { name: 'mend-staff-directory', everyMs: dayMs, run: staff.mendAll },
  ]
  /** What was learned is stored elsewhere, so the version of a profile names both. */
  const asProfile = ({ value, version }: Stored<User>, learned: LearnedSummary): Versioned<Profile> => ({
    value: profileOf(value, learned),
    version: `${version}.${learned.version}`,
  })

  const sweep = (run: (options: { readonly isDryRun: boolean }) => Promise<number>): PastRetention => ({
    count: () => run({ isDryRun: true }),
    remove: () => run({ isDryRun: false }),
  })

  const announce = (user: User) =>
    defer.run('copy_profile', async () => {
      await staff.mend(user)
      await profileChanged(user)
    })

  return {
    createAccount: createCreateAccount(needs),
    changeUser,
    changeAddress: createChangeAddress(needs, changeUser),
    jobs,
    personalData: createUsersPersonalData(needs, readClaims, {
      accounts: sweep(sweepUnclaimedUsers),
      addresses: sweep(sweepReservedAddresses),
    }),
    listStaff: staff.list,
    /** The one an account goes by, and those reserved for it. Reads all claims: for jobs. */
    addressesOf: async (userId: string): Promise<readonly string[]> =>
      (await readClaims(userId)).map(({ value }) => value.id),
    /** After a change of name, picture, role or status: brings the copies that others keep into line. */
    announce,
    read: (userId: string): Promise<Stored<User> | null> =>
      documents.read(users, { partition: userId, id: userId }),
    /** Makes the same two reads whether or not the address is known. */
    async findByEmail(email: string): Promise<Stored<User> | null> {
      const claim = await documents.read(userEmails, { partition: email, id: email })
      const userId = claim?.value.userId ?? noUserId
      const user = await documents.read(users, { partition: userId, id: userId })
      // An address that is only reserved for the account is not one it goes by.
      return user?.value.email === email ? user : null
    },
    isEmailClaimed: async (email: string): Promise<boolean> =>
      (await documents.read(userEmails, { partition: email, id: email })) !== null,
    /** `known` is the account when this request has read it already. */
    async readProfile(actor: Actor, known: Stored<User> | null): Promise<Versioned<Profile>> {
      const [stored, learned] = await Promise.all([
        known ?? documents.read(users, { partition: actor.userId, id: actor.userId }),
        readLearned(actor.userId),
      ])
      if (!stored) throw notFound()
      return asProfile(stored, learned)
    },
    async updateProfile(
      actor: Actor,
      change: UpdateProfile,
      expectedVersion?: string,
    ): Promise<Versioned<Profile>> {
      const apply = (user: User): User => ({
        ...user,
        name: change.name ?? user.name,
        preferences: { ...user.preferences, ...change.preferences } as User['preferences'],
        updatedAt: new Date(clock.now()).toISOString(),
      })
      const expected = expectedVersion?.slice(0, expectedVersion.lastIndexOf('.'))
      const [changed, learned] = await Promise.all([
        changeUser(actor.userId, apply, { expectedVersion: expected }),
        readLearned(actor.userId),
      ])
      if (change.name !== undefined) announce(changed.value)
      return asProfile(changed, learned)
    },
  }
}

export type Users = ReturnType<typeof createUsers>
