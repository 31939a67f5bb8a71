import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { forbidden, notFound, preconditionFailed } from '../../kernel/errors.ts'
import { meets, type Precondition } from '../../kernel/precondition.ts'
import { conversationGroup } from '../../platform/realtime/realtime.model.ts'
import {
  type AddMembers,
  type ChatSettings,
  type Conversation,
  maxMembers,
  tooManyMembers,
  type UpdateConversation,
} from './chat.model.ts'
import type { ConversationLog, Planned } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import type { CanWriteTo } from './create-conversation.ts'
import {
  type Change,
  type ChangeFacts,
  type Head,
  isPinned,
  type Member,
  type MemberRole,
  memberOf,
  notBefore,
  settingsOf,
} from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import type { Permissions } from './permissions.ts'

/** When what is written now is to be forgotten. */
export const expiryOf = (at: string, { retentionMs }: ChatSettings): { readonly expiresAt?: string } =>
  retentionMs === null ? {} : { expiresAt: new Date(Date.parse(at) + retentionMs).toISOString() }

/** What was deleted is no longer pinned, whoever deleted it and for whatever reason. */
function withoutPinsOfDeleted(
  head: Head,
  facts: readonly ChangeFacts[],
): { readonly head: Head; readonly facts: readonly ChangeFacts[] } {
  const gone = new Set(
    facts.flatMap((each) =>
      each.event === 'message.deleted' && isPinned(head, each.messageId) ? [each.messageId] : [],
    ),
  )
  if (gone.size === 0) return { head, facts }
  return {
    head: { ...head, pins: head.pins?.filter(({ messageId }) => !gone.has(messageId)) ?? [] },
    facts: facts.flatMap((each): readonly ChangeFacts[] =>
      each.event === 'message.deleted' && gone.has(each.messageId)
        ? [each, { event: 'message.unpinned', messageId: each.messageId, userId: null }]
        : [each],
    ),
  }
}

/** Numbers one change after another and applies them to the head, whose place in lists they leave as it is. */
export function numberChanges(
  before: Head,
  made: readonly ChangeFacts[],
  now: string,
  settings: ChatSettings,
): { readonly head: Head; readonly entries: readonly Change[] } {
  const { head, facts } = withoutPinsOfDeleted(before, made)
  const { conversationId, seq } = head
  const at = notBefore(head, now)
  const lastMessageAt = head.lastMessageAt ?? head.updatedAt
  const entries = facts.map(
    (each, index): Change => ({
      id: `change~${seq + index + 1}`,
      conversationId,
      seq: seq + index + 1,
      kind: 'change',
      isNumbered: 'yes',
      threadKey: '',
      at,
      facts: each,
      ...expiryOf(at, settings),
    }),
  )
  return { head: { ...head, seq: seq + facts.length, updatedAt: at, lastMessageAt }, entries }
}

/** Somebody who comes in by the change `seq`, when there were `count` messages. */
export const newcomer = (
  userId: string,
  role: MemberRole,
  at: string,
  seq: number,
  count: number,
): Member => ({ userId, role, joinedAt: at, joinedSeq: seq, sent: { seq, count, at } })

/** The address of a picture that this person uploaded for the conversation. */
export type AvatarOf = (actor: Actor, fileId: string, conversationId: string) => Promise<string>

export function createChangeConversation(
  { realtime, clock, log: events }: Needs<'realtime' | 'clock' | 'log'>,
  parts: {
    readonly log: ConversationLog
    readonly inbox: Inbox
    readonly conversations: ConversationView
    readonly canWriteTo: CanWriteTo
    readonly avatarOf: AvatarOf
    readonly permissions: Permissions
    readonly isActive: (userId: string) => Promise<boolean>
    readonly settings: ChatSettings
  },
) {
  const { log, inbox, conversations, canWriteTo, avatarOf, permissions, isActive, settings } = parts
  const now = () => new Date(clock.now()).toISOString()

  const isRunning = async ({ role, userId }: Member): Promise<boolean> =>
    role === 'admin' && (await isActive(userId))

  /** Somebody who is there and can sign in, so that a group never stands without anybody to run it. */
  async function isRun(members: readonly Member[]): Promise<boolean> {
    for (const member of members) if (await isRunning(member)) return true
    return false
  }

  /** Who runs the group when nobody is left to: the eldest moderator, or else the eldest member. */
  async function successorAmong(members: readonly Member[]): Promise<Member | undefined> {
    const inLine = [...members.filter(({ role }) => role === 'moderator'), ...members]
    for (const member of inLine) if (await isActive(member.userId)) return member
    return members.some(({ role }) => role === 'admin') ? undefined : inLine[0]
  }

  /** One member less. */
  async function without(head: Head, userId: string): Promise<Planned<null>> {
    const left = head.members.filter((member) => member.userId !== userId)
    const successor = (await isRun(left)) ? undefined : await successorAmong(left)
    const facts: ChangeFacts[] = [{ event: 'member.removed', userId }]
    if (successor) facts.push({ event: 'member.added', userId: successor.userId, role: 'admin' })
    const at = now()
    const numbered = numberChanges(head, facts, at, settings)
    const members = left.map((member) =>
      member === successor ? { ...member, role: 'admin' as const } : member,
    )
    // Nobody can come back to an empty conversation: it goes with its messages.
    const expiry = members.length === 0 ? expiryOf(at, settings) : {}
    return { head: { ...numbered.head, members, ...expiry }, entries: numbered.entries, result: null }
  }

  /** Deaf before the commit, so that no crash afterwards leaves a former member listening. */
  async function remove(
    conversationId: string,
    userId: string,
    check: (head: Head) => void,
    isByOthers = false,
  ): Promise<void> {
    const current = (await log.readHead(conversationId))?.value
    if (!current) throw notFound()
    check(current)
    if (!memberOf(current, userId)) return
    try {
      await realtime.removeFromGroup(userId, conversationGroup(conversationId))
    } catch (error) {
      events.error('removed_member_may_listen', error)
    }
    await log.change(conversationId, async (head): Promise<Planned<null>> => {
      check(head)
      if (!memberOf(head, userId)) return { head, entries: [], result: null }
      if (isByOthers) await inbox.noteRemoval(userId, conversationId, head.seq + 1)
      return without(head, userId)
    })
    await inbox.remove(userId, conversationId)
  }

  const viewAfter = async (conversationId: string, actor: Actor): Promise<Stored<Conversation>> => {
    const stored = await log.readHead(conversationId)
    const { head } = permissions.requireIn('read', stored?.value, actor)
    return { value: await conversations.view(head, actor.userId), version: stored?.version ?? '' }
  }

  return {
    async update(
      actor: Actor,
      conversationId: string,
      change: UpdateConversation,
      expected?: Precondition,
    ): Promise<Stored<Conversation>> {
      const stored = await log.readHead(conversationId)
      if (!stored) throw notFound()
      permissions.requireIn('manageSettings', stored.value, actor)
      if (!meets(expected, stored.version)) throw preconditionFailed()
      const avatar = change.avatar ? await avatarOf(actor, change.avatar, conversationId) : change.avatar
      await log.change(conversationId, (head): Planned<null> => {
        permissions.requireIn('manageSettings', head, actor)
        if (expected && head.seq !== stored.value.seq) throw preconditionFailed()
        const before = { name: head.name, avatar: head.avatar, settings: settingsOf(head) }
        const changed = {
          name: change.name ?? head.name,
          avatar: avatar === undefined ? head.avatar : avatar,
          settings: {
            posting: change.settings?.posting ?? before.settings.posting,
            slowModeSeconds: change.settings?.slowModeSeconds ?? before.settings.slowModeSeconds,
          },
        }
        if (JSON.stringify(changed) === JSON.stringify(before)) return { head, entries: [], result: null }
        const numbered = numberChanges(head, [{ event: 'conversation.updated', ...changed }], now(), settings)
        return { head: { ...numbered.head, ...changed }, entries: numbered.entries, result: null }
      })
      return viewAfter(conversationId, actor)
    },

    async addMembers(
      actor: Actor,
      conversationId: string,
      { userIds, role }: AddMembers,
    ): Promise<Stored<Conversation>> {
      const current = (await log.readHead(conversationId))?.value
      if (!current) throw notFound()
      permissions.requireIn('manageMembers', current, actor)
      const wanted = [...new Set(userIds)]
      const newcomers = wanted.filter((userId) => !memberOf(current, userId))
      const allowed = await Promise.all(newcomers.map((userId) => canWriteTo(actor, userId)))
      if (allowed.includes(false)) throw notFound()
      const at = now()
      await Promise.all(newcomers.map((userId) => inbox.expect(userId, conversationId, at)))
      await log.change(conversationId, async (head): Promise<Planned<null>> => {
        permissions.requireIn('manageMembers', head, actor)
        const changing = wanted.filter((userId) => memberOf(head, userId)?.role !== role)
        if (changing.some((userId) => !memberOf(head, userId) && !newcomers.includes(userId)))
          throw notFound()
        if (role !== 'member' || changing.some((userId) => memberOf(head, userId)))
          permissions.requireIn('manageRoles', head, actor)
        const numbered = numberChanges(
          head,
          changing.map((userId) => ({ event: 'member.added', userId, role })),
          at,
          settings,
        )
        const members = head.members.map((member) =>
          changing.includes(member.userId) ? { ...member, role } : member,
        )
        for (const { facts, seq } of numbered.entries)
          if (facts.event === 'member.added' && !memberOf(head, facts.userId))
            members.push(newcomer(facts.userId, role, at, seq, head.count))
        if (members.length > maxMembers) throw tooManyMembers()
        if (!(await isRun(members))) throw forbidden()
        return { head: { ...numbered.head, members }, entries: numbered.entries, result: null }
      })
      return viewAfter(conversationId, actor)
    },

    removeMember: (actor: Actor, conversationId: string, userId: string): Promise<void> =>
      remove(
        conversationId,
        userId,
        (head) => {
          permissions.requireInOver('manageMembers', head, actor, userId)
        },
        actor.userId !== userId,
      ),

    /** Whoever it is, of whatever conversation: for an account that goes. */
    withdraw: (conversationId: string, userId: string): Promise<void> =>
      remove(conversationId, userId, () => {}),

    leave: (actor: Actor, conversationId: string): Promise<void> =>
      remove(conversationId, actor.userId, (head) => {
        permissions.requireIn('leave', head, actor)
      }),
  }
}
