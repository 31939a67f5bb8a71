import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { foldText } from '../../kernel/fold-text.ts'
import { type CursorPage, pageOf } from '../../kernel/paging.ts'
import type { ConversationLog } from './conversation-log.ts'
import { shown } from './describe.ts'
import { type Entry, isMessage, memberOf, messages, requireMember } from './entries.model.ts'
import type { ListConversations } from './list-conversations.ts'
import type { ChatMessage, SearchQuery } from './messages.model.ts'
import type { ReadMarks } from './read-marks.ts'
import type { Throttle } from './throttle.ts'

const maxWords = 8

/** In one's own conversations, and in what was said while one was a member. */
export const createSearchMessages =
  (
    { documents, messageSearch }: Needs<'documents' | 'messageSearch'>,
    parts: {
      readonly log: ConversationLog
      readonly marks: ReadMarks
      readonly conversations: ListConversations
      readonly throttle: Throttle
    },
  ) =>
  async (
    actor: Actor,
    { q, conversationId, from, before, limit }: SearchQuery,
  ): Promise<CursorPage<ChatMessage>> => {
    const { log, marks, conversations, throttle } = parts
    await throttle('search', actor.userId)
    const heads =
      conversationId === undefined
        ? await conversations.headsOf(actor.userId)
        : [requireMember((await log.readHead(conversationId))?.value, actor.userId).head]
    const words = (foldText(q).match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, maxWords)
    if (words.length === 0 || heads.length === 0) return pageOf<ChatMessage>([], undefined)
    const found = await messageSearch.find({
      conversations: heads.map((head) => ({
        conversationId: head.conversationId,
        afterSeq: memberOf(head, actor.userId)?.joinedSeq ?? head.seq,
      })),
      words,
      limit: limit + 1,
      ...(from === undefined ? {} : { senderId: from }),
      ...(before === undefined ? {} : { before }),
    })
    const headById = new Map(heads.map((head) => [head.conversationId, head]))
    const shownIds = found.slice(0, limit)
    const marksById = new Map(
      await Promise.all(
        [...new Set(shownIds.map((each) => each.conversationId))].map(
          async (id) => [id, await marks.of(id)] as const,
        ),
      ),
    )
    const items = await Promise.all(
      shownIds.map(async ({ conversationId: partition, id }) => {
        const [stored, head] = [
          await documents.read<Entry>(messages, { partition, id }),
          headById.get(partition),
        ]
        return stored && head && isMessage(stored) && stored.value.deletedAt === null
          ? [shown(stored.value, head, marksById.get(partition) ?? [])]
          : []
      }),
    )
    const page = items.flat()
    return pageOf(page, found.length > limit ? page.at(-1)?.timestamp : undefined)
  }
