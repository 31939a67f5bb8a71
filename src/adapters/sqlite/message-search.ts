import type { Clock } from '../../ports/clock.ts'
import type { MessageSearch } from '../../ports/message-search.ts'
import { limitedTo, type SqliteDatabase } from './database.ts'

const port = 'message search'
const mergedAtOnce = 200

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
  /** One step of merging the index, which drops what is marked as deleted. True when there was something to do. */
  const merge = (pages: number): Promise<boolean> =>
    database.write(port, [], () => {
      const changes = () => Number(database.get(port, 'select total_changes() as n')?.['n'])
      const before = changes()
      database.run(`insert into message_words (message_words, rank) values ('merge', ?)`, pages)
      // As the documentation of FTS5 says: fewer than two changes mean that nothing was left.
      return changes() - before >= 2
    })

  return {
    /** In small steps, so that others get their turn. A negative number begins a merge of everything. */
    async forgetDeleted() {
      let goesOn = await merge(-mergedAtOnce)
      while (goesOn) goesOn = await merge(mergedAtOnce)
    },
    async find({ conversations, words, senderId, before, limit }) {
      const rows = database.all(
        port,
        // Materialized: each match would parse the list of conversations anew.
        `with searched (id, after_seq) as materialized
           (select value ->> 'conversationId', value ->> 'afterSeq' from json_each(?))
         select indexed.conversation_id, indexed.message_id
         from message_words
         join indexed_messages as indexed on indexed.rowid = message_words.rowid
         join searched on indexed.conversation_id = searched.id
         where message_words match ?
           and indexed.seq > searched.after_seq
           and (indexed.expires_at is null or indexed.expires_at > ?)
           and (? is null or indexed.sender_id = ?)
           and (? is null or indexed.written_at < ?)
         order by indexed.written_at desc, indexed.seq desc ${limitedTo}`,
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
