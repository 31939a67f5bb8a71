import { expect, onTestFinished, test } from 'vitest'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { createManualClock } from '../../src/adapters/memory/clock.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createScanningMessageSearch } from '../../src/adapters/scanning/message-search.ts'
import { type Entry, messages } from '../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { messageSearchContract } from '../contracts/message-search.contract.ts'
import { openCountedSqlite } from '../cost/counted-sqlite.ts'
import { sqlitePorts } from '../scripts/seed/sqlite-app.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

messageSearchContract('the other SQLite', async ({ clock }) => {
  const { database, close } = openCountedSqlite()
  return { ...sqlitePorts(database, clock), close }
})

async function openCosmos(hasFullText: boolean, clock: Clock, isAskedFor = hasFullText) {
  const { environment, close } = await startProvisionedCosmos({ hasFullText, isAskedFor })
  const { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key, COSMOS_DATABASE: name } = environment
  const client = createCosmosClient({ endpoint, key })
  const database = client.database(name)
  const openDocuments = (isWritten = hasFullText) =>
    createCosmosDocuments({ database, clock, log: createMemoryLog(), hasFullText: isWritten })
  return {
    database,
    openDocuments,
    documents: openDocuments(),
    async close() {
      client.dispose()
      await close()
    },
  }
}

messageSearchContract('Cosmos DB, message by message', async ({ clock }) => {
  const opened = await openCosmos(false, clock)
  return { ...opened, messageSearch: createScanningMessageSearch({ documents: opened.documents, messages }) }
})

messageSearchContract('Cosmos DB, by its full-text index', async ({ clock }) => {
  const opened = await openCosmos(true, clock)
  return { ...opened, messageSearch: opened.documents.createMessageSearch(messages) }
})

test('messages that were written before are in the full-text index once it is told of them', async () => {
  const clock = createManualClock()
  const { openDocuments, documents, close } = await openCosmos(true, clock)
  onTestFinished(close)
  const before = openDocuments(false)
  const conversationId = crypto.randomUUID()
  const at = new Date(clock.now()).toISOString()
  const written = (seq: number, text: string, deletedAt: string | null = null) => ({
    ...{
      id: `sender~${seq}`,
      conversationId,
      kind: 'message' as const,
      isNumbered: 'yes' as const,
      threadKey: '',
    },
    ...{ seq, count: seq, senderId: 'sender', clientMessageId: null, fingerprint: '', text, attachments: [] },
    ...{ mentions: [], replyTo: null, reactions: {}, at, editedAt: null, deletedAt },
  })
  for (let seq = 1; seq <= 130; seq++) await before.insert<Entry>(messages, written(seq, 'older word'))
  await before.insert<Entry>(messages, written(131, '', at))
  await documents.insert<Entry>(messages, written(132, 'newer word'))
  const find = async () =>
    (
      await documents.createMessageSearch(messages).find({
        conversations: [{ conversationId, afterSeq: 0, since: at }],
        text: 'word',
        limit: 100,
      })
    ).found.length
  expect(await find()).toBe(1)
  expect(await documents.indexMessages(messages)).toBe(130)
  expect(await find()).toBe(100)
  expect(await documents.indexMessages(messages)).toBe(0)
})

test('an account without the feature refuses the index, and setting it up says so', async () => {
  await expect(openCosmos(false, createManualClock(), true)).rejects.toMatchObject({ code: 400 })
})
