import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import type { Announcer } from './announcer.ts'
import type { Conversation } from './chat.model.ts'
import type { ConversationLog } from './conversation-log.ts'
import type { ConversationView } from './conversation-view.ts'
import type { Head } from './entries.model.ts'
import type { Inbox } from './inbox.ts'
import { asEverybody, type ChangeMine, changed, maxPinned, tooManyPinned } from './mine.model.ts'
import type { Permissions } from './permissions.ts'

/** How somebody keeps a conversation in their list. Their other devices are told, and nobody else. */
export function createChangeMine(
  { defer }: Needs<'defer'>,
  parts: {
    readonly log: ConversationLog
    readonly permissions: Pick<Permissions, 'requireIn'>
    readonly inbox: Inbox
    readonly announcer: Announcer
    readonly conversations: ConversationView
  },
) {
  const { log, permissions, inbox, announcer, conversations } = parts

  async function requireRoomToPin(userId: string, conversationId: string): Promise<void> {
    const { items } = await inbox.page(userId, 'pinned', maxPinned)
    if (items.length >= maxPinned && !items.some(({ value }) => value.id === conversationId))
      throw tooManyPinned()
  }

  async function apply(head: Head, userId: string, change: ChangeMine): Promise<void> {
    const { conversationId } = head
    const placed = await inbox.place(head, userId, { mine: (mine) => changed(mine, change) })
    if (!placed) throw notFound()
    const { before, after } = placed
    announcer.beReady(conversationId)
    if (before === after) return
    defer.run('announce-settings', async () => {
      await announcer.tellMine(after)
      if (before && before.activeAt !== after.activeAt)
        await announcer.joinIfMissing(userId, conversationId, before.activeAt)
    })
  }

  return {
    async change(actor: Actor, conversationId: string, change: ChangeMine): Promise<Conversation> {
      const { userId } = actor
      const { head } = permissions.requireIn('read', (await log.readHead(conversationId))?.value, actor)
      if (change.isPinned) await requireRoomToPin(userId, conversationId)
      await apply(head, userId, change)
      return conversations.view(head, userId)
    },

    /** Whoever opens what they had hidden has it in their list again. */
    async unhide(head: Head, userId: string): Promise<void> {
      const stored = await inbox.read(userId, head.conversationId)
      if ((stored?.value.mine ?? asEverybody).isHidden) await apply(head, userId, { isHidden: false })
    },
  }
}

export type ChangeMineOf = ReturnType<typeof createChangeMine>
