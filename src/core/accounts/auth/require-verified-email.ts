import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type User, users } from '../users/users.model.ts'
import type { AuthSettings } from './auth.model.ts'
import { emailUnverified } from './recovery.model.ts'

/**
 * Throws `email_unverified` for who has not confirmed their address, where that is asked for. `known` is the account
 * when this request has read it already. Guests have no address to confirm.
 */
export const createRequireVerifiedEmail =
  ({ documents }: Needs<'documents'>, settings: AuthSettings) =>
  async (actor: Actor, known: User | null): Promise<void> => {
    if (!settings.isVerifiedEmailRequired || actor.role === 'guest') return
    const key = { partition: actor.userId, id: actor.userId }
    const user = known ?? (await documents.read(users, key))?.value
    if (!user?.emailVerified) throw emailUnverified()
  }
