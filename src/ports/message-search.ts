/** Where to look: in one conversation, at what came after a number. */
export interface SearchedConversation {
  readonly conversationId: string
  readonly afterSeq: number
  /** ISO time in UTC. What came after the number was written about then or later. */
  readonly since: string
  /** The last number, as far as it is known: a store may begin to look from there. */
  readonly lastSeq?: number
}

/**
 * A place in the order of answers: newest first, by the time, of one time by the conversation, and in one by the number.
 */
export interface SearchPosition {
  /** ISO time in UTC. */
  readonly at: string
  readonly conversationId: string
  readonly seq: number
}

/** Negative when `a` comes first. */
export function compareFound(a: SearchPosition, b: SearchPosition): number {
  if (a.at !== b.at) return a.at > b.at ? -1 : 1
  if (a.conversationId !== b.conversationId) return a.conversationId > b.conversationId ? -1 : 1
  return b.seq - a.seq
}

export interface MessageQuestion {
  /** 25 at most. */
  readonly conversations: readonly SearchedConversation[]
  /** As somebody typed it. */
  readonly text: string
  readonly senderId?: string
  /** Only what comes after this in the order of answers, which is older. */
  readonly after?: SearchPosition
  /** What comes after this in the order of answers, which is older, need not be looked for. */
  readonly until?: SearchPosition
  /** 1 to 100. */
  readonly limit: number
}

export interface FoundMessage extends SearchPosition {
  /** The id of its document. */
  readonly id: string
}

export interface FoundMessages {
  readonly found: readonly FoundMessage[]
  /**
   * How far was looked, when that is not everywhere and fewer than asked for were found: asked again `after` it the search
   * goes on.
   */
  readonly reached?: SearchPosition
  /** What it took of what one request may cost: at 1 the rest is for the next one. Absent where nothing is paid for. */
  readonly effort?: number
}

/** Of several answers, each to the same question about other conversations, the first so many. */
export function mergeFound(answers: readonly FoundMessages[], limit: number): FoundMessages {
  const [reached] = answers.flatMap((answer) => (answer.reached ? [answer.reached] : [])).sort(compareFound)
  const found = answers
    .flatMap((answer) => answer.found)
    .filter((each) => reached === undefined || compareFound(each, reached) <= 0)
    .sort(compareFound)
  if (found.length >= limit) return { found: found.slice(0, limit) }
  return { found, ...(reached === undefined ? {} : { reached }) }
}

/** The fields of a message that searching looks at. */
export interface SearchedMessage {
  readonly id: string
  readonly conversationId: string
  readonly kind: 'message'
  readonly seq: number
  readonly senderId: string
  readonly text: string
  readonly at: string
  readonly deletedAt: string | null
}

/**
 * Finds messages by their words, in the order of answers: those in which each word asked for begins a word of the text,
 * whatever its case and accents, and in scripts without spaces stands anywhere (`searched-text.ts` says it exactly). A
 * question of no word finds nothing. What was stored, changed or deleted before the call is found as it is then.
 *
 * One call is a bounded amount of work, done in slices where it is done in this process: what it costs depends on neither
 * the messages of other conversations nor on how many of these have the word. Without an index of words it looks at a few
 * thousand messages and says how far it `reached`; so does an index that can only guess where a word is.
 *
 * A search that cannot answer throws `PortUnavailable('message search')`.
 */
export interface MessageSearch {
  find(question: MessageQuestion): Promise<FoundMessages>
  /** When it resolves, the index holds no word of a text that was deleted before the call. */
  forgetDeleted(): Promise<void>
}
