import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditLog } from '../../src/ports/audit.ts'
import { InvalidCursor } from '../../src/ports/cursor.ts'

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
      expect(Object.keys(verification.intact ? verification.heads : {})).toEqual(['2026-11', '2026-12'])
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
      ['alter', 2],
      ['remove', 2],
      ['swap', 2],
      ['prepend', 1],
    ] as const)('a chain after %s is broken at the first wrong record', async (tampering, sequence) => {
      await reopen()
      for (let i = 0; i < 4; i++) await a.append(entry())
      await opened.tamper(tampering)
      expect(await a.verify()).toEqual({
        intact: false,
        firstBroken: { partition: '2026-11', sequence },
      })
    })
  })
}
