import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../../src/adapters/memory/clock.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { InvalidCursor } from '../../src/ports/cursor.ts'
import {
  type AnyCollection,
  collection,
  DocumentExists,
  type DocumentStore,
  DocumentTooLarge,
  maxDocumentBytes,
  VersionMismatch,
  type Write,
} from '../../src/ports/documents.ts'

interface Note {
  readonly id: string
  readonly owner: string
  readonly kind: string
  readonly title: string
  readonly rank: number
  readonly tags?: readonly string[]
  readonly expiresAt?: string
}

const notes = collection<Note>()({
  name: 'ContractNotes',
  partition: 'owner',
  paths: { byTitle: { by: [], order: 'title' }, byRank: { by: ['kind'], order: 'rank' } },
  ttl: 'expiresAt',
})
/** Apart, so that a scan sees nothing of the other cases. */
const scanned = collection<Note>()({
  name: 'ContractScanned',
  partition: 'owner',
  paths: {},
  ttl: 'expiresAt',
})

export interface OpenedDocuments {
  readonly documents: DocumentStore
  readonly close?: () => unknown
}

let partitions = 0

export function documentsContract(
  name: string,
  open: (needs: { clock: Clock; collections: readonly AnyCollection[] }) => Promise<OpenedDocuments>,
) {
  describe(`documents: ${name}`, () => {
    const clock: ManualClock = createManualClock()
    let opened: OpenedDocuments
    let d: DocumentStore
    beforeAll(async () => {
      opened = await open({ clock, collections: [notes, scanned] })
      d = opened.documents
    })
    afterAll(async () => {
      await opened.close?.()
    })

    /** A partition of its own for each case. */
    const fresh = () => {
      const owner = `owner-${++partitions}`
      const note = (id: string, extra: Partial<Note> = {}): Note => ({
        id,
        owner,
        kind: 'memo',
        title: id,
        rank: 0,
        ...extra,
      })
      return { owner, note, key: (id: string) => ({ partition: owner, id }) }
    }
    const inMs = (ms: number) => new Date(clock.now() + ms).toISOString()

    test('absence is null', async () => {
      expect(await d.read(notes, fresh().key('x'))).toBeNull()
    })

    test.each([
      'plain',
      'with space',
      `'quoted"`,
      '100%',
      'é😀漢',
      '{"json":1}',
      '--',
      'a@b.example',
      'a/b?c#d\\e',
    ])('what goes in comes out, under the id %s', async (id) => {
      const { note, key } = fresh()
      const value = note(id, { tags: ['é', '😀', ''], title: `t ${id}` })
      await d.insert(notes, value)
      expect((await d.read(notes, key(id)))?.value).toEqual(value)
    })

    test('a stored value is isolated from what callers do later', async () => {
      const { note, key } = fresh()
      const tags = ['a']
      const returned = await d.insert(notes, note('a', { tags }))
      tags.push('b')
      ;(returned.value.tags as string[]).push('c')
      const read = await d.read(notes, key('a'))
      ;(read!.value.tags as string[]).push('d')
      expect((await d.read(notes, key('a')))?.value.tags).toEqual(['a'])
    })

    test('a value is taken as it was when asked, also while it is being written', async () => {
      const { owner, note, key } = fresh()
      const written = async (write: (value: Note) => Promise<unknown>, value: Note) => {
        const tags = ['asked']
        const asked = { ...value, tags }
        const writing = write(asked)
        tags.push('later')
        asked.title = 'later'
        await writing
        const stored = await d.read(notes, key(value.id))
        expect(stored?.value).toEqual({ ...value, tags: ['asked'] })
        return stored!.version
      }
      const version = await written((value) => d.insert(notes, value), note('a'))
      await written((value) => d.replace(notes, value, version), note('a', { rank: 1 }))
      await written((value) => d.transact(notes, owner, [{ insert: value }]), note('b'))
    })

    test('one id in two partitions is two documents', async () => {
      const [one, two] = [fresh(), fresh()]
      await d.insert(notes, one.note('a', { rank: 1 }))
      expect(await d.read(notes, two.key('a'))).toBeNull()
      await d.insert(notes, two.note('a', { rank: 2 }))
      expect(await d.remove(notes, one.key('a'))).toBe(true)
      expect((await d.read(notes, two.key('a')))?.value.rank).toBe(2)
    })

    test('one of many concurrent inserts wins', async () => {
      const { note } = fresh()
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => d.insert(notes, note('a'))))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DocumentExists)
    })

    test('one of many concurrent replaces of one version wins', async () => {
      const { note, key } = fresh()
      const { version } = await d.insert(notes, note('a'))
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, rank) => d.replace(notes, note('a', { rank: rank + 1 }), version)),
      )
      const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
      expect(winners).toHaveLength(1)
      expect(await d.read(notes, key('a'))).toEqual(winners[0])
    })

    test('a stale or absent document is not replaced', async () => {
      const { note } = fresh()
      const { version } = await d.insert(notes, note('a'))
      await d.replace(notes, note('a', { rank: 1 }), version)
      await expect(d.replace(notes, note('a', { rank: 2 }), version)).rejects.toBeInstanceOf(VersionMismatch)
      await expect(d.replace(notes, note('b'), version)).rejects.toBeInstanceOf(VersionMismatch)
    })

    test('a version never comes back, even after delete and insert', async () => {
      const { note, key } = fresh()
      const first = await d.insert(notes, note('a'))
      await d.remove(notes, key('a'))
      const second = await d.insert(notes, note('a'))
      expect(second.version).not.toBe(first.version)
      await expect(d.replace(notes, note('a'), first.version)).rejects.toBeInstanceOf(VersionMismatch)
    })

    test('one of many concurrent removes wins', async () => {
      const { note, key } = fresh()
      const { version } = await d.insert(notes, note('a'))
      const wins = await Promise.all(Array.from({ length: 8 }, () => d.remove(notes, key('a'), version)))
      expect(wins.filter(Boolean)).toHaveLength(1)
    })

    test('a remove without a version is true for one caller', async () => {
      const { note, key } = fresh()
      await d.insert(notes, note('a'))
      const wins = await Promise.all(Array.from({ length: 8 }, () => d.remove(notes, key('a'))))
      expect(wins.filter(Boolean)).toHaveLength(1)
    })

    test('a refusal does not name the document', async () => {
      const { note } = fresh()
      await d.insert(notes, note('ann@b.example'))
      for (const refused of [
        () => d.insert(notes, note('ann@b.example')),
        () => d.replace(notes, note('ann@b.example'), 'stale'),
      ])
        await expect(refused()).rejects.toThrow(/^(?!.*ann@b)(?=.*ContractNotes)/)
    })

    test('a stale version removes nothing', async () => {
      const { note, key } = fresh()
      const { version } = await d.insert(notes, note('a'))
      await d.replace(notes, note('a', { rank: 1 }), version)
      expect(await d.remove(notes, key('a'), version)).toBe(false)
      expect(await d.read(notes, key('a'))).not.toBeNull()
    })

    test('strings order by code point, neither by locale nor by UTF-16', async () => {
      const { owner, note } = fresh()
      const titles = ['b', '😀', 'a', 'B', '\uff5e', 'é', 'Z']
      for (const [i, title] of titles.entries()) await d.insert(notes, note(`n${i}`, { title }))
      const page = await d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 10 })
      expect(page.items.map(({ value }) => value.title)).toEqual(['B', 'Z', 'a', 'b', 'é', '\uff5e', '😀'])
      expect(page.next).toBeUndefined()
    })

    test('numbers order as numbers', async () => {
      const { owner, note } = fresh()
      const ranks = [10, 9, 100, -1, 0, 2.5]
      for (const rank of ranks) await d.insert(notes, note(`n${rank}`, { rank }))
      const page = await d.query(notes, {
        path: 'byRank',
        partition: owner,
        equals: { kind: 'memo' },
        limit: 10,
      })
      expect(page.items.map(({ value }) => value.rank)).toEqual(ranks.toSorted((a, b) => a - b))
    })

    test.each(['asc', 'desc'] as const)(
      'paging %s visits each match once, ties included',
      async (direction) => {
        const { owner, note } = fresh()
        for (let i = 0; i < 7; i++) await d.insert(notes, note(`n${i}`, { rank: i % 2 }))
        await d.insert(notes, note('other-kind', { kind: 'list' }))
        await d.insert(notes, fresh().note('other-partition'))
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await d.query(notes, {
            path: 'byRank',
            partition: owner,
            equals: { kind: 'memo' },
            direction,
            limit: 2,
            ...(after === undefined ? {} : { after }),
          })
          expect(page.items.length).toBeLessThanOrEqual(2)
          seen.push(...page.items.map(({ value }) => value.id))
          after = page.next
        } while (after !== undefined)
        const ascending = ['n0', 'n2', 'n4', 'n6', 'n1', 'n3', 'n5']
        expect(seen).toEqual(direction === 'asc' ? ascending : ascending.toReversed())
      },
    )

    test('equals order by id, by code point', async () => {
      const { owner, note } = fresh()
      const ids = ['!', '#', '/', '0', '?', 'A', '\\', 'a', 'é', '\uff5e', '😀']
      for (const id of ids.toReversed()) await d.insert(notes, note(id))
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await d.query(notes, {
          path: 'byRank',
          partition: owner,
          equals: { kind: 'memo' },
          limit: 4,
          ...(after === undefined ? {} : { after }),
        })
        seen.push(...page.items.map(({ value }) => value.id))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(ids)
    })

    test.each(['', 'nonsense', '!!', 'W10', 'WyJhIl0', 'bnVsbA'])(
      'the cursor %j is refused',
      async (after) => {
        const { owner } = fresh()
        const query = d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 1, after })
        await expect(query).rejects.toBeInstanceOf(InvalidCursor)
        await expect(d.scan(notes, { after })).rejects.toBeInstanceOf(InvalidCursor)
      },
    )

    test('a transaction answers what it stored, in order', async () => {
      const { owner, note, key } = fresh()
      const [a, b] = [await d.insert(notes, note('a')), await d.insert(notes, note('b'))]
      const results = await d.transact(notes, owner, [
        { insert: note('c') },
        { replace: note('a', { rank: 5 }), version: a.version },
        { remove: 'b', version: b.version },
      ])
      expect(results).toEqual([await d.read(notes, key('c')), await d.read(notes, key('a')), null])
      expect(await d.read(notes, key('b'))).toBeNull()
    })

    test.each([
      [
        'an insert of what exists',
        DocumentExists,
        (f: ReturnType<typeof fresh>) => ({ insert: f.note('taken') }),
      ],
      [
        'a replace at a stale version',
        VersionMismatch,
        (f: ReturnType<typeof fresh>) => ({ replace: f.note('taken'), version: 'stale' }),
      ],
      ['a remove of what is absent', VersionMismatch, () => ({ remove: 'absent' })],
      ['a remove at a stale version', VersionMismatch, () => ({ remove: 'taken', version: 'stale' })],
    ] as const)('a transaction with %s changes nothing', async (_, error, failing) => {
      const place = fresh()
      const taken = await d.insert(notes, place.note('taken'))
      const writes: Write<Note>[] = [
        { insert: place.note('new') },
        failing(place),
        { insert: place.note('later') },
      ]
      await expect(d.transact(notes, place.owner, writes)).rejects.toBeInstanceOf(error)
      expect(await d.read(notes, place.key('new'))).toBeNull()
      expect(await d.read(notes, place.key('later'))).toBeNull()
      expect(await d.read(notes, place.key('taken'))).toEqual(taken)
    })

    test('of concurrent transactions on one head exactly one wins', async () => {
      const { owner, note } = fresh()
      const head = await d.insert(notes, note('head'))
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, i) =>
          d.transact(notes, owner, [
            { replace: note('head', { rank: i + 1 }), version: head.version },
            { insert: note(`change-${i}`) },
          ]),
        ),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const page = await d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 10 })
      expect(page.items).toHaveLength(2)
    })

    test('a transaction keeps to one partition', async () => {
      const [here, there] = [fresh(), fresh()]
      const writes = [{ insert: here.note('a') }, { insert: there.note('b') }]
      await expect(d.transact(notes, here.owner, writes)).rejects.toBeInstanceOf(RangeError)
      for (const key of [here.key('a'), here.key('b'), there.key('b')])
        expect(await d.read(notes, key)).toBeNull()
    })

    test('a transaction may hold 100 writes and no more', async () => {
      const { owner, note } = fresh()
      const tooMany = Array.from({ length: 101 }, (_, i) => ({ insert: note(`n${i}`) }))
      await expect(d.transact(notes, owner, tooMany)).rejects.toBeInstanceOf(RangeError)
      await d.transact(
        notes,
        owner,
        Array.from({ length: 100 }, (_, i) => ({ insert: note(`n${i}`) })),
      )
      const page = await d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 200 })
      expect(page.items).toHaveLength(100)
    })

    /** Bytes of a note as JSON, by the letter that its kind is filled with: as it is, escaped, or in UTF-8. */
    const filled = (note: Note, letter: string, bytesOfLetter: number, bytes: number): Note => {
      const empty = new TextEncoder().encode(JSON.stringify({ ...note, kind: '' })).length
      const rest = (bytes - empty) % bytesOfLetter
      return { ...note, kind: letter.repeat((bytes - empty - rest) / bytesOfLetter) + 'x'.repeat(rest) }
    }

    test.each([
      ['a', 1],
      ['"', 2],
      ['\u0001', 6],
      ['ñ', 2],
      ['漢', 3],
      ['😀', 4],
      ['\u2028', 6],
      ['\ud800', 6],
    ])('a document of %j may have 1.9 MB as JSON and no more', async (letter, bytesOfLetter) => {
      const { key, note } = fresh()
      // Line separators are plain in JSON and escaped when it is sent.
      const separators = Math.floor(maxDocumentBytes / 6)
      const sized = (bytes: number) =>
        letter === '\u2028'
          ? { ...note('a'), kind: letter.repeat(separators + (bytes > maxDocumentBytes ? 1 : -100)) }
          : filled(note('a'), letter, bytesOfLetter, bytes)
      const tooLarge = sized(maxDocumentBytes + 1)
      await expect(d.insert(notes, tooLarge)).rejects.toBeInstanceOf(DocumentTooLarge)
      expect(await d.read(notes, key('a'))).toBeNull()
      const small = await d.insert(notes, note('a'))
      await expect(d.replace(notes, tooLarge, small.version)).rejects.toBeInstanceOf(DocumentTooLarge)
      await expect(
        d.transact(notes, tooLarge.owner, [
          { insert: note('b') },
          { replace: tooLarge, version: small.version },
        ]),
      ).rejects.toBeInstanceOf(DocumentTooLarge)
      expect([await d.read(notes, key('a')), await d.read(notes, key('b'))]).toEqual([small, null])
      const large = await d.replace(notes, sized(maxDocumentBytes), small.version)
      expect(await d.read(notes, key('a'))).toEqual(large)
    })

    test('what is too large is refused before anything else is said of it', async () => {
      const { note } = fresh()
      const there = await d.insert(notes, note('a'))
      const tooLarge = filled(note('a'), 'a', 1, maxDocumentBytes + 1)
      await expect(d.insert(notes, tooLarge)).rejects.toBeInstanceOf(DocumentTooLarge)
      await d.replace(notes, note('a'), there.version)
      await expect(d.replace(notes, tooLarge, there.version)).rejects.toBeInstanceOf(DocumentTooLarge)
    })

    test('all that a transaction writes may have 1.9 MB together', async () => {
      const { owner, key, note } = fresh()
      const writes = (bytes: number) =>
        Array.from({ length: 100 }, (_, i) => ({ insert: filled(note(`n${i}`), '漢', 3, bytes) }))
      await expect(d.transact(notes, owner, writes(maxDocumentBytes / 100))).rejects.toBeInstanceOf(
        DocumentTooLarge,
      )
      expect(await d.read(notes, key('n0'))).toBeNull()
      const stored = await d.transact(notes, owner, writes(maxDocumentBytes / 100 - 1_000))
      expect(await d.read(notes, key('n99'))).toEqual(stored[99])
    })

    test('a cursor is never longer than the API takes one', async () => {
      const { owner, note } = fresh()
      const longest = (i: number) => `${'ñ'.repeat(250)}${i}`
      for (let i = 0; i < 3; i++) {
        await d.insert(notes, note(longest(i), { title: '漢'.repeat(200) }))
        await d.insert(scanned, note(longest(i)))
      }
      const pages = [
        await d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 2 }),
        await d.scan(scanned, { limit: 1 }),
      ]
      for (const { next } of pages) {
        expect(next).toBeDefined()
        expect(next?.length).toBeLessThanOrEqual(2_000)
      }
      for (let i = 0; i < 3; i++) await d.remove(scanned, { partition: owner, id: longest(i) })
    })

    test('a scan visits every document of every partition once', async () => {
      const expected: string[] = []
      for (let p = 0; p < 3; p++) {
        const { note } = fresh()
        for (let i = 0; i < 4; i++) {
          await d.insert(scanned, note(`scan-${p}-${i}`))
          expected.push(`scan-${p}-${i}`)
        }
        await d.insert(scanned, note(`gone-${p}`, { expiresAt: inMs(0) }))
      }
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await d.scan(scanned, { limit: 5, ...(after === undefined ? {} : { after }) })
        seen.push(...page.items.map(({ value }) => value.id))
        after = page.next
      } while (after !== undefined)
      expect(seen.sort()).toEqual(expected)
    })

    test('a document past its time does not exist, and its place is free', async () => {
      const { owner, note, key } = fresh()
      const first = await d.insert(notes, note('a', { expiresAt: inMs(1_000) }))
      await d.insert(notes, note('b', { expiresAt: inMs(5_000) }))
      clock.advance(999)
      expect(await d.read(notes, key('a'))).toEqual(first)
      await expect(d.insert(notes, note('a'))).rejects.toBeInstanceOf(DocumentExists)
      clock.advance(1)
      expect(await d.read(notes, key('a'))).toBeNull()
      const page = await d.query(notes, { path: 'byTitle', partition: owner, equals: {}, limit: 10 })
      expect(page.items.map(({ value }) => value.id)).toEqual(['b'])
      await expect(d.replace(notes, note('a'), first.version)).rejects.toBeInstanceOf(VersionMismatch)
      expect(await d.remove(notes, key('a'))).toBe(false)
      for (const write of [{ remove: 'a' }, { replace: note('a'), version: first.version }])
        await expect(d.transact(notes, owner, [write])).rejects.toBeInstanceOf(VersionMismatch)
      const second = await d.insert(notes, note('a', { rank: 2 }))
      expect(second.version).not.toBe(first.version)
      clock.advance(60_000)
      expect((await d.read(notes, key('a')))?.value.rank).toBe(2)
    })

    test('a transaction may take the place of what has expired', async () => {
      const { owner, note, key } = fresh()
      await d.insert(notes, note('a', { expiresAt: inMs(1_000) }))
      clock.advance(1_000)
      await d.transact(notes, owner, [{ insert: note('a', { rank: 2 }) }])
      expect((await d.read(notes, key('a')))?.value.rank).toBe(2)
    })

    test('a replace may move the moment of expiry', async () => {
      const { note, key } = fresh()
      const { version } = await d.insert(notes, note('a', { expiresAt: inMs(1_000) }))
      await d.replace(notes, note('a', { expiresAt: inMs(5_000) }), version)
      clock.advance(1_000)
      expect(await d.read(notes, key('a'))).not.toBeNull()
      clock.advance(4_000)
      expect(await d.read(notes, key('a'))).toBeNull()
    })
  })
}
