import type { ProviderName } from '../../../ports/identity-providers.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { User } from '../users/users.model.ts'
import type { Identities, NewLink } from './identities.ts'
import type { Notices } from './notices.ts'

type Facts = Readonly<Record<string, string>>

/** A link that waits for a proof, as a one-time token remembers it. */
export const factsOfLink = ({ id, provider, email }: NewLink): Facts => ({
  identity: id,
  provider,
  ...(email === null ? {} : { email }),
})

/** Null where nothing waits to be linked. */
export function linkOfFacts({ identity, provider, email }: Facts): NewLink | null {
  if (identity === undefined || provider === undefined) return null
  return { id: identity, provider: provider as ProviderName, email: email ?? null }
}

/** Links a provider's account for good, once all is proved that was to be: on the record, and told. */
export const createLinkIdentity =
  ({ identities, audit, notices }: { identities: Identities; audit: Recording; notices: Notices }) =>
  async (user: User, link: NewLink, caller: Caller): Promise<User> => {
    const linked = await identities.link(user, link)
    const linkedAt = linked.identities?.find(({ id }) => id === link.id)?.linkedAt ?? linked.updatedAt
    await Promise.all([
      audit.record(caller, {
        event: 'user.identity_linked',
        actorId: linked.id,
        resource: { type: 'user', id: linked.id },
        changedFields: ['identities'],
      }),
      notices.secondFactorChanged(linked, linkedAt),
    ])
    return linked
  }

export type LinkIdentity = ReturnType<typeof createLinkIdentity>
