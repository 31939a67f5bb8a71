import { DocumentExists } from '../../ports/documents.ts'
import type { Needs } from '../../ports/ports.ts'
import { createPutDocument } from '../put-document.ts'
import type { ChangeUser } from './change-user.ts'
import { type User, type UserEmail, userEmails, userExists } from './users.model.ts'

const settlingMs = 10 * 60_000

/**
 * Moves an account to another address. The new one is reserved first, then the account goes by it, then the old one
 * is reserved for a while: a crash in between leaves an account with one address, and reservations that end by
 * themselves. Throws `user_exists` when the new address is somebody else's.
 */
export const createChangeAddress = (needs: Needs<'documents' | 'clock'>, changeUser: ChangeUser) => {
  const { documents, clock } = needs
  const put = createPutDocument(needs)
  const after = (ms: number) => new Date(clock.now() + ms).toISOString()

  async function reserve(userId: string, email: string): Promise<void> {
    const claim: UserEmail = { id: email, userId, reservedUntil: after(settlingMs) }
    try {
      await documents.insert(userEmails, claim)
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      const stored = await documents.read(userEmails, { partition: email, id: email })
      if (stored?.value.userId !== userId) throw userExists()
    }
  }

  return async (
    userId: string,
    email: string,
    keepOldForMs: number,
    change: (latest: User) => User,
  ): Promise<{ readonly user: User; readonly previous: string }> => {
    await reserve(userId, email)
    let previous = ''
    const { value: user } = await changeUser(userId, (latest) => {
      previous = latest.email
      return { ...change(latest), email }
    })
    const settle = (address: string, reservedUntil?: string) =>
      put(userEmails, { partition: address, id: address }, (claim) =>
        claim?.userId === userId
          ? { id: address, userId, ...(reservedUntil === undefined ? {} : { reservedUntil }) }
          : claim,
      )
    await settle(email)
    if (previous !== email) await settle(previous, after(keepOldForMs))
    return { user, previous }
  }
}
