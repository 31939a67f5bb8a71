import type { Needs } from '../../../ports/ports.ts'
import { walk } from '../../kernel/walk.ts'
import { userEmails, users } from './users.model.ts'

/** Longer than any signup may take between storing the user and claiming the address. */
const graceMs = 10 * 60_000

/**
 * Removes users whose address was never claimed by them: what a crash in the middle of a signup leaves. Safe to run at
 * any time and from several processes. Answers how many were removed.
 */
export const createSweepUnclaimedUsers =
  ({ documents, clock }: Needs<'documents' | 'clock'>) =>
  async ({ isDryRun = false } = {}): Promise<number> => {
    let removed = 0
    for await (const { value: user, version } of walk((after) => documents.scan(users, after))) {
      if (clock.now() - Date.parse(user.createdAt) < graceMs) continue
      const claim = await documents.read(userEmails, { partition: user.email, id: user.email })
      if (claim?.value.userId === user.id) continue
      const key = { partition: user.id, id: user.id }
      if (isDryRun || (await documents.remove(users, key, version))) removed++
    }
    return removed
  }
