import { encodeCursor } from '../../ports/cursor.ts'
import type { Collection, Document, DocumentStore, Page } from '../../ports/documents.ts'
import {
  compareFound,
  type FoundMessage,
  type FoundMessages,
  type MessageQuestion,
  type MessageSearch,
  mergeFound,
  type SearchedConversation,
  type SearchedMessage,
  type SearchPosition,
} from '../../ports/message-search.ts'
import { isEmpty, isFoundIn, readSearched } from '../../ports/searched-text.ts'

/** Looked at in one call. Several conversations share fewer, and each gets forty. */
const inOneConversation = 5_000
const inEachOfSeveral = 40
/** Where many have the word a few are enough; each page is twice as long as the one before. */
const firstPage = 50
const longestPage = 500
const conversationsAtOnce = 10

/**
 * For a store that has no index of words: reads the newest messages of each conversation and looks at them one by one,
 * 5,000 in one conversation, 40 in each of several. It says how far it `reached`, and goes on there when it is asked to.
 */
export function createScanningMessageSearch({
  documents,
  messages,
}: {
  readonly documents: DocumentStore
  /** With the path `byKind`, whose order is their number. */
  readonly messages: Collection<any, any>
}): MessageSearch {
  const page = (conversationId: string, belowSeq: number | undefined, limit: number) =>
    documents.query<Document, any>(messages, {
      path: 'byKind',
      partition: conversationId,
      equals: { kind: 'message' },
      direction: 'desc',
      limit,
      ...(belowSeq === undefined ? {} : { after: encodeCursor([belowSeq, '']) }),
    } as any) as unknown as Promise<Page<SearchedMessage & Document>>

  /** The number below which all of a conversation comes after a place in the order of answers. */
  async function seqOf(conversationId: string, place: SearchPosition): Promise<number> {
    const isAfter = ({ at, seq }: SearchedMessage) => compareFound({ at, conversationId, seq }, place) > 0
    const newest = (await page(conversationId, undefined, 1)).items[0]?.value
    if (!newest || isAfter(newest)) return (newest?.seq ?? 0) + 1
    let [low, high] = [0, newest.seq]
    while (low + 1 < high) {
      const middle = Math.floor((low + high) / 2)
      const message = (await page(conversationId, middle + 1, 1)).items[0]?.value
      if (message && !isAfter(message)) high = message.seq
      else low = middle
    }
    return high
  }

  /** The number below which to look. */
  const startOf = async (conversationId: string, { after }: MessageQuestion): Promise<number | undefined> => {
    if (after === undefined) return undefined
    if (after.conversationId === conversationId) return after.seq
    return seqOf(conversationId, after)
  }

  async function findIn(
    { conversationId, afterSeq }: SearchedConversation,
    question: MessageQuestion,
    reach: number,
  ): Promise<FoundMessages> {
    const { senderId, after, until, limit } = question
    const wanted = readSearched(question.text)
    const found: FoundMessage[] = []
    let belowSeq = await startOf(conversationId, question)
    for (let [looked, length] = [0, firstPage]; ; length = Math.min(2 * length, longestPage)) {
      const { items, next } = await page(conversationId, belowSeq, Math.min(length, reach - looked))
      for (const { value } of items) {
        const { id, seq, at, text, deletedAt } = value
        const position = { at, conversationId, seq }
        if (seq <= afterSeq || (until && compareFound(position, until) > 0)) return { found }
        if (after && compareFound(position, after) <= 0) continue
        if (deletedAt !== null || (senderId !== undefined && value.senderId !== senderId)) continue
        if (isFoundIn(readSearched(text), wanted)) found.push({ ...position, id })
        if (found.length === limit) return { found }
      }
      const last = items.at(-1)?.value
      if (!last || next === undefined) return { found }
      looked += items.length
      belowSeq = last.seq
      if (looked >= reach) return { found, reached: { at: last.at, conversationId, seq: last.seq } }
    }
  }

  return {
    /** There is no index. */
    async forgetDeleted() {},
    async find(question) {
      if (isEmpty(readSearched(question.text))) return { found: [] }
      const { conversations, limit } = question
      const reach = conversations.length > 1 ? inEachOfSeveral : inOneConversation
      const answers: FoundMessages[] = []
      for (let start = 0; start < conversations.length; start += conversationsAtOnce) {
        const share = conversations.slice(start, start + conversationsAtOnce)
        answers.push(...(await Promise.all(share.map((each) => findIn(each, question, reach)))))
      }
      return mergeFound(answers, limit)
    },
  }
}
