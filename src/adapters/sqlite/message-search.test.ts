import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { messageSearchContract } from '../../../test/contracts/message-search.contract.ts'
import { messages, type StoredMessage } from '../../core/messaging/chat/entries.model.ts'
import type { Clock } from '../../ports/clock.ts'
import { openSqlite } from './database.ts'
import { createSqliteDocuments } from './documents.ts'
import { createSqliteMessageSearch } from './message-search.ts'

messageSearchContract('sqlite', async ({ clock }) => {
  const database = openSqlite(':memory:')
  return {
    documents: createSqliteDocuments({ database, collections: [messages], clock }),
    messageSearch: createSqliteMessageSearch({ database, clock }),
    close: database.close,
  }
})

const message: StoredMessage = {
  id: 'a~b',
  conversationId: 'c',
  kind: 'message',
  isNumbered: 'yes',
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
const openAt = (path: string, clock: Clock) => {
  const database = openSqlite(path)
  return {
    database,
    documents: createSqliteDocuments({ database, collections: [messages], clock }),
    indexed: () => database.all('test', 'select sender_id, seq from indexed_messages'),
    words: () => database.all('test', `select rowid from message_words where message_words match 'word'`),
  }
}

test('what the sweep removes leaves the index too', async () => {
  let now = 0
  const { database, documents, indexed, words } = openAt(':memory:', { now: () => now })
  await documents.insert(messages, { ...message, expiresAt: new Date(1_000).toISOString() })
  expect(indexed()).toHaveLength(1)
  now = 2_000
  await documents.removeExpired()
  expect([indexed(), words()]).toEqual([[], []])
  database.close()
})

test('a message that was changed stays in the index, one that was deleted is in it no more, nor who wrote it', async () => {
  const { database, documents, indexed, words } = openAt(':memory:', { now: () => 0 })
  const { version } = await documents.insert(messages, message)
  const edited = { ...message, text: 'other word', seq: 2, editedAt: message.at }
  const changed = await documents.replace(messages, edited, version)
  expect(indexed()).toEqual([{ sender_id: 'a', seq: 2 }])
  expect(words()).toHaveLength(1)
  const deleted = { ...edited, text: '', seq: 3, deletedAt: message.at }
  await documents.replace(messages, deleted, changed.version)
  expect([indexed(), words()]).toEqual([[], []])
  database.close()
})

test('what a file of an older program says of deleted messages goes when it is opened', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'message-search-'))
  const path = join(directory, 'older.db')
  const before = openAt(path, { now: () => 0 })
  for (const [id, deletedAt] of [
    ['a~1', null],
    ['a~2', message.at],
  ] as const)
    await before.documents.insert(messages, { ...message, id, deletedAt })
  expect(before.indexed()).toHaveLength(2)
  before.database.exec('drop trigger documents_message_deleted; pragma user_version = 7')
  before.database.close()
  const after = openAt(path, { now: () => 0 })
  expect(after.indexed()).toHaveLength(1)
  expect(after.words()).toHaveLength(1)
  after.database.close()
  rmSync(directory, { recursive: true })
})
