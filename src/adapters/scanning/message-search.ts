import type { Collection, Document, DocumentStore } from '../../ports/documents.ts'
import type {
  FoundMessage,
  MessageQuestion,
  MessageSearch,
  SearchedConversation,
} from '../../ports/message-search.ts'

/** The fields of a message that searching looks at. */
interface SearchedMessage extends Document {
  readonly kind: string
  readonly seq: number
  readonly senderId?: string
  readonly text?: string
  readonly at?: string
}

/** Looked at in one search, newest first; several conversations share it, and each gets a hundred at least. */
const maxMessages = 5_000
const minPerConversation = 100
const pageSize = 500
const conversationsAtOnce = 10

const fold = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

/**
 * For a store that has no index of words: reads the newest messages of each conversation and looks at them one by one,
 * 5,000 in one conversation, in 50 and more the newest 100 of each. What is older is not found.
 */
export function createScanningMessageSearch({
  documents,
  messages,
}: {
  readonly documents: DocumentStore
  /** With the path `byKind`. */
  readonly messages: Collection<any, any>
}): MessageSearch {
  async function findIn(
    { conversationId, afterSeq }: SearchedConversation,
    { words, senderId, before, limit }: MessageQuestion,
    reach: number,
  ): Promise<readonly (FoundMessage & { readonly at: string })[]> {
    const found: (FoundMessage & { readonly at: string })[] = []
    let looked = 0
    let after: string | undefined
    do {
      const page = await documents.query<SearchedMessage, any>(messages, {
        path: 'byKind',
        partition: conversationId,
        equals: { kind: 'message' },
        direction: 'desc',
        limit: Math.min(pageSize, reach - looked),
        ...(after === undefined ? {} : { after }),
      } as any)
      for (const { value } of page.items) {
        const { id, seq, text = '', at = '' } = value
        if (seq <= afterSeq) return found
        if (senderId !== undefined && value.senderId !== senderId) continue
        if (before !== undefined && at >= before) continue
        const ownWords = fold(text).match(/[\p{L}\p{N}]+/gu) ?? []
        if (words.every((word) => ownWords.some((own) => own.startsWith(word))))
          found.push({ conversationId, id, at })
        if (found.length >= limit) return found
      }
      looked += page.items.length
      after = page.next
    } while (after !== undefined && looked < reach)
    return found
  }

  return {
    /** There is no index. */
    async forgetDeleted() {},
    async find(question) {
      const { conversations, limit } = question
      const reach = Math.max(minPerConversation, Math.floor(maxMessages / Math.max(1, conversations.length)))
      const found: (FoundMessage & { readonly at: string })[] = []
      for (let start = 0; start < conversations.length; start += conversationsAtOnce) {
        const share = conversations.slice(start, start + conversationsAtOnce)
        found.push(...(await Promise.all(share.map((each) => findIn(each, question, reach)))).flat())
      }
      return found
        .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
        .slice(0, limit)
        .map(({ conversationId, id }) => ({ conversationId, id }))
    },
  }
}
