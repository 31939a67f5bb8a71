import type { Needs } from '../../../ports/ports.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import type { Actor } from '../../kernel/actor.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Mails } from '../../notifications/mails/mails.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Limits } from '../../platform/limits/limits.ts'
import { type ConnectionListener, conversationGroup } from '../../platform/realtime/realtime.model.ts'
import type { RealtimeGateway } from '../../platform/realtime/realtime.ts'
import type { Contacts } from '../contacts/contacts.ts'
import { createAcceptInvitation } from './accept-invitation.ts'
import { type AnnouncerNeeds, createAnnouncer } from './announcer.ts'
import { createChangeConversation } from './change-conversation.ts'
import { createChangeMessage } from './change-message.ts'
import { createChangeMine } from './change-mine.ts'
import type { ChatSettings, ConversationDetails, Typing } from './chat.model.ts'
import { createCompleteLists } from './complete-lists.ts'
import { createConversationLog } from './conversation-log.ts'
import { createConversationView } from './conversation-view.ts'
import { createCreateConversation } from './create-conversation.ts'
import { createDeviceEvents } from './device-events.ts'
import { type Entry, messages as everyMessage, isMessage } from './entries.model.ts'
import { createErasePerson } from './erase-person.ts'
import { createExportConversation } from './export-conversation.ts'
import { createInbox } from './inbox.ts'
import { createInvite } from './invite.ts'
import { createListConversations } from './list-conversations.ts'
import { createListMessages } from './list-messages.ts'
import { announcements, directPairs, inbox as inboxEntries, leftConversations } from './lists.model.ts'
import { createChooseMentions } from './mentions.ts'
import { publicIdOf } from './message-id.ts'
import { createModeration } from './moderation.ts'
import { createPeople } from './people.ts'
import { createPermissions } from './permissions.ts'
import { createChatPersonalData } from './personal-data.ts'
import { createPinMessage } from './pin-message.ts'
import { createPresence } from './presence.ts'
import { createReadMarks } from './read-marks.ts'
import { createReadThread } from './read-thread.ts'
import { createSearchMessages } from './search-messages.ts'
import { createSendMessage } from './send-message.ts'
import { createSync } from './sync.ts'
import { createThreads } from './threads.ts'
import { createThrottle, type ThrottleLimits } from './throttle.ts'

const catchUpEveryMs = 5_000
/** A device that was away for longer than this has no use for it. */
const typingTtlSeconds = 5
const maxMembersTyping = 100

export type ChatNeeds = AnnouncerNeeds & Needs<'cache' | 'ciphers' | 'messageSearch'>

export interface ChatBorrows {
  readonly users: Pick<Users, 'read' | 'profileChanged'>
  readonly auth: Pick<Auth, 'requireVerifiedEmail'>
  readonly contacts: Pick<Contacts, 'canWriteTo' | 'isBlocked' | 'blocked'>
  readonly files: Pick<
    Files,
    'bindToConversation' | 'releaseFromConversation' | 'avatars' | 'bindings' | 'groupPictures'
  >
  readonly limits: Pick<Limits, 'take'>
  readonly mails: Pick<Mails, 'waiting'>
  readonly audit: Pick<Recording, 'record'>
  readonly realtime: Pick<RealtimeGateway, 'connections'>
}

export interface ChatConfig {
  readonly chat: ChatSettings & { readonly limits: ThrottleLimits }
}

export function createChat(
  needs: ChatNeeds,
  { users, auth, contacts, files, limits, mails, audit, realtime }: ChatBorrows,
  { chat: settings }: ChatConfig,
) {
  const people = createPeople(needs, users)
  const permissions = createPermissions(needs, { isBlocked: contacts.isBlocked, isActive: people.isActive })
  const borrows = {
    users,
    settings,
    requireVerifiedEmail: auth.requireVerifiedEmail,
    canWriteTo: contacts.canWriteTo,
    permissions,
    isActive: people.isActive,
    chooseMentions: createChooseMentions({ isActive: people.isActive, isBlocked: permissions.areBlocked }),
    attachFiles: files.bindToConversation,
    detachFiles: files.releaseFromConversation,
    avatarOf: files.avatars.forGroup,
  }
  const { clock, defer, documents } = needs
  const throttle = createThrottle(limits.take, settings.limits)
  const inbox = createInbox(needs)
  const announcer = createAnnouncer(needs, inbox)
  const log = createConversationLog(needs, announcer)
  const conversationView = createConversationView(needs, people.read, permissions)
  const marks = createReadMarks(needs, log, announcer, inbox, permissions)
  const conversations = createListConversations(needs, {
    log,
    inbox,
    announcer,
    conversations: conversationView,
  })
  const mine = createChangeMine(needs, {
    log,
    permissions,
    inbox,
    announcer,
    conversations: conversationView,
  })
  const presence = createPresence(needs, announcer, conversations)
  const messages = createChangeMessage(needs, { log, marks, ...borrows })
  const pins = createPinMessage(needs, { log, marks, ...borrows })
  const threads = createThreads(needs, { log, marks, announcer, permissions })
  const readThread = createReadThread(needs)
  const sendMessage = createSendMessage(needs, { log, marks, readThread, throttle, ...borrows })

  /** Tells the others, unless that was done a moment ago. May be lost, so it is never refused. */
  async function type(actor: Actor, conversationId: string, { state }: Typing): Promise<void> {
    const { userId } = actor
    const { head } = permissions.requireIn('read', await log.recentHead(conversationId), actor)
    if (head.members.length > maxMembersTyping) return
    try {
      await permissions.require('type', head, actor)
      await throttle('typing', `${userId} ${conversationId} ${state}`)
    } catch (error) {
      if (error instanceof AppError) return
      throw error
    }
    const at = new Date(clock.now()).toISOString()
    const data = { conversationId, userId }
    defer.run('announce-typing', () =>
      announcer.publish(
        conversationGroup(conversationId),
        { event: state === 'start' ? 'typing.start' : 'typing.stop', conversationId, at, data },
        typingTtlSeconds,
      ),
    )
  }

  const jobs: readonly Job[] = [
    { name: 'announce-what-was-left', everyMs: catchUpEveryMs, run: announcer.catchUp },
    createCompleteLists(needs, { log, inbox }),
  ]
  const connections: ConnectionListener = {
    groupsOf: async (userId) => (await conversations.begin(userId)).map(conversationGroup),
    connected: ({ userId, connectionId }) => presence.renew(userId, connectionId),
    disconnected: ({ userId, connectionId }) => presence.end(userId, connectionId),
    events: createDeviceEvents({ ...borrows, sendMessage, read: marks.read, type, presence }),
  }

  const { withdraw, ...changing } = createChangeConversation(needs, {
    log,
    inbox,
    conversations: conversationView,
    ...borrows,
  })
  const invitations = createInvite(needs, { log, throttle, ...borrows })
  const invited = createAcceptInvitation(needs, {
    log,
    inbox,
    conversations: conversationView,
    readPeople: people.read,
    throttle,
    ...borrows,
  })
  const erasePerson = createErasePerson(needs, { log, withdraw, ...borrows })

  /** Which of these messages were sent, and are not deleted. */
  async function sentOf(conversationId: string, messageIds: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      messageIds.map((id) => documents.read<Entry>(everyMessage, { partition: conversationId, id })),
    )
    return found.flatMap((stored) =>
      stored !== null && isMessage(stored) && stored.value.deletedAt === null
        ? [publicIdOf(conversationId, stored.value.id)]
        : [],
    )
  }

  /** The address of its picture, now; null as well when there is no such conversation. */
  const pictureOf = async (conversationId: string): Promise<string | null> =>
    (await log.readHead(conversationId))?.value.avatar ?? null

  /** Now, not a moment ago. */
  async function isMember(userId: string, conversationId: string): Promise<boolean> {
    const stored = await log.readHead(conversationId)
    return stored?.value.members.some((member) => member.userId === userId) ?? false
  }

  /** As its member knows it: the name of the group, or of who else is in it. */
  async function titleFor(userId: string, conversationId: string): Promise<string | null> {
    const head = (await log.readHead(conversationId))?.value
    if (!head?.members.some((member) => member.userId === userId)) return null
    const { name, participants } = await conversationView.view(head, userId)
    const others = participants.filter((participant) => participant.userId !== userId)
    return name ?? (others.map((other) => other.name).join(', ') || null)
  }

  return {
    ...emptyFace,
    jobs,
    limits: Object.values(settings.limits).flat(),
    listeners: [
      users.profileChanged.listener('chat', async ({ id }) => people.forget(id)),
      contacts.blocked.listener('chat', async ({ userId, otherId }) => permissions.forget(userId, otherId)),
      realtime.connections.listener('chat', connections),
      mails.waiting.listener('chat', async (userId) => ({
        conversations: (await conversations.countUnread({ userId })).conversations,
      })),
      files.groupPictures.listener('conversation', pictureOf),
      files.bindings.listener('conversation', {
        canRead: (actor, { id }) => isMember(actor.userId, id),
        exists: async ({ id, parts }) => (await sentOf(id, parts)).length > 0,
        usesOf: async ({ id, parts, hasForgottenParts = false }) =>
          [...(await sentOf(id, parts)), ...(hasForgottenParts ? ['earlier'] : [])].map((messageId) => ({
            path: `conversations.${id}.messages.${messageId}`,
            code: 'sent_with_message',
            message: 'A message that was sent with it. Delete the message.' as const,
          })),
        titleFor: ({ userId }, { id }) => titleFor(userId, id),
      }),
    ],
    personalData: createChatPersonalData(needs, { log, erasePerson, settings }),
    createConversation: createCreateConversation(needs, {
      log,
      inbox,
      announcer,
      conversations: conversationView,
      canWriteTo: contacts.canWriteTo,
      unhide: mine.unhide,
    }),
    listConversations: conversations.list,
    countUnread: conversations.countUnread,
    changeMine: mine.change,
    async readConversation(
      actor: Actor,
      conversationId: string,
    ): Promise<{ readonly value: ConversationDetails; readonly version: string }> {
      const stored = await log.readHead(conversationId)
      const { head } = permissions.requireIn('read', stored?.value, actor)
      const [conversation, online, read] = await Promise.all([
        conversationView.view(head, actor.userId),
        presence.onlineIn(head),
        marks.positions(head, actor.userId),
      ])
      const readPositions = Object.fromEntries(read)
      // Whoever has it open hears of everything in it, also when it is far down in their list.
      defer.run('follow-what-is-open', async () => {
        const entry = await inbox.read(actor.userId, conversationId)
        if (entry) await announcer.joinIfMissing(actor.userId, conversationId, entry.value.activeAt)
      })
      return { value: { ...conversation, online, readPositions }, version: stored?.version ?? '' }
    },
    ...changing,
    editMessage: messages.edit,
    deleteMessage: messages.remove,
    invite: invitations.invite,
    listInvitations: invitations.list,
    revokeInvitation: invitations.revoke,
    readInvitation: invited.look,
    acceptInvitation: invited.accept,
    declineInvitation: invited.decline,
    pinMessage: pins.pin,
    unpinMessage: pins.unpin,
    listPins: pins.list,
    addReaction: messages.addReaction,
    removeReaction: messages.removeReaction,
    sendMessage,
    listMessages: createListMessages(needs, { log, marks, permissions }),
    searchMessages: createSearchMessages(needs, { log, permissions, marks, inbox, throttle }),
    read: marks.read,
    readThreadPage: threads.page,
    markThreadRead: threads.read,
    listThreads: threads.list,
    type,
    sync: createSync(log, announcer),
    ...createModeration(needs, { log, ...borrows }),
    exportConversation: createExportConversation(needs, {
      log,
      permissions,
      readPeople: people.read,
      throttle,
      audit,
    }),
  }
}

export type Chat = ReturnType<typeof createChat>

export const chatDomain = {
  collections: [everyMessage, inboxEntries, leftConversations, directPairs, announcements],
  create: createChat,
}
