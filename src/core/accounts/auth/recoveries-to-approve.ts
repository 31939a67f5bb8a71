import { DocumentExists } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { type OneTimeToken, oneTimeTokens } from './one-time-tokens.ts'

/** Stands for all of them. No token can be made for it: its shape is not one that a token has. */
const shelf = 'recoveries-to-approve'

/**
 * Accounts whose recovery was started and waits for somebody else to approve it, the oldest first. A note says where to look, and
 * goes with what it is about; whether a recovery waits is said by its token alone.
 */
export function createRecoveriesToApprove({ documents }: Needs<'documents'>) {
  const keyOf = (userId: string) => ({ partition: shelf, id: userId })
  return {
    /** Before the recovery is started. */
    async note(userId: string, expiresAt: string): Promise<void> {
      const note: OneTimeToken = {
        id: userId,
        subjectId: shelf,
        flow: 'recovery-noted',
        secretHash: '',
        codeHash: null,
        triesLeft: 0,
        facts: {},
        expiresAt,
        purgeAt: expiresAt,
      }
      await documents.remove(oneTimeTokens, keyOf(userId))
      try {
        await documents.insert(oneTimeTokens, note)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    },
    async forget(userId: string): Promise<void> {
      await documents.remove(oneTimeTokens, keyOf(userId))
    },
    /** Ids of accounts, at most `limit`. */
    async list(limit: number): Promise<readonly string[]> {
      const { items } = await documents.query(oneTimeTokens, {
        path: 'byExpiry',
        partition: shelf,
        equals: {},
        limit,
      })
      return items.map(({ value }) => value.id)
    },
  }
}

export type RecoveriesToApprove = ReturnType<typeof createRecoveriesToApprove>
