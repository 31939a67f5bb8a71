import { decodeCursor, encodeCursor } from '../../../ports/cursor.ts'
import type { Page } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { notFound } from '../../kernel/errors.ts'
import { type CursorPage, pageOf, refusingBadCursors } from '../../kernel/paging.ts'
import type { ConversationLog } from './conversation-log.ts'
import { shown } from './describe.ts'
import { type Entry, isMessage, messages, requireMember, type StoredMessage } from './entries.model.ts'
import { keyOf } from './message-id.ts'
import type { ChatMessage, MessageQuery } from './messages.model.ts'
import type { ReadMarks } from './read-marks.ts'

const aMessageId = /^[\w-]{64}$/
const aTimestamp = /^\d{4}-\d\d-\d\dT/

/** Newest first. A timestamp is turned into a number once: numbers order a conversation, clocks do not. */
export const createListMessages = (
  { documents }: Needs<'documents'>,
  { log, marks }: { readonly log: ConversationLog; readonly marks: ReadMarks },
) => {
  const walk = (
    conversationId: string,
    direction: 'asc' | 'desc',
    limit: number,
    after?: string,
  ): Promise<Page<Entry>> =>
    documents.query(messages, {
      path: 'byKind',
      partition: conversationId,
      equals: { kind: 'message' },
      direction,
      limit,
      ...(after === undefined ? {} : { after }),
    })

  async function seqOfMessage(conversationId: string, publicId: string): Promise<number> {
    const { partition, id } = keyOf(publicId)
    const stored =
      partition === conversationId ? await documents.read<Entry>(messages, { partition, id }) : null
    if (!stored || !isMessage(stored)) throw notFound()
    return stored.value.seq
  }

  /** The number of the first message at or after a moment, found by halving: messages are numbered in order of time. */
  async function seqOfMoment(conversationId: string, at: string, headSeq: number): Promise<number> {
    let [low, high] = [0, headSeq + 1]
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2)
      const [next] = (await walk(conversationId, 'asc', 1, encodeCursor([middle, '']))).items
      const message = next?.value as StoredMessage | undefined
      if (message && message.at < at) low = message.seq
      else high = middle
    }
    return high
  }

  const seqOf = (conversationId: string, position: string, headSeq: number): Promise<number> =>
    aTimestamp.test(position)
      ? seqOfMoment(conversationId, position, headSeq)
      : aMessageId.test(position)
        ? seqOfMessage(conversationId, position)
        : refusingBadCursors(async () => Number(decodeCursor(position)[0]))

  return async (
    actor: Actor,
    conversationId: string,
    { limit, before, after, around }: MessageQuery,
  ): Promise<CursorPage<ChatMessage>> => {
    const { head, member } = requireMember((await log.readHead(conversationId))?.value, actor.userId)
    const newest = async (): Promise<readonly StoredMessage[]> => {
      if (after !== undefined) {
        const seq = await seqOf(conversationId, after, head.seq)
        const isMoment = aTimestamp.test(after)
        const page = await walk(conversationId, 'asc', limit, encodeCursor([isMoment ? seq : seq + 1, '']))
        return page.items.map(({ value }) => value as StoredMessage).toReversed()
      }
      if (around !== undefined) {
        const seq = await seqOf(conversationId, around, head.seq)
        const half = Math.floor(limit / 2)
        const [older, newer] = await Promise.all([
          walk(conversationId, 'desc', limit - half, encodeCursor([seq + 1, ''])),
          half > 0 ? walk(conversationId, 'asc', half, encodeCursor([seq + 1, ''])) : { items: [] },
        ])
        return [...newer.items.toReversed(), ...older.items].map(({ value }) => value as StoredMessage)
      }
      const start =
        before === undefined ? undefined : encodeCursor([await seqOf(conversationId, before, head.seq), ''])
      return (await walk(conversationId, 'desc', limit, start)).items.map(
        ({ value }) => value as StoredMessage,
      )
    }
    const [found, read] = await Promise.all([newest(), marks.of(conversationId)])
    const visible = found.filter(({ seq }) => seq > member.joinedSeq)
    const oldest = visible.at(-1)
    const hasMore =
      oldest !== undefined &&
      visible.length === found.length &&
      (await walk(conversationId, 'desc', 1, encodeCursor([oldest.seq, '']))).items.some(
        ({ value }) => value.seq > member.joinedSeq,
      )
    return pageOf(
      visible.map((message) => shown(message, head, read)),
      hasMore && oldest ? encodeCursor([oldest.seq, '']) : undefined,
    )
  }
}
