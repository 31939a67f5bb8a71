import type { DocumentStore } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { forbidden } from '../../kernel/errors.ts'
import { hasRole, invitesAs } from './actions.model.ts'
import type { ChatSettings } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import {
  type Entry,
  invitationPrefix,
  isInvitation,
  messages,
  type StoredInvitation,
} from './entries.model.ts'
import { newInvitationToken } from './invitation-token.ts'
import {
  type Invitation,
  type IssuedInvitation,
  maxInvitations,
  type NewInvitation,
  tooManyInvitations,
} from './invitations.model.ts'
import type { Permissions } from './permissions.ts'
import type { Throttle } from './throttle.ts'

export const viewOfInvitation = (stored: StoredInvitation): Invitation => ({
  id: stored.id.slice(invitationPrefix.length),
  conversationId: stored.conversationId,
  invitedBy: stored.invitedBy,
  role: stored.role,
  createdAt: stored.createdAt,
  expiresAt: stored.expiresAt,
  maxUses: stored.maxUses,
  uses: stored.uses,
  declined: stored.declined,
})

/** Those of a conversation that are not over, newest first. */
export async function readInvitations(
  documents: DocumentStore,
  conversationId: string,
): Promise<readonly StoredInvitation[]> {
  const { items } = await documents.query<Entry, typeof messages.paths>(messages, {
    path: 'byKind',
    partition: conversationId,
    equals: { kind: 'invitation' },
    direction: 'desc',
    limit: 2 * maxInvitations,
  })
  return items.filter(isInvitation).map(({ value }) => value)
}

/** Links by which people come into a group, for those who may invite. */
export function createInvite(
  { documents, clock, ids, ciphers }: Needs<'documents' | 'clock' | 'ids' | 'ciphers'>,
  parts: {
    readonly log: ConversationLog
    readonly permissions: Permissions
    readonly throttle: Throttle
    readonly settings: ChatSettings
  },
) {
  const { log, permissions, throttle, settings } = parts

  return {
    /** The link is handed out here and never again. */
    async invite(
      actor: Actor,
      conversationId: string,
      { expiresInSeconds, maxUses, role }: NewInvitation,
    ): Promise<IssuedInvitation> {
      const { head, member } = permissions.requireIn(
        'invite',
        (await log.readHead(conversationId))?.value,
        actor,
      )
      if (!hasRole(invitesAs(member.role), role)) throw forbidden()
      await throttle('invite', actor.userId)
      if ((await readInvitations(documents, conversationId)).length >= maxInvitations)
        throw tooManyInvitations()
      const id = ids.next()
      const { token, secretHash } = await newInvitationToken(ciphers, conversationId, id)
      const nowMs = clock.now()
      const stored: StoredInvitation = {
        id: invitationPrefix + id,
        conversationId,
        seq: head.seq,
        kind: 'invitation',
        isNumbered: 'no',
        threadKey: '',
        secretHash,
        invitedBy: actor.userId,
        role,
        createdAt: new Date(nowMs).toISOString(),
        expiresAt: new Date(nowMs + expiresInSeconds * 1_000).toISOString(),
        maxUses: maxUses ?? null,
        uses: 0,
        declined: 0,
      }
      await documents.insert<Entry>(messages, stored)
      return { ...viewOfInvitation(stored), token, url: `${settings.pageUrl}#invitation=${token}` }
    },

    /** Those that are not over, newest first. */
    async list(actor: Actor, conversationId: string): Promise<{ items: Invitation[] }> {
      permissions.requireIn('invite', (await log.readHead(conversationId))?.value, actor)
      return { items: (await readInvitations(documents, conversationId)).map(viewOfInvitation) }
    },

    /** One's own, and those of people below oneself. */
    async revoke(actor: Actor, conversationId: string, invitationId: string): Promise<void> {
      const head = (await log.readHead(conversationId))?.value
      permissions.requireIn('invite', head, actor)
      const key = { partition: conversationId, id: invitationPrefix + invitationId }
      const stored = await documents.read<Entry>(messages, key)
      if (!stored || !isInvitation(stored)) return
      const { invitedBy } = stored.value
      if (invitedBy !== actor.userId) permissions.requireInOver('invite', head, actor, invitedBy)
      await documents.remove(messages, key)
    },
  }
}
