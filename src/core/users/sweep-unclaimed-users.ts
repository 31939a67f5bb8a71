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
  async (): Promise<number> => {
    let removed = 0
    let after: string | undefined
    do {
      const page = await documents.scan(users, after === undefined ? {} : { after })
      for (const { value: user, version } of page.items) {
        if (clock.now() - Date.parse(user.createdAt) < graceMs) continue
        const claim = await documents.read(userEmails, { partition: user.email, id: user.email })
        if (claim?.value.userId === user.id) continue
        if (await documents.remove(users, { partition: user.id, id: user.id }, version)) removed++
      }
      after = page.next
    } while (after !== undefined)
    return removed
  }
