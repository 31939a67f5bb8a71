import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type UserEmail, users } from './users.model.ts'

/**
 * Whether the reservation of an address is over, and its account goes by another one: then anybody may have it. Whoever
 * takes it replaces the claim at the version that was asked about, for its account may be about to come back to it.
 */
export const createIsLetGo =
  ({ documents, clock }: Needs<'documents' | 'clock'>) =>
  async ({ value: claim }: Stored<UserEmail>): Promise<boolean> => {
    if (claim.reservedUntil === undefined || Date.parse(claim.reservedUntil) > clock.now()) return false
    const user = await documents.read(users, { partition: claim.userId, id: claim.userId })
    return user?.value.email !== claim.id
  }
