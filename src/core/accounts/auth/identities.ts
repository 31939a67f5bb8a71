import { encodeBase64url } from '../../../ports/base64url.ts'
import { collection, DocumentExists, type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { ProvidedIdentity, ProviderName } from '../../../ports/identity-providers.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import { hasNoWayIn, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { LinkedIdentity } from '../users/ways-in.model.ts'

/** Whose a provider's account is. The document is the claim: a provider's account signs in to one account here. */
export interface Identity {
  /** SHA-256 of issuer and subject, base64url. */
  readonly id: string
  readonly userId: string
}

/** Partition `id`, so that one identity can be claimed once and signing in by it is two point reads. */
export const identities = collection<Identity>()({ name: 'Identities', partition: 'id', paths: {} })

/**
 * A claim alone is not enough, but where it is all that a signup which was cut off has left: of what was taken back
 * from an account the claims stay, and sign nobody in.
 */
const isSignedInBy = (user: User, id: string): boolean =>
  user.identities === undefined ? hasNoWayIn(user) : user.identities.some((identity) => identity.id === id)

/** A provider's account that is to sign in. */
export interface NewLink {
  readonly id: string
  readonly provider: ProviderName
  readonly email: string | null
}

export async function identityId({ issuer, subject }: ProvidedIdentity): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([issuer, subject]))
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)))
}

const without = (known: readonly LinkedIdentity[], id: string) =>
  known.filter((identity) => identity.id !== id)
const withIdentities = (
  user: User,
  change: (known: readonly LinkedIdentity[]) => readonly LinkedIdentity[],
): User => ({ ...user, identities: change(user.identities ?? []) })

/** The accounts of other organisations that sign in to accounts here. */
export function createIdentities(
  { clock, documents }: Needs<'clock' | 'documents'>,
  { users }: { readonly users: Users },
) {
  const write = (userId: string, actor: Actor | undefined, change: (latest: User) => User) =>
    actor ? users.changeAs(actor, userId, change) : users.changeUser(userId, change)

  async function claim(userId: string, id: string): Promise<Stored<Identity>> {
    try {
      return await documents.insert(identities, { id, userId })
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
    }
    const known = await documents.read(identities, { partition: id, id })
    if (!known) throw conflict()
    if (known.value.userId === userId) return known
    const holder = (await users.read(known.value.userId))?.value
    if (holder && isSignedInBy(holder, id)) throw conflict()
    return replaceClaim({ id, userId }, known.version)
  }

  async function replaceClaim(claimed: Identity, version: string): Promise<Stored<Identity>> {
    try {
      return await documents.replace(identities, claimed, version)
    } catch (error) {
      if (error instanceof VersionMismatch) throw conflict()
      throw error
    }
  }

  /** False when another account has taken the claim over before this one was noted. */
  async function confirm({ value, version }: Stored<Identity>): Promise<boolean> {
    try {
      await documents.replace(identities, value, version)
      return true
    } catch (error) {
      if (!(error instanceof VersionMismatch)) throw error
      const latest = await documents.read(identities, { partition: value.id, id: value.id })
      return latest?.value.userId === value.userId
    }
  }

  /** What is not claimed any more is not noted either. */
  const release = (userId: string, id: string) =>
    users.changeUser(userId, (latest) => withIdentities(latest, (known) => without(known, id)))

  return {
    async ownerOf(id: string): Promise<User | null> {
      const claim = await documents.read(identities, { partition: id, id })
      const owner = claim && (await users.read(claim.value.userId))?.value
      return owner && isSignedInBy(owner, id) ? owner : null
    },

    /**
     * Claims, notes it on the account with `change`, and writes the claim once more: of two accounts that were given one
     * identity at the same time, one keeps it. A crash in between leaves a claim, and asking again completes it. A claim
     * whose account is gone, or has let go of it, is taken over. `user` is the account as what was proved was compared
     * with it, `actor` whose session it is if it is one. Throws `conflict` where the account was secured since, and where
     * the identity signs in to another one.
     */
    async link(
      user: User,
      { id, provider, email }: NewLink,
      change: (latest: User) => User = (latest) => latest,
      actor?: Actor,
    ): Promise<User> {
      const claimed = await claim(user.id, id)
      const linkedAt = new Date(clock.now()).toISOString()
      const { value: linked } = await write(user.id, actor, (latest) => {
        if (latest.securityEpoch !== user.securityEpoch) throw conflict()
        const sessionId = actor?.sessionId ?? null
        const added = { id, provider, email, linkedAt, sessionId }
        return withIdentities(change(latest), (known) => [...without(known, id), added])
      })
      if (!(await confirm(claimed))) {
        await release(user.id, id)
        throw conflict()
      }
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
