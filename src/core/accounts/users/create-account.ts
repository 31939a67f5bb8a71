import { DocumentExists, type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Role } from '../../kernel/actor.ts'
import type { Language } from '../../kernel/language.ts'
import type { Administrators } from './administrators.ts'
import { createIsLetGo } from './let-go.ts'
import type { Staff } from './staff-directory.ts'
import {
  defaultPreferences,
  isActiveAdministrator,
  isStaff,
  type User,
  type UserEmail,
  userEmails,
  userExists,
  users,
} from './users.model.ts'

export interface NewAccount {
  /** Given where the same account may be opened again, after a crash in the middle. */
  readonly id?: string
  /** Normalised. */
  readonly email: string
  readonly name: string
  readonly passwordHash: string | null
  /** Guests alone. */
  readonly expiresAt?: string
  readonly role?: Role
  readonly emailVerified?: boolean
  /** What the person reads, where that is known. */
  readonly language?: Language
}

function preferencesFor({ language }: NewAccount): User['preferences'] {
  const { language: _, ...preferences } = defaultPreferences
  return { ...preferences, ...(language && { language }) }
}

/** An account as it begins. `at`: an ISO time in UTC. */
export const accountOf = (account: NewAccount, id: string, at: string): User => ({
  id,
  email: account.email,
  name: account.name,
  avatar: null,
  role: account.role ?? 'user',
  status: 'active',
  emailVerified: account.emailVerified ?? false,
  passwordHash: account.passwordHash,
  ...(account.expiresAt === undefined ? {} : { expiresAt: account.expiresAt }),
  securityEpoch: 1,
  preferences: preferencesFor(account),
  createdAt: at,
  updatedAt: at,
  lastLoginAt: null,
})

/** What makes the account exist. Of a guest it is swept with the account it would outlive. */
export const claimOf = ({ id, email, expiresAt }: User): UserEmail => ({
  id: email,
  userId: id,
  ...(expiresAt === undefined ? {} : { reservedUntil: expiresAt }),
})

/**
 * Stores the user, then claims the address: the claim is the commit. A user without a claim can be reached by nobody
 * and is swept away later, so a crash in between leaves no half account. Throws `user_exists` when the address is taken.
 */
export const createCreateAccount = (
  needs: Needs<'documents' | 'clock' | 'ids'>,
  { staff, administrators }: { readonly staff: Staff; readonly administrators: Administrators },
) => {
  const { documents, clock, ids } = needs
  const isLetGo = createIsLetGo(needs)

  /** An address that its account has left, and that nobody keeps for it any more. */
  async function takeOver(claim: Stored<UserEmail>, user: User): Promise<boolean> {
    if (!(await isLetGo(claim))) return false
    try {
      await documents.replace(userEmails, claimOf(user), claim.version)
      return true
    } catch (error) {
      if (error instanceof VersionMismatch) return false
      throw error
    }
  }

  return async (account: NewAccount): Promise<User> => {
    const user = accountOf(account, account.id ?? ids.next(), new Date(clock.now()).toISOString())
    const key = { partition: user.id, id: user.id }
    try {
      await documents.insert(users, user)
    } catch (error) {
      if (!(error instanceof DocumentExists && account.id !== undefined)) throw error
    }
    try {
      await documents.insert(userEmails, claimOf(user))
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      const claim = await documents.read(userEmails, { partition: user.email, id: user.email })
      if (claim?.value.userId === user.id) return (await documents.read(users, key))?.value ?? user
      if (!claim || !(await takeOver(claim, user))) {
        await documents.remove(users, key)
        throw userExists()
      }
    }
    if (isStaff(user)) await staff.sync(user)
    if (isActiveAdministrator(user)) await administrators.bringIntoLine(user.id)
    return user
  }
}
