import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createManualClock } from '../../src/adapters/memory/clock.ts'
import { messages, type StoredMessage } from '../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { DocumentStore } from '../../src/ports/documents.ts'
import type { FoundMessage, MessageQuestion, MessageSearch } from '../../src/ports/message-search.ts'
import { writtenMessage } from '../written-message.ts'
import { phrases, scripts } from './texts-in-scripts.ts'

export interface OpenedMessageSearch {
  /** Where the messages are written. */
  readonly documents: DocumentStore
  readonly messageSearch: MessageSearch
  readonly close?: () => unknown
}

const longAgo = new Date(0).toISOString()

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

    async function textsOf(found: readonly FoundMessage[]) {
      const stored = await Promise.all(
        found.map((each) => opened.documents.read(messages, { partition: each.conversationId, id: each.id })),
      )
      return stored.map((each) => (each?.value as StoredMessage | undefined)?.text)
    }

    let seq = 0
    const fresh = () => {
      const conversationId = crypto.randomUUID()
      const write = async (text: string, more: Partial<StoredMessage> = {}) => {
        clock.advance(1_000)
        const message = writtenMessage({ conversationId, seq: ++seq, text, at: clock.now() }, more)
        return opened.documents.insert(messages, message)
      }
      const everything = { conversationId, afterSeq: 0, since: longAgo }
      const ask = (text: string, more: Partial<MessageQuestion> = {}) =>
        opened.messageSearch.find({ conversations: [everything], text, limit: 50, ...more })
      const find = async (words: string, more: Partial<MessageQuestion> = {}) =>
        textsOf((await ask(words, more)).found)
      return { conversationId, everything, write, ask, find }
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
      const since = (late.value as StoredMessage).at
      const afterSeq = late.value.seq - 1
      const joined = { conversationId: mine.conversationId, afterSeq, since }
      expect(await mine.find('word', { conversations: [joined] })).toEqual(['word late'])
      expect(await mine.find('word', { conversations: [] })).toEqual([])
      expect(await mine.find('word', { conversations: [mine.everything, other.everything] })).toEqual([
        'word elsewhere',
        'word late',
        'word early',
      ])
    })

    test('where the last number is known, and when it is no longer the last', async () => {
      const { everything, write, find } = fresh()
      const first = await write('word first')
      seq += 5_000
      const second = await write('word second')
      for (const lastSeq of [second.value.seq, first.value.seq, first.value.seq - 1])
        expect(await find('word', { conversations: [{ ...everything, lastSeq }] })).toEqual([
          'word second',
          'word first',
        ])
    })

    test('by who wrote it and by when', async () => {
      const { write, find } = fresh()
      await write('word of ann', { senderId: 'ann' })
      const { at } = (await write('word of ben', { senderId: 'ben' })).value as StoredMessage
      expect(await find('word', { senderId: 'ben' })).toEqual(['word of ben'])
      expect(await find('word', { after: { at, conversationId: '', seq: 0 } })).toEqual(['word of ann'])
      expect(await find('word', { senderId: 'nobody' })).toEqual([])
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

    test('page by page, in one conversation and in several, also of the same millisecond', async () => {
      const ours = [fresh(), fresh(), fresh()].sort((a, b) => (a.conversationId < b.conversationId ? 1 : -1))
      const at = new Date(clock.now() + 500).toISOString()
      const expected: string[] = []
      for (const [i, { write }] of ours.entries())
        for (let k = 0; k < 4; k++) {
          await write(`word ${i} ${k}`, { at })
          expected.push(`word ${i} ${3 - k}`)
        }
      await ours[1]?.write('word newest')
      expected.sort((a, b) => Number(a[5]) - Number(b[5]))
      const conversations = ours.map(({ everything }) => everything)
      const got: unknown[] = []
      for (let after: FoundMessage | undefined; ; ) {
        const { found } = await ours[0]!.ask('word', { conversations, limit: 3, ...(after && { after }) })
        got.push(...(await textsOf(found)))
        after = found.at(-1)
        if (!after) break
      }
      expect(got).toEqual(['word newest', ...expected])
      const newest = (await ours[1]!.ask('word', { limit: 1 })).found[0]
      expect(await textsOf((await ours[1]!.ask('word newest', { until: newest! })).found)).toEqual([
        'word newest',
      ])
    })

    test('a long word that begins like others, however many there are, when asked to go on', async () => {
      const { write, ask } = fresh()
      await write('internationalization')
      for (let i = 0; i < 350; i++) await write(`internationalistically ${i}`)
      const found: unknown[] = []
      let answer = await ask('internationaliza')
      for (;;) {
        found.push(...(await textsOf(answer.found)))
        if (!answer.reached) break
        answer = await ask('internationaliza', { after: answer.reached })
      }
      expect(found).toEqual(['internationalization'])
    })

    test.each([
      'and',
      'or',
      'not',
      'near',
      'text',
      '*',
      '"',
      '1',
      'NEAR(a b)',
      'a"b',
      "x' or 1",
      '-a',
      '^a',
      'a:b',
    ])('what means something to a search engine is a word: %s', async (word) => {
      const { write, find } = fresh()
      await write(`nothing of it ${word}`)
      await write('else')
      expect(await find(word)).toEqual(/\w/.test(word) ? [`nothing of it ${word}`] : [])
    })

    test.each(scripts)(
      'in the script $name',
      async ({ text, wrong, words, beginnings = [], folded = [] }) => {
        const { write, find } = fresh()
        await write(text)
        await write(wrong)
        for (const asked of [...words, ...beginnings, ...folded, text, words.toReversed().join(' ')])
          expect(await find(asked), asked).toEqual([text])
        expect(await find(`${words[0]} ${wrong}`)).toEqual([])
      },
    )

    test.each(phrases)('$asked is found in $text: $isFound', async ({ text, asked, isFound = true }) => {
      const { write, find } = fresh()
      await write(text)
      expect(await find(asked)).toEqual(isFound ? [text] : [])
    })

    test('the last word of the longest text, and a word as long as a text may be', async () => {
      const { write, find } = fresh()
      const longest = `${Array.from({ length: 2_600 }, (_, i) => `w${i}`).join(' ')} ${'z'.repeat(500)} omega`
      const oneWord = `q${'abcdefghij'.repeat(1_599)}end`
      await write(longest)
      await write(oneWord)
      expect(await find('omega')).toEqual([longest])
      expect(await find('w2599 w0')).toEqual([longest])
      expect(await find('z'.repeat(200))).toEqual([longest])
      expect(await find(oneWord.slice(0, 199))).toEqual([oneWord])
      expect(await find(oneWord)).toEqual([oneWord])
      expect(await find(`${oneWord}s`)).toEqual([])
      expect(await find(Array.from({ length: 40 }, (_, i) => `w${i}`).join(' '))).toEqual([longest])
      expect(await find(`${Array.from({ length: 40 }, (_, i) => `w${i}`).join(' ')} missing`)).toEqual([])
    })
  })
}
