import type { Needs } from '../../../ports/ports.ts'
import { walk } from '../../kernel/walk.ts'
import { userEmails, users } from './users.model.ts'

/**
 * Gives back addresses whose reservation is over, and clears the mark from one its account goes by after all: what a
 * change of address, or a crash in it, leaves. Safe to run at any time and from several processes.
 */
export const createSweepReservedAddresses =
  ({ documents, clock }: Needs<'documents' | 'clock'>) =>
  async ({ isDryRun = false } = {}): Promise<number> => {
    let freed = 0
    for await (const { value: claim, version } of walk((after) => documents.scan(userEmails, after))) {
      if (claim.reservedUntil === undefined || Date.parse(claim.reservedUntil) > clock.now()) continue
      const user = await documents.read(users, { partition: claim.userId, id: claim.userId })
      const key = { partition: claim.id, id: claim.id }
      if (user?.value.email !== claim.id) {
        if (isDryRun || (await documents.remove(userEmails, key, version))) freed++
      } else if (!isDryRun)
        await documents.replace(userEmails, { id: claim.id, userId: claim.userId }, version).catch(() => null)
    }
    return freed
  }
