import type { Needs } from '../../ports/ports.ts'
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
    let after: string | undefined
    do {
      const page = await documents.scan(users, after === undefined ? {} : { after })
      for (const { value: user, version } of page.items) {
        if (clock.now() - Date.parse(user.createdAt) < graceMs) continue
        const claim = await documents.read(userEmails, { partition: user.email, id: user.email })
        if (claim?.value.userId === user.id) continue
        const key = { partition: user.id, id: user.id }
        if (isDryRun || (await documents.remove(users, key, version))) removed++
      }
      after = page.next
    } while (after !== undefined)
    return removed
  }
