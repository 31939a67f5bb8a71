import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditFilter, AuditLog } from '../../src/ports/audit.ts'
import { InvalidCursor } from '../../src/ports/cursor.ts'
import { nearTexts } from './mail-queue.contract.ts'

export type Tampering = 'alter' | 'remove' | 'swap' | 'prepend'

export interface OpenedAudit {
  readonly audit: AuditLog
  /**
   * Goes around the port, as an intruder with the file would: at sequence 2 of the only partition, or, to prepend,
   * with a copy of its first record under another id at sequence 0.
   */
  readonly tamper: (tampering: Tampering) => unknown
  readonly close?: () => unknown
}

let entries = 0
const entry = (extra: Partial<AuditEntry> = {}): AuditEntry => ({
  id: `00000000-0000-7000-8000-${String(++entries).padStart(12, '0')}`,
  eventType: 'user.login',
  actorId: 'ann',
  onBehalfOf: null,
  resourceType: 'user',
  resourceId: 'ann',
  outcome: 'success',
  reason: null,
  requestId: 'request-1',
  sessionId: null,
  ipHmac: null,
  userAgentClass: 'browser',
  changedFields: ['name', 'theme'],
  createdAt: '2026-11-24T10:00:00.000Z',
  ...extra,
})

export function auditContract(name: string, open: () => Promise<OpenedAudit>) {
  describe(`audit: ${name}`, () => {
    let opened: OpenedAudit
    let a: AuditLog
    const reopen = async () => {
      await opened?.close?.()
      opened = await open()
      a = opened.audit
    }
    beforeAll(reopen)
    afterAll(async () => {
      await opened.close?.()
    })

    test('what was appended is listed whole, newest first, for its actor alone', async () => {
      const actorId = 'lister'
      const older = entry({ actorId, createdAt: '2026-11-24T10:00:00.000Z' })
      const newer = entry({ actorId, createdAt: '2026-11-24T10:00:01.000Z' })
      for (const each of [newer, entry({ actorId: 'somebody else' }), older]) await a.append(each)
      const { items, next } = await a.listByActor(actorId, { limit: 10 })
      expect(items).toEqual([expect.objectContaining(newer), expect.objectContaining(older)])
      expect(next).toBeUndefined()
    })

    test('what was done to one thing is listed whoever did it, page by page', async () => {
      const about = { resourceType: 'course', resourceId: 'c1' }
      const first = entry({ ...about, actorId: 'a', createdAt: '2026-11-24T10:00:00.000Z' })
      const second = entry({ ...about, actorId: 'b', createdAt: '2026-11-24T10:00:01.000Z' })
      const others = [entry({ ...about, resourceId: 'c2' }), entry({ ...about, resourceType: 'lesson' })]
      for (const each of [first, ...others, second]) await a.append(each)
      const resource = { type: 'course', id: 'c1' }
      const page = await a.listByResource(resource, { limit: 1 })
      expect(page.items).toEqual([expect.objectContaining(second)])
      const rest = await a.listByResource(resource, { limit: 1, after: page.next as string })
      expect(rest).toEqual({ items: [expect.objectContaining(first)] })
    })

    test('paging visits each entry once, ties included', async () => {
      const actorId = 'pager'
      const ids: string[] = []
      for (let i = 0; i < 5; i++) {
        const each = entry({ actorId })
        ids.push(each.id)
        await a.append(each)
      }
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await a.listByActor(actorId, { limit: 2, ...(after === undefined ? {} : { after }) })
        seen.push(...page.items.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(ids.toReversed())
      await expect(a.listByActor(actorId, { limit: 2, after: 'nonsense' })).rejects.toBeInstanceOf(
        InvalidCursor,
      )
    })

    test('appending an id again changes nothing', async () => {
      const once = entry({ actorId: 'repeater' })
      await a.append(once)
      await a.append({ ...once, outcome: 'failure' })
      const { items } = await a.listByActor('repeater', { limit: 10 })
      expect(items.map(({ outcome }) => outcome)).toEqual(['success'])
      expect(await a.verify()).toMatchObject({ intact: true })
    })

    test.each(nearTexts)('nothing is the same with `%s` behind it', async (end) => {
      await reopen()
      const plain = entry({ actorId: 'blank', resourceId: 'blank' })
      const ending = entry({
        id: `${plain.id}${end}`,
        eventType: `user.login${end}`,
        actorId: `blank${end}`,
        onBehalfOf: end,
        resourceType: `user${end}`,
        resourceId: `blank${end}`,
        reason: `reason${end}`,
        changedFields: [`name${end}`, end],
      })
      for (const each of [plain, ending, plain, ending]) await a.append(each)
      const fields = ['eventType', 'actorId', 'resourceType', 'resourceId'] as const
      for (const wanted of [plain, ending])
        for (const field of fields) {
          const { items } = await a.list({ [field]: wanted[field] }, { limit: 10 })
          expect([field, items]).toEqual([field, [expect.objectContaining(wanted)]])
        }
      expect((await a.listByActor(`blank${end}${end}`, { limit: 10 })).items).toEqual([])
      expect(await a.verify()).toMatchObject({ intact: true, records: 2 })
    })

    test('nobody has a name longer than any that was given', async () => {
      const actorId = 'x'.repeat(200)
      await a.append(entry({ actorId, resourceId: actorId }))
      for (const long of [`${actorId}x`, `${actorId} `, `${actorId}${'x'.repeat(5_000)}`]) {
        for (const field of ['actorId', 'eventType', 'outcome', 'resourceType', 'resourceId'] as const)
          expect((await a.list({ [field]: long }, { limit: 10 })).items).toEqual([])
      }
      expect((await a.listByActor(actorId, { limit: 10 })).items).toHaveLength(1)
    })

    test('concurrent appends make one chain without gaps, a chain a month', async () => {
      await reopen()
      await Promise.all(Array.from({ length: 50 }, () => a.append(entry({ actorId: 'crowd' }))))
      await a.append(entry({ actorId: 'crowd', createdAt: '2026-12-01T00:00:00.000Z' }))
      const { items } = await a.listByActor('crowd', { limit: 100 })
      const november = items
        .filter(({ partition }) => partition === '2026-11')
        .map(({ sequence }) => sequence)
      expect(november.sort((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
      const verification = await a.verify()
      expect(verification).toMatchObject({ intact: true, records: 51 })
      expect(verification.heads.map(({ partition }) => partition)).toEqual(['2026-11', '2026-12'])
    })

    test('an entry is taken as it was when asked, also while it is being written', async () => {
      const changedFields = ['name']
      const asked = { ...entry({ actorId: 'mutator' }), changedFields }
      const appended = a.append(asked)
      changedFields.push('role')
      asked.outcome = 'failure'
      await appended
      const { items } = await a.listByActor('mutator', { limit: 1 })
      expect(items).toMatchObject([{ outcome: 'success', changedFields: ['name'] }])
      expect(await a.verify()).toMatchObject({ intact: true })
    })

    test.each([
      ['alter', 'altered', 2],
      ['remove', 'missing', 2],
      ['swap', 'altered', 2],
      ['prepend', 'inserted', 0],
    ] as const)('a chain after %s is broken: %s', async (tampering, kind, sequence) => {
      await reopen()
      for (let i = 0; i < 4; i++) await a.append(entry())
      await opened.tamper(tampering)
      const { intact, damages } = await a.verify()
      expect(intact).toBe(false)
      expect(damages.filter((damage) => damage.kind !== 'unprotected')[0]).toEqual({
        kind,
        partition: '2026-11',
        sequence,
      })
    })

    test('a log that only grew since then has all the heads that were kept', async () => {
      await reopen()
      for (const createdAt of ['2026-10-01T00:00:00.000Z', '2026-11-01T00:00:00.000Z'])
        await a.append(entry({ createdAt }))
      const heads = await a.heads()
      expect(heads.map(({ partition, sequence }) => [partition, sequence])).toEqual([
        ['2026-10', 1],
        ['2026-11', 1],
      ])
      for (const createdAt of ['2026-10-02T00:00:00.000Z', '2026-12-01T00:00:00.000Z'])
        await a.append(entry({ createdAt }))
      expect(await a.verify(heads)).toMatchObject({ intact: true, records: 4 })
      const placeless = heads.map((head) => ({ ...head, sequence: null }))
      expect(await a.verify(placeless)).toMatchObject({ intact: true })
      const [head] = heads
      if (!head) throw new Error('no head')
      for (const [forged, kind] of [
        [{ ...head, hash: '0'.repeat(64) }, 'replaced'],
        [{ ...head, hash: '0'.repeat(64), sequence: null }, 'replaced'],
        [{ ...head, sequence: 7 }, 'cut_off'],
        [{ ...head, partition: '2026-08' }, 'month_gone'],
      ] as const)
        expect((await a.verify([forged])).damages).toEqual([expect.objectContaining({ kind })])
      expect(await a.verify([{ ...head, partition: '2019-11' }])).toMatchObject({ intact: true })
    })

    test('every filter, alone and together, finds what it names, page by page, ties included', async () => {
      await reopen()
      const actors = ['ann', 'bob']
      const outcomes = ['success', 'failure', 'denied'] as const
      const written: AuditEntry[] = []
      for (let i = 0; i < 24; i++)
        written.push(
          entry({
            actorId: actors[i % 2] ?? '',
            outcome: outcomes[i % 3] ?? 'success',
            eventType: i % 4 < 2 ? 'user.login' : 'form.read',
            resourceType: i % 5 === 0 ? 'form' : 'user',
            resourceId: i % 7 === 0 ? null : `r${i % 3}`,
            createdAt: new Date(Date.UTC(2026, 10, 24, 10, Math.floor(i / 4))).toISOString(),
          }),
        )
      for (const each of written) await a.append(each)
      const from = '2026-11-24T10:01:00.000Z'
      const until = '2026-11-24T10:04:00.000Z'
      const filters: readonly AuditFilter[] = [
        {},
        { actorId: 'ann' },
        { eventType: 'form.read' },
        { outcome: 'success' },
        { outcome: 'denied' },
        { resourceType: 'form' },
        { resourceType: 'user', resourceId: 'r1' },
        { resourceId: 'r1' },
        { from },
        { until },
        { from, until },
        { actorId: 'bob', eventType: 'user.login', outcome: 'failure', from, until },
        { resourceType: 'user', resourceId: 'r1', actorId: 'bob', outcome: 'success' },
        { actorId: 'nobody' },
      ]
      for (const filter of filters) {
        const { from: first = '', until: end = '9', ...equals } = filter
        const wanted = written
          .filter(({ createdAt }) => createdAt >= first && createdAt < end)
          .filter((each) =>
            Object.entries(equals).every(([name, value]) => each[name as keyof AuditEntry] === value),
          )
          .map(({ id }) => id)
          .toReversed()
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await a.list(filter, { limit: 3, ...(after === undefined ? {} : { after }) })
          expect(page.items.length).toBeLessThanOrEqual(3)
          seen.push(...page.items.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        expect(seen, JSON.stringify(filter)).toEqual(wanted)
      }
    })
  })
}
