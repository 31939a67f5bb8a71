import type { Clock } from '../../ports/clock.ts'
import type { MessageSearch } from '../../ports/message-search.ts'
import type { SqliteDatabase } from './database.ts'

/** A prefix of a word, quoted, so that nothing in it is an operator. */
const asPrefix = (word: string): string => `"${word.replaceAll('"', '""')}"*`

/** By the full-text index that triggers keep beside the documents, in the same commit. It reaches every message. */
export function createSqliteMessageSearch({
  database,
  clock,
}: {
  readonly database: SqliteDatabase
  readonly clock: Clock
}): MessageSearch {
  return {
    async find({ conversations, words, senderId, before, limit }) {
      const rows = database.all(
        'message search',
        `select indexed.conversation_id, indexed.message_id
         from message_words
         join indexed_messages as indexed on indexed.rowid = message_words.rowid
         join json_each(?) as searched on indexed.conversation_id = searched.value ->> 'conversationId'
         where message_words match ?
           and indexed.seq > (searched.value ->> 'afterSeq')
           and (indexed.expires_at is null or indexed.expires_at > ?)
           and (? is null or indexed.sender_id = ?)
           and (? is null or indexed.written_at < ?)
         order by indexed.written_at desc, indexed.seq desc limit ?`,
        JSON.stringify(conversations),
        words.map(asPrefix).join(' '),
        clock.now(),
        senderId ?? null,
        senderId ?? null,
        before ?? null,
        before ?? null,
        limit,
      )
      return rows.map((row) => ({
        conversationId: row['conversation_id'] as string,
        id: row['message_id'] as string,
      }))
    },
  }
}
