import { encodeBase64url } from '../../../ports/base64url.ts'
import { collection, DocumentExists } from '../../../ports/documents.ts'
import type { ProvidedIdentity, ProviderName } from '../../../ports/identity-providers.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import { factorsOf } from './second-factors.ts'

/** Whose a provider's account is. The document is the claim: a provider's account signs in to one account here. */
export interface Identity {
  /** SHA-256 of issuer and subject, base64url. */
  readonly id: string
  readonly userId: string
}

/** Partition `id`, so that one identity can be claimed once and signing in by it is two point reads. */
export const identities = collection<Identity>()({ name: 'Identities', partition: 'id', paths: {} })

/** Nothing this account was given signs in to it: only a mail to its address would help. */
export const hasNoWayIn = (user: User): boolean =>
  user.passwordHash === null && !user.identities?.length && factorsOf(user).passkeys.length === 0

/** A claim alone is not enough, but where it is all that a signup which was cut off has left. */
const isSignedInBy = (user: User, id: string): boolean =>
  (user.identities ?? []).some((identity) => identity.id === id) || hasNoWayIn(user)

export async function identityId({ issuer, subject }: ProvidedIdentity): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([issuer, subject]))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}

/** The accounts of other organisations that sign in to accounts here. */
export function createIdentities(
  { clock, documents }: Needs<'clock' | 'documents'>,
  { users }: { readonly users: Users },
) {
  return {
    async ownerOf(id: string): Promise<User | null> {
      const claim = await documents.read(identities, { partition: id, id })
      const owner = claim && (await users.read(claim.value.userId))?.value
      return owner && isSignedInBy(owner, id) ? owner : null
    },

    /**
     * Claims, then notes it on the account with `change`: a crash in between leaves a claim, and asking again
     * completes it. A claim whose account is gone, or has let go of it, is taken over.
     */
    async link(
      user: User,
      id: string,
      { provider, email }: { readonly provider: ProviderName; readonly email: string | null },
      change: (latest: User) => User = (latest) => latest,
    ): Promise<User> {
      try {
        await documents.insert(identities, { id, userId: user.id })
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
        const claim = await documents.read(identities, { partition: id, id })
        if (!claim) throw conflict()
        if (claim.value.userId !== user.id) {
          const holder = (await users.read(claim.value.userId))?.value
          if (holder && isSignedInBy(holder, id)) throw conflict()
          await documents.replace(identities, { id, userId: user.id }, claim.version)
        }
      }
      const linkedAt = new Date(clock.now()).toISOString()
      const { value: linked } = await users.changeUser(user.id, (latest) => {
        const changed = change(latest)
        const others = (changed.identities ?? []).filter((identity) => identity.id !== id)
        return { ...changed, identities: [...others, { id, provider, email, linkedAt }] }
      })
      return linked
    },

    /** The note goes first: a crash in between leaves a claim that signs nobody in. */
    async unlink(actor: Actor, id: string, change: (latest: User) => User): Promise<User> {
      const { userId } = actor
      const { value: changed } = await users.changeAs(actor, userId, change)
      const claim = await documents.read(identities, { partition: id, id })
      if (claim?.value.userId === userId)
        await documents.remove(identities, { partition: id, id }, claim.version)
      return changed
    },
  }
}

export type Identities = ReturnType<typeof createIdentities>
