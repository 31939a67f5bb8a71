import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createManualClock } from '../../src/adapters/memory/clock.ts'
import { messages, type StoredMessage } from '../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { DocumentStore } from '../../src/ports/documents.ts'
import type { MessageQuestion, MessageSearch } from '../../src/ports/message-search.ts'

export interface OpenedMessageSearch {
  /** Where the messages are written. */
  readonly documents: DocumentStore
  readonly messageSearch: MessageSearch
  readonly close?: () => unknown
}

export function messageSearchContract(
  name: string,
  open: (needs: { clock: Clock }) => Promise<OpenedMessageSearch>,
) {
  describe(`message search: ${name}`, () => {
    const clock = createManualClock()
    let opened: OpenedMessageSearch
    beforeAll(async () => {
      opened = await open({ clock })
    })
    afterAll(() => opened?.close?.())

    let seq = 0
    const fresh = () => {
      const conversationId = crypto.randomUUID()
      const write = async (text: string, more: Partial<StoredMessage> = {}) => {
        clock.advance(1_000)
        const message: StoredMessage = {
          id: `sender~${++seq}`,
          conversationId,
          seq,
          kind: 'message',
          isNumbered: 'yes',
          senderId: 'sender',
          clientMessageId: null,
          fingerprint: '',
          count: seq,
          text,
          attachments: [],
          mentions: [],
          replyTo: null,
          reactions: {},
          at: new Date(clock.now()).toISOString(),
          editedAt: null,
          deletedAt: null,
          ...more,
        }
        return opened.documents.insert(messages, message)
      }
      const find = async (words: string, more: Partial<MessageQuestion> = {}) => {
        const found = await opened.messageSearch.find({
          conversations: [{ conversationId, afterSeq: 0 }],
          words: words.split(' '),
          limit: 50,
          ...more,
        })
        const stored = await Promise.all(
          found.map((each) =>
            opened.documents.read(messages, { partition: each.conversationId, id: each.id }),
          ),
        )
        return stored.map((each) => (each?.value as StoredMessage | undefined)?.text)
      }
      return { conversationId, write, find }
    }

    test('each word begins a word of the text, in any order, whatever case and accents', async () => {
      const { write, find } = fresh()
      await write('Das Café öffnet um Zehn')
      await write('decaf only')
      expect(await find('cafe')).toEqual(['Das Café öffnet um Zehn'])
      expect(await find('zehn caf')).toEqual(['Das Café öffnet um Zehn'])
      expect(await find('caf only')).toEqual([])
      expect(await find('offnet')).toEqual(['Das Café öffnet um Zehn'])
    })

    test('other scripts and digits are found', async () => {
      const { write, find } = fresh()
      await write('встреча в 14 часов')
      expect(await find('встр')).toEqual(['встреча в 14 часов'])
      expect(await find('14')).toEqual(['встреча в 14 часов'])
    })

    test('newest first, as many as asked for', async () => {
      const { write, find } = fresh()
      for (const text of ['word one', 'word two', 'word three']) await write(text)
      expect(await find('word', { limit: 2 })).toEqual(['word three', 'word two'])
    })

    test('only in the conversations named, after the number named', async () => {
      const [mine, other] = [fresh(), fresh()]
      await mine.write('word early')
      const late = await mine.write('word late')
      await other.write('word elsewhere')
      expect(await mine.find('word')).toEqual(['word late', 'word early'])
      const { conversationId } = mine
      const afterSeq = late.value.seq - 1
      expect(await mine.find('word', { conversations: [{ conversationId, afterSeq }] })).toEqual([
        'word late',
      ])
      expect(await mine.find('word', { conversations: [] })).toEqual([])
      const both = [conversationId, other.conversationId].map((id) => ({ conversationId: id, afterSeq: 0 }))
      expect(await mine.find('word', { conversations: both })).toEqual([
        'word elsewhere',
        'word late',
        'word early',
      ])
    })

    test('by who wrote it and by when', async () => {
      const { write, find } = fresh()
      await write('word of ann', { senderId: 'ann' })
      const { at } = (await write('word of ben', { senderId: 'ben' })).value as StoredMessage
      expect(await find('word', { senderId: 'ben' })).toEqual(['word of ben'])
      expect(await find('word', { before: at })).toEqual(['word of ann'])
    })

    test('as the message is now: edited, emptied, removed, expired', async () => {
      const { conversationId, write, find } = fresh()
      const stored = await write('before')
      const edited = await opened.documents.replace(
        messages,
        { ...stored.value, text: 'afterwards' } as StoredMessage,
        stored.version,
      )
      expect([await find('before'), await find('after')]).toEqual([[], ['afterwards']])
      await opened.documents.replace(messages, { ...edited.value, text: '' } as StoredMessage, edited.version)
      expect(await find('after')).toEqual([])
      const removed = await write('removed')
      await opened.documents.remove(messages, { partition: conversationId, id: removed.value.id })
      expect(await find('removed')).toEqual([])
      await write('passing', { expiresAt: new Date(clock.now() + 10_000).toISOString() })
      expect(await find('passing')).toEqual(['passing'])
      clock.advance(20_000)
      expect(await find('passing')).toEqual([])
    })

    test('forgets what was deleted, and finds the rest', async () => {
      const { write, find } = fresh()
      const stored = await write('forgotten')
      await write('remembered')
      await opened.documents.replace(messages, { ...stored.value, text: '' } as StoredMessage, stored.version)
      await opened.messageSearch.forgetDeleted()
      await opened.messageSearch.forgetDeleted()
      expect([await find('forgotten'), await find('remembered')]).toEqual([[], ['remembered']])
    })

    test.each(['and', 'or', 'not', 'near', 'text', '*', '"', '1'])(
      'a word that means something to a search engine is a word: %s',
      async (word) => {
        const { write, find } = fresh()
        await write(`nothing of it ${word}`)
        await write('something else')
        if (/\w/.test(word)) expect(await find(word)).toEqual([`nothing of it ${word}`])
        else await expect(find(word)).resolves.toBeInstanceOf(Array)
      },
    )
  })
}
