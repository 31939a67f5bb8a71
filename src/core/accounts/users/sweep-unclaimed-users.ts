import type { Needs } from '../../../ports/ports.ts'
import { AppError } from '../../kernel/errors.ts'
import { walk } from '../../kernel/walk.ts'
import type { Administrators } from './administrators.ts'
import { lastAdministrator } from './staff.model.ts'
import { isActiveAdministrator, userEmails, users } from './users.model.ts'

/** Longer than any signup may take between storing the user and claiming the address. */
const graceMs = 10 * 60_000

/** Without a claim nobody signs in to it; but where there is nobody else, somebody should look. */
function keepTheLast(error: unknown): false {
  if (!(error instanceof AppError && error.code === lastAdministrator().code)) throw error
  return false
}

/**
 * Removes users whose address was never claimed by them: what a crash in the middle of a signup leaves. Safe to run at
 * any time and from several processes. Answers how many were removed.
 */
export const createSweepUnclaimedUsers =
  ({ documents, clock }: Needs<'documents' | 'clock'>, administrators: Pick<Administrators, 'whileHeld'>) =>
  async ({ isDryRun = false } = {}): Promise<number> => {
    let removed = 0
    for await (const { value: user, version } of walk((after) => documents.scan(users, after))) {
      if (clock.now() - Date.parse(user.createdAt) < graceMs) continue
      const claim = await documents.read(userEmails, { partition: user.email, id: user.email })
      if (claim?.value.userId === user.id) continue
      if (isDryRun) removed++
      else {
        const key = { partition: user.id, id: user.id }
        const remove = () => documents.remove(users, key, version)
        const isRemoved = isActiveAdministrator(user)
          ? await administrators.whileHeld(user.id, true, remove).catch(keepTheLast)
          : await remove()
        if (isRemoved) removed++
      }
    }
    return removed
  }
