import { expect, test } from 'vitest'
import { messageSearchContract } from '../../../test/contracts/message-search.contract.ts'
import { messages } from '../../core/messaging/chat/entries.model.ts'
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

test('what the sweep removes leaves the index too', async () => {
  const database = openSqlite(':memory:')
  let now = 0
  const documents = createSqliteDocuments({ database, collections: [messages], clock: { now: () => now } })
  const at = new Date(0).toISOString()
  await documents.insert(messages, {
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
    at,
    editedAt: null,
    deletedAt: null,
    expiresAt: new Date(1_000).toISOString(),
  })
  const indexed = () => database.all('test', 'select count(*) as n from indexed_messages')[0]?.['n']
  expect(indexed()).toBe(1)
  now = 2_000
  await documents.removeExpired()
  expect(indexed()).toBe(0)
  expect(database.all('test', `select rowid from message_words where message_words match 'word'`)).toEqual([])
  database.close()
})
