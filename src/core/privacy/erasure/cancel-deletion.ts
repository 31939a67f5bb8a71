import type { Needs } from '../../../ports/ports.ts'
import type { DisownedDeletion } from '../../accounts/auth/recovery.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Caller } from '../../kernel/actor.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { type FindByReceipt, receiptKeptMs } from './deletion-receipt.ts'
import { type Deletion, deletions, tooLateToCancel } from './erasure.model.ts'

/** Takes a deletion back before it begins: by its receipt, or because the account is won back by its owner. */
export function createCancelDeletion(
  needs: Needs<'clock' | 'documents'>,
  {
    users,
    audit,
    findByReceipt,
  }: { readonly users: Users; readonly audit: Recording; readonly findByReceipt: FindByReceipt },
) {
  const { clock } = needs
  const put = createPutDocument(needs)
  const iso = (ms: number) => new Date(ms).toISOString()

  /** True for the call that cancelled it. One that is gone already is no obstacle. */
  async function stop(id: string): Promise<boolean> {
    let isStopped = false
    await put(deletions, { partition: id, id }, (latest): Deletion | null => {
      isStopped = false
      if (!latest || latest.state === 'cancelled') return latest
      if (latest.state !== 'scheduled') throw tooLateToCancel()
      isStopped = true
      return { ...latest, state: 'cancelled', purgeAt: iso(clock.now() + receiptKeptMs) }
    })
    return isStopped
  }
  const record = (caller: Caller, userId: string, actorId: string | null) =>
    audit.record(caller, {
      event: 'user.delete_cancelled',
      actorId,
      resource: { type: 'user', id: userId },
    })

  return {
    /** Can be called again when the first call was cut off. Throws `conflict` once the erasure has begun. */
    async cancel(receipt: string, caller: Caller): Promise<void> {
      const { id, userId } = await findByReceipt(receipt)
      await stop(id)
      let isRestored = false
      const { value: account } = await users.changeUser(userId, (latest) => {
        isRestored = latest.deletion?.id === id
        if (!isRestored) return latest
        const { deletion, ...rest } = latest
        return { ...rest, status: deletion?.statusBefore ?? 'active', updatedAt: iso(clock.now()) }
      })
      if (!isRestored) return
      users.announce(account)
      await record(caller, userId, null)
    },

    /** The account is given back by who says that its owner did not ask for this. Throws `conflict` likewise. */
    async disown({ deletionId, userId, caller }: DisownedDeletion): Promise<void> {
      if (await stop(deletionId)) await record(caller, userId, userId)
    },
  }
}
