import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict, notFound } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { hasNoWayIn, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { IdentifyByProvider } from './identify-by-provider.ts'
import { type IdentityView, lastWayIn, type ProviderAnswer } from './identities.model.ts'
import { type Identities, identityId } from './identities.ts'
import type { Notices } from './notices.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'

/**
 * The providers' accounts that sign in to one's own, from inside a session. Every change ends the other sessions and is
 * on the record.
 */
export function createChangeIdentities(
  { clock }: Needs<'clock'>,
  {
    users,
    identities,
    identify,
    sessions,
    audit,
    notices,
  }: {
    readonly users: Users
    readonly identities: Identities
    readonly identify: IdentifyByProvider
    readonly sessions: Sessions
    readonly audit: Recording
    readonly notices: Notices
  },
) {
  const withNewEpoch = (user: User): User => ({
    ...user,
    securityEpoch: user.securityEpoch + 1,
    updatedAt: new Date(clock.now()).toISOString(),
  })

  async function finish(
    actor: Actor,
    event: string,
    changed: User,
    since: string,
    caller: Caller,
  ): Promise<Credentials | null> {
    const credentials = await sessions.renew(actor, changed, caller)
    await Promise.all([
      audit.record(caller, {
        event,
        actorId: actor.userId,
        sessionId: actor.sessionId,
        resource: { type: 'user', id: actor.userId },
        changedFields: ['identities'],
      }),
      notices.secondFactorChanged(changed, since),
    ])
    return credentials
  }

  return {
    async list(actor: Actor): Promise<IdentityView[]> {
      const { identities: linked = [] } = await users.readOwn(actor)
      return linked.map(({ id, provider, email, linkedAt }) => ({ id, provider, email, linkedAt }))
    },

    /**
     * Whoever is signed in, and has proved it again, needs no password to add another way in. Throws `conflict` for a
     * provider's account that signs in already, here or to somebody else.
     */
    async add(
      actor: Actor,
      answer: ProviderAnswer,
      caller: Caller,
    ): Promise<{ readonly identity: IdentityView; readonly credentials: Credentials | null }> {
      const provided = await identify(answer)
      const id = await identityId(provided)
      const user = await users.readOwn(actor)
      if ((user.identities ?? []).some((known) => known.id === id)) throw conflict()
      const link = { id, provider: answer.provider, email: provided.email }
      const changed = await identities.link(user, link, withNewEpoch, actor)
      const added = changed.identities?.find((linked) => linked.id === id)
      if (!added) throw conflict()
      const { provider, email, linkedAt } = added
      return {
        identity: { id, provider, email, linkedAt },
        credentials: await finish(actor, 'user.identity_linked', changed, linkedAt, caller),
      }
    },

    /** Throws `conflict` rather than take away the only way in. */
    async remove(actor: Actor, id: string, caller: Caller): Promise<Credentials | null> {
      const changed = await identities.unlink(actor, id, (latest) => {
        const left = (latest.identities ?? []).filter((identity) => identity.id !== id)
        if (left.length === (latest.identities ?? []).length) throw notFound()
        const unlinked = { ...latest, identities: left }
        if (hasNoWayIn(unlinked)) throw lastWayIn()
        return withNewEpoch(unlinked)
      })
      return finish(actor, 'user.identity_unlinked', changed, changed.updatedAt, caller)
    },
  }
}
