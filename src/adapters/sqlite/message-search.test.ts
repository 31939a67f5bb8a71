import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { messageSearchContract } from '../../../test/contracts/message-search.contract.ts'
import { messages, type StoredMessage } from '../../core/messaging/chat/entries.model.ts'
import type { Clock } from '../../ports/clock.ts'
import { DocumentExists, VersionMismatch } from '../../ports/documents.ts'
import type { MessageSearch } from '../../ports/message-search.ts'
import { createScanningMessageSearch } from '../scanning/message-search.ts'
import { openSqlite } from './database.ts'
import { createSqliteDocuments } from './documents.ts'
import { createMessageIndex, firstRowOf, perMillisecond } from './message-index.ts'
import { createSqliteMessageSearch, findSql } from './message-search.ts'
import { migrations } from './migrations.ts'

/** The index has everything that its own program wrote. */
const notAsked: MessageSearch = {
  find: () => Promise.reject(new Error('the index was enough')),
  forgetDeleted: () => Promise.reject(new Error('the index was enough')),
}

messageSearchContract('sqlite', async ({ clock }) => {
  const database = openSqlite(':memory:')
  return {
    documents: createSqliteDocuments({ database, collections: [messages], clock }),
    messageSearch: createSqliteMessageSearch({ database, clock, meanwhile: notAsked }),
    close: database.close,
  }
})

const message: StoredMessage = {
  id: 'a~b',
  conversationId: 'c',
  kind: 'message',
  isNumbered: 'yes',
  threadKey: '',
  seq: 1,
  count: 1,
  senderId: 'a',
  clientMessageId: null,
  fingerprint: '',
  text: 'word',
  attachments: [],
  mentions: [],
  replyTo: null,
  reactions: {},
  at: new Date(0).toISOString(),
  editedAt: null,
  deletedAt: null,
}
/** With the words of every message in the index, as the index has them: each with the key of its conversation before it. */
const openAt = (path: string, clock: Clock) => {
  const database = openSqlite(path)
  database.exec(`create virtual table temp.vocabulary using fts5vocab('main', 'message_words', 'row')`)
  const documents = createSqliteDocuments({ database, collections: [messages], clock })
  return {
    database,
    documents,
    search: createSqliteMessageSearch({
      database,
      clock,
      meanwhile: createScanningMessageSearch({ documents, messages }),
    }),
    indexed: () =>
      database.all('test', 'select sender_id, seq from indexed_messages').map((row) => ({ ...row })),
    waiting: () =>
      database.all(
        'test',
        'select message_id from unindexed_messages union all select conversation_id from message_index_walk',
      ).length,
    hasWord: (word: string) =>
      database.all(
        'test',
        'select rowid from message_words where message_words match ?',
        `"00000000000c${word}"*`,
      ).length,
  }
}
type Opened = ReturnType<typeof openAt>
const everything = { conversationId: 'c', afterSeq: 0, since: message.at }
const idsOf = async ({ search }: Opened, text: string) =>
  (await search.find({ conversations: [everything], text, limit: 100 })).found.map(({ id }) => id)

const directory = mkdtempSync(join(tmpdir(), 'message-search-'))
afterAll(() => rmSync(directory, { recursive: true }))

test('what the sweep removes leaves the index too', async () => {
  let now = 0
  const { database, documents, indexed, hasWord } = openAt(':memory:', { now: () => now })
  await documents.insert(messages, { ...message, expiresAt: new Date(1_000).toISOString() })
  expect([indexed().length, hasWord('word')]).toEqual([1, 1])
  now = 2_000
  await documents.removeExpired()
  expect([indexed(), hasWord('word')]).toEqual([[], 0])
  database.close()
})

test('a message that was changed stays in the index, one that was deleted is in it no more, nor who wrote it', async () => {
  const { database, documents, indexed, hasWord, waiting } = openAt(':memory:', { now: () => 0 })
  const { version } = await documents.insert(messages, message)
  const reacted = { ...message, reactions: { '👍': ['b'] }, seq: 2 }
  const seen = await documents.replace(messages, reacted, version)
  expect([indexed(), hasWord('word')]).toEqual([[{ sender_id: 'a', seq: 2 }], 1])
  const edited = { ...reacted, text: 'another', seq: 3, editedAt: message.at }
  const changed = await documents.replace(messages, edited, seen.version)
  expect([indexed(), hasWord('word'), hasWord('another')]).toEqual([[{ sender_id: 'a', seq: 3 }], 0, 1])
  const deleted = { ...edited, text: '', seq: 4, deletedAt: message.at }
  await documents.replace(messages, deleted, changed.version)
  expect([indexed(), hasWord('another'), waiting()]).toEqual([[], 0, 0])
  database.close()
})

test('a write that is refused leaves the index as it was', async () => {
  const { database, documents, indexed, hasWord } = openAt(':memory:', { now: () => 0 })
  await documents.insert(messages, message)
  await expect(documents.insert(messages, { ...message, text: 'other' })).rejects.toThrow(DocumentExists)
  await expect(documents.replace(messages, { ...message, text: 'other' }, 'no')).rejects.toThrow(
    VersionMismatch,
  )
  const batch = [{ insert: { ...message, id: 'a~2', text: 'other' } }, { insert: message }]
  await expect(documents.transact(messages, 'c', batch)).rejects.toThrow(DocumentExists)
  expect([indexed().length, hasWord('word'), hasWord('other')]).toEqual([1, 1, 0])
  database.close()
})

/** A database as the program before this index left it. */
function openOlder(path: string): DatabaseSync {
  const older = new DatabaseSync(path)
  for (const migration of migrations.slice(0, 8)) older.exec(migration)
  older.exec('pragma user_version = 8')
  return older
}
const insertSql = 'insert into documents (collection, partition, id, version, body) values (?, ?, ?, ?, ?)'

test('messages of an older program are found at once, and by the index once it has taken them in', async () => {
  const path = join(directory, 'older.db')
  const older = openOlder(path)
  const insert = older.prepare(insertSql)
  for (let i = 1; i <= 120; i++)
    for (const conversationId of ['c', 'd']) {
      const id = `a~${i}`
      const text = i === 7 ? 'हिन्दी word' : 'word'
      const deletedAt = i === 8 ? message.at : null
      const stored = { ...message, id, conversationId, seq: i, text: deletedAt ? '' : text, deletedAt }
      insert.run('Messages', conversationId, id, 'v', JSON.stringify(stored))
    }
  older.close()
  const opened = openAt(path, { now: () => 0 })
  expect([await idsOf(opened, 'हिन्दी'), opened.indexed().length]).toEqual([['a~7'], 0])
  await opened.documents.insert(messages, { ...message, id: 'a~0', seq: 200, text: 'new हिन्दी' })
  expect(await idsOf(opened, 'हिन्दी')).toEqual(['a~0', 'a~7'])
  const newestFirst = await idsOf(opened, 'word')
  const [one, two] = [opened.search.catchUp(), opened.search.catchUp()]
  await Promise.all([one, two])
  expect([opened.indexed().length, opened.waiting()]).toEqual([2 * 119 + 1, 0])
  expect([await idsOf(opened, 'हिन्दी'), await idsOf(opened, 'word')]).toEqual([['a~0', 'a~7'], newestFirst])
  opened.database.close()
})

test('taking in goes on where a process that ended left it', async () => {
  const path = join(directory, 'interrupted.db')
  const older = openOlder(path)
  const insert = older.prepare(insertSql)
  for (let i = 1; i <= 120; i++)
    insert.run('Messages', 'c', `a~${i}`, 'v', JSON.stringify({ ...message, id: `a~${i}`, seq: i }))
  older.close()
  const first = openAt(path, { now: () => 0 })
  const index = createMessageIndex(first.database)
  await first.database.write('test', [], () => index.takeIn(50))
  await first.database.write('test', [], () => index.takeIn(50))
  expect([first.indexed().length, index.isBehindIn('c')]).toEqual([50, true])
  first.database.close()
  const second = openAt(path, { now: () => 0 })
  await second.search.catchUp()
  expect([second.indexed().length, second.waiting()]).toEqual([120, 0])
  second.database.close()
})

test('what another program writes into the file is found at once, and is taken in', async () => {
  const opened = openAt(join(directory, 'shared.db'), { now: () => 0 })
  await opened.documents.insert(messages, message)
  const other = new DatabaseSync(join(directory, 'shared.db'))
  const written = { ...message, id: 'a~2', seq: 2, text: 'word of theirs' }
  other.prepare(insertSql).run('Messages', 'c', 'a~2', 'v', JSON.stringify(written))
  expect([await idsOf(opened, 'theirs'), opened.waiting()]).toEqual([['a~2'], 1])
  await opened.search.catchUp()
  expect([await idsOf(opened, 'theirs'), opened.waiting()]).toEqual([['a~2'], 0])
  other
    .prepare(`update documents set body = ? where id = 'a~2'`)
    .run(JSON.stringify({ ...written, text: 'changed' }))
  await opened.search.catchUp()
  expect([await idsOf(opened, 'theirs'), await idsOf(opened, 'changed')]).toEqual([[], ['a~2']])
  other.exec(`delete from documents where id = 'a~2'`)
  // What is read in one turn of the event loop is as it was when that began.
  await nextTurn()
  expect([await idsOf(opened, 'changed'), opened.hasWord('changed')]).toEqual([[], 0])
  other.close()
  opened.database.close()
})

test('an index of many parts is put together', async () => {
  const { database, documents, search } = openAt(':memory:', { now: () => 0 })
  /** The record of the index about itself: after eight bytes of versions, how many levels there are, and how many parts. */
  const parts = (): number => {
    const { block } = database.get('test', 'select block from message_words_data where id = 10') ?? {}
    return (block as Uint8Array)[9] ?? 0
  }
  for (let i = 1; i <= 63; i++)
    await documents.insert(messages, { ...message, id: `a~${i}`, seq: i, text: `word${i}` })
  const before = parts()
  await search.catchUp()
  expect(parts()).toBeLessThan(before)
  expect((await search.find({ conversations: [everything], text: 'word', limit: 100 })).found).toHaveLength(
    63,
  )
  database.close()
})

test('more messages than fit into a millisecond spill over into the next', async () => {
  const opened = openAt(':memory:', { now: () => 0 })
  const full = firstRowOf(Date.parse(message.at)) + perMillisecond - 1n
  await opened.database.write('test', [], () =>
    opened.database.run(`insert into indexed_messages values (?, 'x', 'x', 'x', 1, null)`, full),
  )
  await opened.documents.insert(messages, message)
  await opened.documents.insert(messages, { ...message, id: 'a~2', seq: 2 })
  expect(await idsOf(opened, 'word')).toEqual(['a~2', 'a~b'])
  opened.database.close()
})

test('a look into the index is a range of it that is walked from the newest on, sorting nothing', () => {
  const { database } = openAt(':memory:', { now: () => 0 })
  const plan = database.all('plan', `explain query plan ${findSql}`).map(({ detail }) => String(detail))
  expect(plan).toEqual([
    expect.stringMatching(/^SCAN message_words VIRTUAL TABLE INDEX \d+:M\d*><$/),
    'SEARCH indexed USING INTEGER PRIMARY KEY (rowid=?)',
  ])
  database.close()
})
