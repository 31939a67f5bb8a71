import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import { hasRole, invitesAs, rules } from './actions.model.ts'
import { newcomer, numberChanges } from './change-conversation.ts'
import { type ChatSettings, type Conversation, maxMembers, tooManyMembers } from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import type { CanWriteTo } from './create-conversation.ts'
import {
  type Entry,
  type Head,
  isInvitation,
  memberOf,
  messages,
  type StoredInvitation,
} from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import { readInvitationToken } from './invitation-token.ts'
import type { InvitationPreview } from './invitations.model.ts'
import type { ReadPeople } from './people.ts'
import type { Permissions } from './permissions.ts'
import type { Throttle } from './throttle.ts'

/**
 * What somebody makes of an invitation. Whatever is wrong with it is answered alike: there is nothing here. See
 * docs/adr/0044-invitations-by-link.md.
 */
export function createAcceptInvitation(
  { documents, clock, ciphers }: Needs<'documents' | 'clock' | 'ciphers'>,
  parts: {
    readonly log: ConversationLog
    readonly inbox: Inbox
    readonly conversations: ConversationView
    readonly canWriteTo: CanWriteTo
    readonly readPeople: ReadPeople
    readonly isActive: (userId: string) => Promise<boolean>
    readonly permissions: Permissions
    readonly throttle: Throttle
    readonly settings: ChatSettings
  },
) {
  const { log, inbox, conversations, canWriteTo, readPeople, isActive, permissions, throttle, settings } =
    parts

  async function find(token: string): Promise<Stored<StoredInvitation>> {
    const wanted = await readInvitationToken(ciphers, token)
    if (!wanted) throw notFound()
    const { partition, id, secretHash } = wanted
    const stored = await documents.read<Entry>(messages, { partition, id })
    if (!stored || !isInvitation(stored) || stored.value.secretHash !== secretHash) throw notFound()
    return stored
  }

  /**
   * Throws unless it lets this person in: whoever made it may still invite, can sign in, and neither has blocked the other;
   * others have not removed this person since; and guests come to staff alone.
   */
  async function requireGood(invitation: StoredInvitation, head: Head, actor: Actor): Promise<void> {
    const { invitedBy, role, maxUses, uses } = invitation
    const host = memberOf(head, invitedBy)
    if (!host || !hasRole(host.role, rules.invite.group) || !hasRole(invitesAs(host.role), role))
      throw notFound()
    if (maxUses !== null && uses >= maxUses) throw notFound()
    const [isHostActive, areBlocked, left, mayMeet] = await Promise.all([
      isActive(invitedBy),
      permissions.areBlocked(actor.userId, invitedBy),
      inbox.readLeft(actor.userId, head.conversationId),
      actor.role === 'guest' ? canWriteTo(actor, invitedBy) : true,
    ])
    const isRemoved = (left?.removedSeq ?? 0) > invitation.seq
    if (!isHostActive || areBlocked || isRemoved || !mayMeet) throw notFound()
  }

  async function open(actor: Actor, token: string) {
    await throttle('openInvitation', actor.userId)
    const { value: invitation } = await find(token)
    const head = (await log.readHead(invitation.conversationId))?.value
    if (!head) throw notFound()
    const isMember = memberOf(head, actor.userId) !== undefined
    if (!isMember) await requireGood(invitation, head, actor)
    return { invitation, head, isMember }
  }

  return {
    async look(actor: Actor, token: string): Promise<InvitationPreview> {
      const { invitation, head, isMember } = await open(actor, token)
      const { invitedBy, role, expiresAt } = invitation
      const people = await readPeople([invitedBy])
      const { conversationId: id, name, avatar, members } = head
      return {
        conversation: { id, name, avatar, memberCount: members.length },
        invitedBy: { name: people.get(invitedBy)?.name ?? '' },
        role,
        isMember,
        expiresAt,
      }
    },

    /** Who is in already is answered the same, and uses nothing up. Throws `conflict` when the group is full. */
    async accept(actor: Actor, token: string): Promise<Conversation> {
      const { userId } = actor
      const { invitation, isMember } = await open(actor, token)
      const { conversationId } = invitation
      if (!isMember) {
        const at = new Date(clock.now()).toISOString()
        await inbox.expect(userId, conversationId, at)
        await log.change(conversationId, async (head): Promise<Planned<null>> => {
          if (memberOf(head, userId)) return { head, entries: [], result: null }
          const { value: latest, version } = await find(token)
          await requireGood(latest, head, actor)
          if (head.members.length >= maxMembers) throw tooManyMembers()
          const { role } = latest
          const facts = [{ event: 'member.added', userId, role }] as const
          const numbered = numberChanges(head, facts, at, settings)
          const came = newcomer(userId, role, at, numbered.head.seq, head.count)
          // Leaving and coming back is no way around slow mode.
          const wasHere = (await inbox.readLeft(userId, conversationId)) !== null
          const members = [...head.members, wasHere ? { ...came, wroteAt: at } : came]
          return {
            head: { ...numbered.head, members },
            entries: numbered.entries,
            beside: [{ replace: { ...latest, uses: latest.uses + 1 }, version }],
            result: null,
          }
        })
      }
      const { head } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
      return conversations.view(head, userId)
    },

    /** Who says so is not kept. An invitation for one is over then. */
    async decline(actor: Actor, token: string): Promise<void> {
      const { isMember } = await open(actor, token)
      if (isMember) return
      await retryOnConflict(async () => {
        const { value, version } = await find(token)
        const key = { partition: value.conversationId, id: value.id }
        if (value.maxUses === 1) await documents.remove(messages, key, version)
        else await documents.replace<Entry>(messages, { ...value, declined: value.declined + 1 }, version)
      })
    },
  }
}
