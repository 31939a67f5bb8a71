import type { SearchedMessage } from '../../ports/message-search.ts'
import { readSearched, termsToIndex } from '../../ports/searched-text.ts'
import { limitedTo } from './connection.ts'
import type { SqliteDatabase } from './database.ts'

/*
 * A term of the full-text index begins with a key of its conversation, so that a search meets nothing of another one. A row is
 * numbered by the time of its message, so that the newest come first without sorting. The index has each beginning of a
 * term as a term of its own (`prefix` of `message_words`): the newest few are read and the walk stops.
 */

const port = 'message search'
const keyLength = 12
/** For messages of the same millisecond. The numbers of rows stay such that JavaScript has them exactly. */
export const perMillisecond = 1n << 10n

/** Of two conversations that share one, each answer is looked at once more. */
const keyOf = (conversationId: string): string =>
  conversationId
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .slice(-keyLength)
    .padStart(keyLength, '0')

/** With a sign before it that no word has. */
const senderTerm = (senderId: string): string => `‹${keyOf(senderId).slice(1)}`

/** A bigint, because a number would be bound as a real one, by which the index cannot begin. */
export const firstRowOf = (ms: number): bigint => BigInt(ms) * perMillisecond

/** What asks the index for messages of one conversation in which all of these begin a term. */
export function matchOf(conversationId: string, terms: readonly string[], senderId?: string): string {
  const key = keyOf(conversationId)
  const all = senderId === undefined ? terms : [...terms, senderTerm(senderId)]
  return all.map((term) => `"${key}${term}"*`).join(' AND ')
}

const isMessage = (value: { readonly kind?: unknown }): value is SearchedMessage => value.kind === 'message'

/** What the index gets of a message. Worked out before the write begins. */
export interface IndexEntry {
  readonly message: Omit<SearchedMessage, 'text'>
  readonly text: string
  readonly expiresAt: number | null
  /** Null: in the index no more. */
  readonly terms: string | null
}

/** Null for what is no message. */
export function indexEntryOf(collection: string, value: any, expiresAt: number | null): IndexEntry | null {
  if (collection !== 'Messages' || !isMessage(value)) return null
  const { id, conversationId, kind, seq, senderId, text, at, deletedAt } = value
  const key = keyOf(conversationId)
  const terms = [...termsToIndex(readSearched(text)), senderTerm(senderId)]
  return {
    message: { id, conversationId, kind, seq, senderId, at, deletedAt },
    text,
    expiresAt,
    terms: deletedAt === null ? terms.map((term) => key + term).join(' ') : null,
  }
}

const rowSql = 'select rowid from indexed_messages where conversation_id = ? and message_id = ?'
const lastInSql = 'select max(rowid) from indexed_messages where rowid >= ? and rowid < ?'
const sameTextSql = `select 1 from documents where collection = 'Messages' and partition = ? and id = ?
   and body ->> '$.text' = ? and body ->> '$.deletedAt' is null`
const waitingSql = `select body, expires_at from unindexed_messages as waiting
   join documents on collection = 'Messages' and partition = waiting.conversation_id and id = waiting.message_id ${limitedTo}`
const walkSql = `select body, expires_at, json_extract(body, '$.seq') from documents where collection = 'Messages' and partition = ?
   and json_extract(body, '$.kind') = 'message' and json_extract(body, '$.seq') > ?
   order by json_extract(body, '$.seq') ${limitedTo}`
const nextPartitionSql = `select min(partition) from documents where collection = 'Messages' and partition > ?`

/** Everything here runs inside a write, in the commit of the documents it is about. */
export function createMessageIndex(database: SqliteDatabase) {
  const rowOf = (conversationId: string, id: string): bigint | null => {
    const row = database.getTuple(port, rowSql, conversationId, id)
    return row ? BigInt(row[0] as number) : null
  }

  /** The first that is free in a millisecond, or in the next ones. */
  function freeRow(millisecond: bigint): bigint {
    for (let first = millisecond; ; first += perMillisecond) {
      const [last] = database.getTuple(port, lastInSql, first, first + perMillisecond) ?? []
      const row = last == null ? first : BigInt(last as number) + 1n
      if (row < first + perMillisecond) return row
    }
  }

  function forget(row: bigint): void {
    database.run('delete from message_words where rowid = ?', row)
    database.run('delete from indexed_messages where rowid = ?', row)
  }

  const put = ({ message, expiresAt, terms }: IndexEntry, { hasSameText = false } = {}): void => {
    const { id, conversationId, senderId, seq, at } = message
    database.run(
      'delete from unindexed_messages where conversation_id = ? and message_id = ?',
      conversationId,
      id,
    )
    const known = rowOf(conversationId, id)
    if (terms === null) {
      if (known !== null) forget(known)
      return
    }
    if (known !== null && hasSameText) {
      database.run(
        'update indexed_messages set seq = ?, expires_at = ? where rowid = ?',
        seq,
        expiresAt,
        known,
      )
      return
    }
    if (known !== null) forget(known)
    const first = firstRowOf(Date.parse(at))
    const staysThere = known !== null && known >= first && known < first + perMillisecond
    const row = staysThere ? known : freeRow(first)
    database.run(
      'insert into indexed_messages (rowid, conversation_id, message_id, sender_id, seq, expires_at) values (?, ?, ?, ?, ?, ?)',
      row,
      conversationId,
      id,
      senderId,
      seq,
      expiresAt,
    )
    database.run('insert into message_words (rowid, text) values (?, ?)', row, terms)
  }

  const entryOf = (body: unknown, expiresAt: unknown): IndexEntry | null =>
    indexEntryOf('Messages', JSON.parse(body as string), expiresAt as number | null)

  return {
    put,

    /** Asked before a message is replaced: whether it says already what it is going to say. */
    hasText: ({ message: { conversationId, id }, text }: IndexEntry): boolean =>
      database.getTuple(port, sameTextSql, conversationId, id, text) !== undefined,

    /** Takes in some of what waits. False when there was nothing. */
    takeIn(atOnce: number): boolean {
      const waiting = database.allTuples(port, waitingSql, atOnce)
      for (const [body, expiresAt] of waiting) {
        const entry = entryOf(body, expiresAt)
        if (entry) put(entry)
      }
      if (waiting.length > 0) return true
      const walked = database.getTuple(port, 'select conversation_id, seq from message_index_walk')
      if (!walked) return false
      const [conversationId, seq] = walked as unknown as [string, number]
      const rows = database.allTuples(port, walkSql, conversationId, seq, atOnce)
      for (const [body, expiresAt] of rows) {
        const entry = entryOf(body, expiresAt)
        if (entry) put(entry)
      }
      const [next] =
        rows.length > 0 ? [conversationId] : (database.getTuple(port, nextPartitionSql, conversationId) ?? [])
      if (next == null) database.run('delete from message_index_walk')
      else
        database.run(
          'update message_index_walk set conversation_id = ?, seq = ?',
          next as string,
          (rows.at(-1)?.[2] as number | undefined) ?? 0,
        )
      return true
    },

    /** Whether there may be messages anywhere that the index does not know yet. */
    isBehind: (): boolean =>
      database.getTuple(
        port,
        `select 1 where exists (select 1 from message_index_walk) or exists (select 1 from unindexed_messages)`,
      ) !== undefined,

    /** Whether there may be messages in it that the index does not know yet. */
    isBehindIn: (conversationId: string): boolean =>
      database.getTuple(
        port,
        `select 1 where exists (select 1 from message_index_walk where conversation_id <= ?)
           or exists (select 1 from unindexed_messages where conversation_id = ?)`,
        conversationId,
        conversationId,
      ) !== undefined,
  }
}

export type MessageIndex = ReturnType<typeof createMessageIndex>
