import type { Page, Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createEvent } from '../../kernel/events.ts'
import type { PastRetention } from '../../kernel/personal-data.ts'
import { createAdministrators, type Hold } from './administrators.ts'
import { createChangeAddress } from './change-address.ts'
import { createChangeAs, requireSameEpoch } from './change-as.ts'
import { createChangeUser } from './change-user.ts'
import { createCreateAccount } from './create-account.ts'
import { createIsLetGo } from './let-go.ts'
import { createReadClaims, createUsersPersonalData } from './personal-data.ts'
import { staff as staffCollection } from './staff.model.ts'
import { createStaff } from './staff-directory.ts'
import { createSweepReservedAddresses } from './sweep-reserved-addresses.ts'
import { createSweepUnclaimedUsers } from './sweep-unclaimed-users.ts'
import { isActiveAdministrator, type User, userEmails, users } from './users.model.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs
const noUserId = '00000000-0000-0000-0000-000000000000'

export function createUsers(needs: Needs<'documents' | 'clock' | 'defer' | 'ids' | 'log' | 'realtime'>) {
  const { documents, defer, log } = needs
  /** A name, a picture, a role or a status is another now: others keep copies. */
  const profileChanged = createEvent<User>('users.profile-changed')
  /** Whatever was handed out or begun before counts no more: every session is over, and what rests on one. */
  const epochRaised = createEvent<User>('users.epoch-raised')
  const administrators = createAdministrators(needs)
  const changeUser = createChangeUser(needs, administrators, epochRaised)
  const read = (userId: string): Promise<Stored<User> | null> =>
    documents.read(users, { partition: userId, id: userId })
  const changeAs = createChangeAs(changeUser, read)
  const changeAddress = createChangeAddress(needs)
  const isLetGo = createIsLetGo(needs)
  const sweepUnclaimedUsers = createSweepUnclaimedUsers(needs, administrators)
  const sweepReservedAddresses = createSweepReservedAddresses(needs)
  const staff = createStaff(needs, administrators)
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
    { name: 'sync-staff-directory', everyMs: dayMs, run: staff.syncAll },
  ]
  const sweep = (run: (options: { readonly isDryRun: boolean }) => Promise<number>): PastRetention => ({
    count: () => run({ isDryRun: true }),
    remove: () => run({ isDryRun: false }),
  })

  const announce = (user: User) =>
    defer.run('copy_profile', async () => {
      await staff.sync(user)
      await profileChanged.emit(user)
    })

  return {
    ...emptyFace,
    profileChanged,
    epochRaised,
    createAccount: createCreateAccount(needs, { staff, administrators }),
    changeAs,
    /** For what no session asks for. */
    changeUser,
    /** The same two, with another address. */
    changeAddressAs: (actor: Actor, email: string, keepOldForMs: number, change: (latest: User) => User) =>
      changeAddress(actor.userId, email, keepOldForMs, (apply) =>
        changeAs(actor, actor.userId, (latest) => apply(latest, change(latest))),
      ),
    changeAddress: (userId: string, email: string, keepOldForMs: number, change: (latest: User) => User) =>
      changeAddress(userId, email, keepOldForMs, (apply) =>
        changeUser(userId, (latest) => apply(latest, change(latest))),
      ),
    jobs,
    personalData: createUsersPersonalData(needs, readClaims, administrators, {
      accounts: sweep(sweepUnclaimedUsers),
      addresses: sweep(sweepReservedAddresses),
    }),
    listStaff: staff.list,
    /** The ids of those who can sign in and do what administrators do. */
    listAdministrators: administrators.list,
    /**
     * For what takes several steps to take an account away: whoever is the last administrator is refused before the first
     * of them. The hold is for `changeUser`.
     */
    async holdToLeave<T>(account: User, work: (hold: Hold | null) => Promise<T>): Promise<T> {
      return isActiveAdministrator(account) ? administrators.whileHeld(account.id, true, work) : work(null)
    },
    /** The one an account goes by, and those reserved for it. Reads all claims: for jobs. */
    addressesOf: async (userId: string): Promise<readonly string[]> =>
      (await readClaims(userId)).map(({ value }) => value.id),
    /** After a change of name, picture, role or status: brings the copies that others keep into line. */
    announce,
    read,
    /** A page of all accounts, in no particular order: for admins and jobs. A damaged `after` throws `InvalidCursor`. */
    scan: (limit: number, after?: string): Promise<Page<User>> =>
      documents.scan(users, { limit, ...(after === undefined ? {} : { after }) }),
    /** The account that a session is in, as it is now. Throws `invalid_token` as `changeAs` does. */
    async readOwn(actor: Actor): Promise<User> {
      const stored = await read(actor.userId)
      if (!stored) throw notFound()
      requireSameEpoch(actor, stored.value)
      return stored.value
    },
    /** Makes the same two reads whether or not the address is known. */
    async findByEmail(email: string): Promise<Stored<User> | null> {
      const claim = await documents.read(userEmails, { partition: email, id: email })
      const userId = claim?.value.userId ?? noUserId
      const user = await documents.read(users, { partition: userId, id: userId })
      // An address that is only reserved for the account is not one it goes by.
      return user?.value.email === email ? user : null
    },
    async isEmailClaimed(email: string): Promise<boolean> {
      const claim = await documents.read(userEmails, { partition: email, id: email })
      return claim !== null && !(await isLetGo(claim))
    },
  }
}

export type Users = ReturnType<typeof createUsers>

export const usersDomain = { collections: [users, userEmails, staffCollection], create: createUsers }
