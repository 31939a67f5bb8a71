import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { type Deletion, deletions } from './erasure.model.ts'

/**
 * After older data was put back: a deletion that younger data knows is asked for again, under the receipt that the person has.
 * What was finished is due at once. Answers whether there was anything to do. Throws `last_administrator`.
 */
export const createCarryOverDeletion = (
  needs: Needs<'clock' | 'documents'>,
  { users }: { readonly users: Pick<Users, 'read' | 'changeUser'> },
) => {
  const put = createPutDocument(needs)
  return async ({ purgeAt: _, ...known }: Deletion): Promise<boolean> => {
    // A guest's day ends by the data that was put back.
    if (known.state === 'cancelled' || known.isOfGuest) return false
    const account = (await users.read(known.userId))?.value
    if (!account || account.deletion?.id === known.id) return false
    const now = new Date(needs.clock.now()).toISOString()
    const isAgain: Deletion = {
      ...known,
      state: 'scheduled',
      eraseAfter: known.state === 'scheduled' ? known.eraseAfter : now,
      steps: [],
      finishedAt: null,
      leasedUntil: now,
    }
    await put<Deletion>(deletions, { partition: known.id, id: known.id }, () => isAgain)
    await users.changeUser(known.userId, (latest) => ({
      ...latest,
      deletion: { id: known.id, statusBefore: latest.deletion?.statusBefore ?? latest.status },
      status: 'suspended',
      securityEpoch: latest.securityEpoch + 1,
      updatedAt: now,
    }))
    return true
  }
}
