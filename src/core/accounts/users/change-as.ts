import type { Stored } from '../../../ports/documents.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { ChangeUser, ChangeUserOptions } from './change-user.ts'
import { authenticatedBefore, type User } from './users.model.ts'

/** Throws `invalid_token` when what this session was verified against has ended every session since. */
export function requireSameEpoch({ securityEpoch }: Actor, account: User): void {
  if (account.securityEpoch !== securityEpoch) throw authenticatedBefore()
}

/**
 * Changes an account on behalf of a session. A request takes its time between being verified and writing; the boundary
 * is the write. One's own account is compared in the very write. Whoever changes the account of somebody else is looked
 * at right before each attempt. Throws `invalid_token`.
 */
export const createChangeAs =
  (changeUser: ChangeUser, read: (userId: string) => Promise<Stored<User> | null>) =>
  async (
    actor: Actor,
    userId: string,
    change: (latest: User) => User,
    options: ChangeUserOptions = {},
  ): Promise<Stored<User>> => {
    if (userId === actor.userId)
      return changeUser(
        userId,
        (latest) => {
          requireSameEpoch(actor, latest)
          return change(latest)
        },
        options,
      )
    return changeUser(userId, change, {
      ...options,
      async beforeWrite() {
        const own = await read(actor.userId)
        if (!own) throw notFound()
        requireSameEpoch(actor, own.value)
      },
    })
  }

export type ChangeAs = ReturnType<typeof createChangeAs>
