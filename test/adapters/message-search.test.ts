import type { ContainerDefinition } from '@azure/cosmos'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { createManualClock } from '../../src/adapters/memory/clock.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { createScanningMessageSearch } from '../../src/adapters/scanning/message-search.ts'
import { type Entry, messages, type StoredMessage } from '../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { MessageQuestion, SearchPosition } from '../../src/ports/message-search.ts'
import { messageSearchContract } from '../contracts/message-search.contract.ts'
import { openCountedSqlite } from '../cost/counted-sqlite.ts'
import { sqlitePorts } from '../scripts/seed/sqlite-app.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'
import { writtenMessage } from '../written-message.ts'

messageSearchContract('the other SQLite', async ({ clock }) => {
  const { database, close } = openCountedSqlite()
  return { ...sqlitePorts(database, clock), close }
})

async function openCosmos(clock: Clock) {
  const standIn = await startProvisionedCosmos()
  const { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key, COSMOS_DATABASE: name } = standIn.environment
  const client = createCosmosClient({ endpoint, key })
  const database = client.database(name)
  const log = createMemoryLog()
  const documents = createCosmosDocuments({ database, clock, log })
  return {
    ...standIn,
    /** Of the answers that came: on a slow machine some are waited for too short, and asked for again. */
    chargedSoFar: () =>
      log.events.reduce(
        (sum, { event, fields }) => (event === 'cosmos_request' ? sum + Number(fields['charge']) : sum),
        0,
      ),
    database,
    documents,
    messageSearch: documents.createMessageSearch(messages),
    async close() {
      client.dispose()
      await standIn.close()
    },
  }
}

messageSearchContract('Cosmos DB, message by message', async ({ clock }) => {
  const opened = await openCosmos(clock)
  return { ...opened, messageSearch: createScanningMessageSearch({ documents: opened.documents, messages }) }
})

messageSearchContract('Cosmos DB, by the words of messages', ({ clock }) => openCosmos(clock))

const conversationId = 'a-conversation'
const written = (seq: number, text: string, more: Partial<StoredMessage> = {}): StoredMessage =>
  writtenMessage({ conversationId, seq, text, at: seq * 1_000 }, more)

type Opened = Awaited<ReturnType<typeof openCosmos>>

async function insertAll({ documents }: Opened, all: readonly StoredMessage[]): Promise<void> {
  for (let first = 0; first < all.length; first += 100)
    await documents.transact(
      messages,
      all[first]?.conversationId ?? '',
      all.slice(first, first + 100).map((insert) => ({ insert })),
    )
}
const itemsIn = async ({ database }: Opened) =>
  (await database.container('Messages').items.query('SELECT * FROM c').fetchAll()).resources

/** As a program wrote them that knows nothing of words. */
async function forgetWords(opened: Opened): Promise<void> {
  const container = opened.database.container('Messages')
  for (const { _words, _listed, _long, ...item } of await itemsIn(opened))
    await container.item(item.id, item.conversationId).replace(item)
}

const everything = { conversationId, afterSeq: 0, since: new Date(0).toISOString() }

/** Asked until it has looked everywhere: what is found, and what the dearest call and all together cost. */
async function searchOn(
  { messageSearch, chargedSoFar }: Opened,
  text: string,
  more: Partial<MessageQuestion> = {},
) {
  const found: number[] = []
  const charges: number[] = []
  for (let after: SearchPosition | undefined; ; ) {
    const before = chargedSoFar()
    const answer = await messageSearch.find({
      conversations: [everything],
      text,
      limit: 20,
      ...more,
      ...(after && { after }),
    })
    charges.push(chargedSoFar() - before)
    found.push(...answer.found.map(({ seq }) => seq))
    after = answer.reached
    if (!after) return { found, most: Math.max(...charges), calls: charges.length }
  }
}

test('messages of before are found before their words are listed, and for less when they are', async () => {
  const opened = await openCosmos(createManualClock())
  onTestFinished(opened.close)
  await insertAll(opened, [
    written(1, 'the oldest rarity'),
    ...Array.from({ length: 400 }, (_, i) => written(i + 2, 'older words')),
    written(402, '', { deletedAt: new Date(0).toISOString() }),
  ])
  await forgetWords(opened)
  await insertAll(opened, [written(403, 'newer words')])
  const before = await searchOn(opened, 'rarity')
  expect(before.found).toEqual([1])
  expect(await opened.documents.indexMessages(messages)).toBe(402)
  const after = await searchOn(opened, 'rarity')
  expect(after.found).toEqual([1])
  expect(after.most).toBeLessThan(before.most / 3)
  expect(await opened.documents.indexMessages(messages)).toBe(0)
})

test('listing words that is cut off goes on where it was, and touches nothing that somebody changes', async () => {
  const opened = await openCosmos(createManualClock())
  onTestFinished(opened.close)
  await insertAll(
    opened,
    Array.from({ length: 150 }, (_, i) => written(i + 1, 'older words')),
  )
  await forgetWords(opened)
  let writes = 0
  opened.fail({ when: ({ operation }) => operation === 'replace' && ++writes === 60, what: { status: 403 } })
  await expect(opened.documents.indexMessages(messages)).rejects.toThrow()
  const [edited] = [await opened.documents.read(messages, { partition: conversationId, id: 'sender~100' })]
  await opened.documents.replace(messages, { ...edited!.value, text: 'edited' } as Entry, edited!.version)
  expect(await opened.documents.indexMessages(messages)).toBe(150 - 59 - 1)
  expect((await searchOn(opened, 'edited')).found).toEqual([100])
})

test('what an older program writes over a message is found, and nothing of what was there', async () => {
  const opened = await openCosmos(createManualClock())
  onTestFinished(opened.close)
  await insertAll(opened, [written(1, 'before')])
  const [item] = await itemsIn(opened)
  const { _words, _listed, ...older } = item
  expect(_words).toContain('ationbefore')
  await opened.database
    .container('Messages')
    .item(item.id, conversationId)
    .replace({ ...older, text: 'afterwards' })
  expect((await searchOn(opened, 'before')).found).toEqual([])
  expect((await searchOn(opened, 'after')).found).toEqual([1])
})

test('of a deleted message no word is kept, and of one with more words than are listed none is missed', async () => {
  const opened = await openCosmos(createManualClock())
  onTestFinished(opened.close)
  const manyWords = Array.from({ length: 301 }, (_, i) => `word${i}`).join(' ')
  await insertAll(opened, [
    written(1, 'gone', { text: '', deletedAt: new Date(0).toISOString() }),
    written(2, manyWords),
    written(3, 'word300 of few'),
  ])
  const words = Object.fromEntries((await itemsIn(opened)).map(({ seq, _words }) => [seq, _words]))
  expect([words[1], words[2]]).toEqual([undefined, undefined])
  expect((await searchOn(opened, 'word300')).found).toEqual([3, 2])
  expect((await searchOn(opened, 'word299')).found).toEqual([2])
  expect((await searchOn(opened, 'word300', { senderId: 'nobody' })).found).toEqual([])
})

describe('what a search costs at most, in request units, in a conversation with 100,000 numbers', () => {
  const many = 800
  /** Most numbers have no message here, which an index meets as little as messages without the word. */
  const seqOf = (n: number) => n * 125
  const whole = { ...everything, lastSeq: seqOf(many) }
  let opened: Opened
  beforeAll(async () => {
    opened = await openCosmos(createManualClock())
    const textOf = (n: number) => `${n === 7 ? 'rarity' : 'plain'} everybody ${n % 2 ? 'odd' : 'even'}`
    const all = Array.from({ length: many }, (_, i) => i + 1).map((n) =>
      written(seqOf(n), `${textOf(n)} internationalistically`, { senderId: n === 6 ? 'guest' : 'sender' }),
    )
    await insertAll(opened, all)
  })
  afterAll(() => opened?.close())

  test.each([
    ['a rare word', 'rarity', {}, [7], 20],
    ['a word of no message', 'nowhere', {}, [], 20],
    ['two words, each common, never together', 'rarity even', {}, [], 22],
    ['a common word of somebody who wrote once', 'everybody', { senderId: 'guest' }, [6], 22],
    ['a common word', 'everybody', {}, Array.from({ length: 20 }, (_, i) => many - i), 8],
    ['as many words as are asked', 'odd rarity everybody inter plain a b c d e', {}, [], 28],
  ] as const)('%s', async (_, text, more, found, most) => {
    const answer = await searchOn(opened, text, { conversations: [whole], ...more })
    expect([answer.found, answer.calls]).toEqual([found.map(seqOf), 1])
    expect(answer.most).toBeLessThan(most)
  })

  test('what only the texts can tell: an end, and on from there', async () => {
    const answer = await searchOn(opened, 'internationalisticallyx', { conversations: [whole] })
    expect(answer.found).toEqual([])
    expect(answer.calls).toBeGreaterThan(1)
    expect(answer.most).toBeLessThan(210)
  })

  test('of 25 conversations each costs as little, whatever is beside it', async () => {
    const others = Array.from({ length: 24 }, (_, i) => ({
      ...everything,
      conversationId: `other ${i}`,
      lastSeq: 1,
    }))
    const answer = await searchOn(opened, 'rarity', { conversations: [whole, ...others] })
    expect(answer.found).toEqual([seqOf(7)])
    expect(answer.most).toBeLessThan(24 * 6.3 + 20)
    const { effort = 0 } = await opened.messageSearch.find({
      conversations: others,
      text: 'rarity',
      limit: 20,
    })
    expect(effort).toBeGreaterThan(24 * 0.006)
    expect(effort).toBeLessThan(24 * 0.0064)
  })
})

test('without its index policy a search finds the same, and ends where it has cost enough', async () => {
  const opened = await openCosmos(createManualClock())
  onTestFinished(opened.close)
  await insertAll(
    opened,
    Array.from({ length: 300 }, (_, i) => written(i * 900 + 1, i === 3 ? 'rarity' : 'plain')),
  )
  const container = opened.database.container('Messages')
  const conversations = [{ ...everything, lastSeq: 300 * 900 }]
  const served = await searchOn(opened, 'rarity', { conversations })
  const { resource } = await container.read()
  const { indexingPolicy } = resource as ContainerDefinition
  const includedPaths = (indexingPolicy?.includedPaths ?? []).filter(({ path }) => !path.includes('_words'))
  await container.replace({ ...resource, indexingPolicy: { ...indexingPolicy, includedPaths } } as never)
  const loaded = await searchOn(opened, 'rarity', { conversations })
  expect(loaded.found).toEqual(served.found)
  expect(loaded.most).toBeGreaterThan(served.most)
})
