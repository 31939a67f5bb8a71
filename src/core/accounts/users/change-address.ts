import { type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { createPutDocument } from '../../kernel/put-document.ts'
import { createIsLetGo } from './let-go.ts'
import { type User, userEmails, userExists } from './users.model.ts'

const settlingMs = 10 * 60_000

/**
 * Moves an account to another address. The new one is reserved first, then the account goes by it, then the old one
 * is reserved for a while, so that the account may have it back; no longer than it takes to settle where nobody had
 * proved it, for whoever reads that mailbox may be waiting for it. A crash in between leaves an account with one
 * address, and reservations that end by themselves. `write` changes the account, by what it is given beside its own
 * change. Throws `user_exists` when the new address is somebody else's.
 */
export const createChangeAddress = (needs: Needs<'documents' | 'clock'>) => {
  const { clock, documents } = needs
  const isLetGo = createIsLetGo(needs)
  const put = createPutDocument(needs)
  const after = (ms: number) => new Date(clock.now() + ms).toISOString()

  /** An older reservation is written anew, so that a sweep that found it over leaves it alone. */
  async function reserve(userId: string, email: string): Promise<void> {
    const known = await documents.read(userEmails, { partition: email, id: email })
    if (known && known.value.userId !== userId && (await isLetGo(known)))
      await documents
        .replace(userEmails, { id: email, userId, reservedUntil: after(settlingMs) }, known.version)
        .catch((error: unknown) => {
          if (!(error instanceof VersionMismatch)) throw error
        })
    await put(userEmails, { partition: email, id: email }, (claim) => {
      if (claim && claim.userId !== userId) throw userExists()
      const isInForce = claim && claim.reservedUntil === undefined
      return isInForce ? claim : { id: email, userId, reservedUntil: after(settlingMs) }
    })
  }

  return async (
    userId: string,
    email: string,
    keepOldForMs: number,
    write: (apply: (latest: User, changed: User) => User) => Promise<Stored<User>>,
  ): Promise<{ readonly user: User; readonly previous: string }> => {
    await reserve(userId, email)
    let previous = ''
    let wasProved = false
    const { value: user } = await write((latest, changed) => {
      previous = latest.email
      wasProved = latest.emailVerified
      return { ...changed, email }
    })
    const settle = (address: string, reservedUntil?: string) =>
      put(userEmails, { partition: address, id: address }, (claim) =>
        claim?.userId === userId
          ? { id: address, userId, ...(reservedUntil === undefined ? {} : { reservedUntil }) }
          : claim,
      )
    await settle(email)
    const keptForMs = wasProved ? keepOldForMs : Math.min(keepOldForMs, settlingMs)
    if (previous !== email) await settle(previous, after(keptForMs))
    return { user, previous }
  }
}
