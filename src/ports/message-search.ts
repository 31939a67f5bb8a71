/** Where to look: in one conversation, at what came after a number. */
export interface SearchedConversation {
  readonly conversationId: string
  readonly afterSeq: number
}

export interface MessageQuestion {
  readonly conversations: readonly SearchedConversation[]
  /** Folded words, one at least. */
  readonly words: readonly string[]
  readonly senderId?: string
  /** ISO time in UTC: only what was written before it. */
  readonly before?: string
  /** 1 to 100. */
  readonly limit: number
}

export interface FoundMessage {
  readonly conversationId: string
  /** The id of its document. */
  readonly id: string
}

/**
 * Finds messages by their words, newest first: those in which each word asked for begins a word of the text, whatever
 * its case and accents. What was stored, changed or deleted before the call is found as it is then; a store without an
 * index of words may look only at the newest messages of each conversation, and says in its own comment how many.
 *
 * A search that cannot answer throws `PortUnavailable('message search')`.
 */
export interface MessageSearch {
  find(question: MessageQuestion): Promise<readonly FoundMessage[]>
  /** When it resolves, the index holds no word of a text that was deleted before the call. */
  forgetDeleted(): Promise<void>
}
