import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import {
  type FoundMessage,
  type FoundMessages,
  type MessageQuestion,
  type MessageSearch,
  mergeFound,
  type SearchedConversation,
  type SearchPosition,
} from '../../ports/message-search.ts'
import { type AskedTerms, isEmpty, isFoundIn, readSearched, termsToAsk } from '../../ports/searched-text.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase, SqlTuple } from './database.ts'
import { createMessageIndex, firstRowOf, matchOf } from './message-index.ts'

const port = 'message search'
const mergedAtOnce = 200
const takenInAtOnce = 50
const mostStepsOfCatchingUp = 400
/** In pages: a few milliseconds. */
const mergedBesides = 64
const mostStepsOfMerging = 20
/** Between two of these others get their turn. */
const conversationsAtOnce = 8
/** What only the text can tell is read this often in one conversation, and no further than so many letters. */
const readAtOnce = 50
const mostRead = 300
const mostLetters = 200_000
/** Clocks were never set back further. */
const slackMs = 24 * 60 * 60_000
const forEverMs = 8e12

export const findSql = `select indexed.rowid >> 10, indexed.seq, indexed.message_id
   from message_words join indexed_messages as indexed on indexed.rowid = message_words.rowid
   where message_words match ? and message_words.rowid > ? and message_words.rowid < ?
     and indexed.conversation_id = ? and indexed.seq > ?
     and (? is null or indexed.sender_id = ?)
     and (indexed.expires_at is null or indexed.expires_at > ?)
     and (indexed.rowid >> 10 < ? or indexed.seq < ?)
   order by message_words.rowid desc ${limitedTo}`
const textSql = `select body ->> '$.text' from documents where collection = 'Messages' and partition = ? and id = ?`

/**
 * By the full-text index that is written beside the documents, in the same commit. It reaches every message; of conversations
 * that the index does not have whole yet, `meanwhile` answers.
 */
export function createSqliteMessageSearch({
  database,
  clock,
  meanwhile,
}: {
  readonly database: SqliteDatabase
  readonly clock: Clock
  /** Looks at the messages themselves. */
  readonly meanwhile: MessageSearch
}): MessageSearch & {
  /**
   * Takes in some of what an older program or another one wrote: 20,000 messages at most. And puts parts of the index
   * together, which a search has to look into one by one.
   */
  readonly catchUp: () => Promise<void>
} {
  const index = createMessageIndex(database)

  /** One step of merging the index, which drops what is marked as deleted. True when there was something to do. */
  const merge = (pages: number): Promise<boolean> =>
    database.write(port, [], () => {
      const changes = () => Number(database.get(port, 'select total_changes() as n')?.['n'])
      const before = changes()
      database.run(`insert into message_words (message_words, rank) values ('merge', ?)`, pages)
      // As the documentation of FTS5 says: fewer than two changes mean that nothing was left.
      return changes() - before >= 2
    })

  /** Messages with the terms, from the newest that comes after `from` on. */
  function candidates(
    { conversationId, afterSeq, since }: SearchedConversation,
    { senderId, until }: MessageQuestion,
    { terms }: AskedTerms,
    from: SearchPosition | undefined,
    limit: number,
  ): readonly SqlTuple[] {
    const oldest = afterSeq === 0 ? 0 : Date.parse(since) - slackMs
    const newest = from === undefined ? forEverMs : Date.parse(from.at)
    const belowSeq =
      from === undefined || from.conversationId > conversationId
        ? Number.MAX_SAFE_INTEGER
        : from.conversationId === conversationId
          ? from.seq
          : -1
    return database.allTuples(
      port,
      findSql,
      matchOf(conversationId, terms, senderId),
      firstRowOf(Math.max(oldest, until === undefined ? 0 : Date.parse(until.at))) - 1n,
      firstRowOf(newest + 1),
      conversationId,
      afterSeq,
      senderId ?? null,
      senderId ?? null,
      clock.now(),
      newest,
      belowSeq,
      limit,
    )
  }

  async function findIn(
    conversation: SearchedConversation,
    question: MessageQuestion,
    asked: AskedTerms,
  ): Promise<FoundMessages> {
    const { conversationId } = conversation
    const foundOf = ([ms, seq, id]: SqlTuple): FoundMessage => ({
      at: new Date(ms as number).toISOString(),
      conversationId,
      seq: seq as number,
      id: id as string,
    })
    if (asked.isExact)
      return {
        found: candidates(conversation, question, asked, question.after, question.limit).map(foundOf),
      }
    const wanted = readSearched(question.text)
    const found: FoundMessage[] = []
    let reached = question.after
    for (let [looked, letters] = [0, 0]; looked < mostRead && letters < mostLetters; looked += readAtOnce) {
      const rows = candidates(conversation, question, asked, reached, readAtOnce)
      for (const each of rows.map(foundOf)) {
        const [text] = database.getTuple(port, textSql, conversationId, each.id) ?? []
        letters += String(text).length
        if (isFoundIn(readSearched(String(text)), wanted)) found.push(each)
        reached = each
        if (found.length === question.limit) return { found }
      }
      if (rows.length < readAtOnce) return { found }
      await nextTurn()
    }
    return { found, ...(reached === undefined ? {} : { reached }) }
  }

  async function catchUp(): Promise<void> {
    const step = () => database.write(port, [], () => index.takeIn(takenInAtOnce))
    for (let steps = 0; steps < mostStepsOfCatchingUp && (await step()); steps++);
    for (let steps = 0; steps < mostStepsOfMerging && (await merge(mergedBesides)); steps++);
  }
  let catchingUp: Promise<void> | undefined

  return {
    catchUp() {
      catchingUp ??= catchUp().finally(() => {
        catchingUp = undefined
      })
      return catchingUp
    },
    /** In small steps, so that others get their turn. A negative number begins a merge of everything. */
    async forgetDeleted() {
      let goesOn = await merge(-mergedAtOnce)
      while (goesOn) goesOn = await merge(mergedAtOnce)
    },
    async find(question) {
      const wanted = readSearched(question.text)
      if (isEmpty(wanted)) return { found: [] }
      const asked = termsToAsk(wanted)
      const isBehind = index.isBehind()
      const [behind, answers]: [SearchedConversation[], FoundMessages[]] = [[], []]
      for (const [i, conversation] of question.conversations.entries()) {
        if (i % conversationsAtOnce === conversationsAtOnce - 1) await nextTurn()
        if (isBehind && index.isBehindIn(conversation.conversationId)) behind.push(conversation)
        else answers.push(await findIn(conversation, question, asked))
      }
      if (behind.length > 0) answers.push(await meanwhile.find({ ...question, conversations: behind }))
      return mergeFound(answers, question.limit)
    },
  }
}
