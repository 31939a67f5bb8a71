import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditLog } from '../../src/ports/audit.ts'
import { InvalidCursor } from '../../src/ports/cursor.ts'
import type { MailQueue } from '../../src/ports/mail-queue.ts'
import {
  type Alongside,
  isWaiting,
  type NewSubmission,
  placeOf,
  type Submission,
  SubmissionChanged,
  type SubmissionFilter,
  type Submissions,
} from '../../src/ports/submissions.ts'
import { PortUnavailable } from '../../src/ports/unavailable.ts'
import { nearTexts, queuedMail } from './mail-queue.contract.ts'

export interface OpenedSubmissions {
  readonly submissions: Submissions
  readonly audit: AuditLog
  readonly mailQueue: MailQueue
  /** From now on no audit entry can be written. */
  readonly breakAudit: () => unknown
  readonly close?: () => unknown
}

let made = 0
const nextId = () => `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`

const auditEntry = (resourceId: string): AuditEntry => ({
  id: nextId(),
  eventType: 'form.submit',
  actorId: 'anonymous',
  onBehalfOf: null,
  resourceType: 'form',
  resourceId,
  outcome: 'success',
  reason: null,
  requestId: 'request-1',
  sessionId: null,
  ipHmac: null,
  userAgentClass: null,
  changedFields: ['status'],
  createdAt: '2026-11-24T10:00:00.000Z',
})

/** Minutes after the beginning of a Tuesday. */
const minute = (minutes: number): string => new Date(Date.UTC(2026, 10, 24) + minutes * 60_000).toISOString()

const utc = { from: '2000-01-01T00:00:00.000Z', minutes: 0 }
const wholeDay = { since: minute(0), until: minute(24 * 60), shifts: [utc] }

export const newSubmission = (extra: Partial<NewSubmission> = {}): NewSubmission => ({
  id: nextId(),
  type: 'contact',
  status: 'pending',
  trackingSeries: null,
  idempotencyKey: null,
  receiptHash: null,
  sealedKey: 'sealed key',
  keyId: 'k1',
  data: 'sealed data',
  information: null,
  notes: null,
  attachments: [],
  metadata: {},
  contactHashes: [],
  assignedTo: null,
  dueAt: minute(2 * 24 * 60),
  firstDueAt: null,
  reviewedAt: null,
  resolvedAt: null,
  escalatedAt: null,
  erasedAt: null,
  retainUntil: '2033-11-24T00:00:00.000Z',
  createdAt: minute(0),
  updatedAt: minute(0),
  ...extra,
})

export function submissionsContract(name: string, open: () => Promise<OpenedSubmissions>) {
  describe(`submissions: ${name}`, () => {
    let opened: OpenedSubmissions
    let s: Submissions
    beforeEach(async () => {
      await opened?.close?.()
      opened = await open()
      s = opened.submissions
    })
    afterAll(async () => {
      await opened?.close?.()
    })

    const alongside = (submission: { readonly id: string }, mails: Alongside['mails'] = []): Alongside => ({
      audit: auditEntry(submission.id),
      mails,
    })
    const store = async (extra: Partial<NewSubmission> = {}) => {
      const submission = newSubmission(extra)
      return (await s.store(submission, alongside(submission))).submission
    }
    const audited = async () => (await opened.audit.listByActor('anonymous', { limit: 1_000 })).items
    const waitingMails = () =>
      opened.mailQueue.claim({
        lease: nextId(),
        now: '2027-01-01T00:00:00.000Z',
        leaseUntil: '2027-01-01T00:05:00.000Z',
        limit: 1_000,
        priorities: { least: 0, most: 100 },
      })
    const idsOf = async (filter: SubmissionFilter, order: 'newest' | 'changed' = 'newest') =>
      (await s.list(filter, { order, limit: 100 })).items.map(({ id }) => id)

    test('a submission is read as it was stored, by its id and by its number', async () => {
      const given = newSubmission({
        type: 'referral',
        trackingSeries: 'REF-2026',
        receiptHash: 'receipt hash',
        data: `sealed ${'é🙂'.repeat(50_000)}`,
        information: 'sealed information',
        notes: 'sealed notes',
        attachments: ['file-1', 'file-2'],
        metadata: {
          relationship: 'self',
          count: 3,
          isTrusted: true,
          site: null,
          signals: ["it's", '"; drop'],
        },
        assignedTo: 'ann',
        firstDueAt: minute(4),
        reviewedAt: minute(1),
        resolvedAt: minute(2),
        escalatedAt: minute(3),
      })
      const { submission, isNew } = await s.store(given, alongside(given))
      const { trackingSeries: _, idempotencyKey: __, contactHashes: ___, ...facts } = given
      expect(isNew).toBe(true)
      expect(submission).toEqual({
        ...facts,
        trackingNumber: 'REF-2026-000001',
        version: expect.stringMatching(/./),
      })
      expect(await s.read(given.id)).toEqual(submission)
      expect(await s.readByTrackingNumber('REF-2026-000001')).toEqual(submission)
      expect(await s.read('unknown')).toBeNull()
      expect(await s.readByTrackingNumber('REF-2026-000002')).toBeNull()
    })

    test('200 at once get 200 consecutive numbers, each series its own', async () => {
      const stored = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          store({ trackingSeries: i % 2 ? 'REF-2026' : 'REF-2027' }).then(
            ({ trackingNumber }) => trackingNumber,
          ),
        ),
      )
      const expected = ['REF-2026', 'REF-2027'].flatMap((series) =>
        Array.from({ length: 100 }, (_, i) => `${series}-${String(i + 1).padStart(6, '0')}`),
      )
      expect(stored.toSorted()).toEqual(expected)
      expect(await opened.audit.verify()).toMatchObject({ intact: true, records: 200 })
    })

    test('the audit entry and the mails come with it; a mail without a reference gets its own', async () => {
      const numbered = newSubmission({ trackingSeries: 'REF-2026' })
      const plain = newSubmission()
      const mails = [queuedMail(), queuedMail({ reference: 'given' })]
      await s.store(numbered, alongside(numbered, mails))
      await s.store(plain, alongside(plain, [queuedMail()]))
      expect((await audited()).map(({ resourceId }) => resourceId).toSorted()).toEqual(
        [numbered.id, plain.id].toSorted(),
      )
      const references = (await waitingMails()).map(({ reference }) => reference)
      expect(references.toSorted()).toEqual(['REF-2026-000001', 'given', plain.id].toSorted())
    })

    test('the same sending again, also at once, is stored once', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, () => {
          const again = newSubmission({ idempotencyKey: 'key', trackingSeries: 'REF-2026' })
          return s.store(again, alongside(again, [queuedMail()]))
        }),
      )
      expect(results.filter(({ isNew }) => isNew)).toHaveLength(1)
      expect(new Set(results.map(({ submission }) => submission.id)).size).toBe(1)
      expect(await idsOf({})).toHaveLength(1)
      expect(await audited()).toHaveLength(1)
      expect(await waitingMails()).toHaveLength(1)
      expect((await store({ trackingSeries: 'REF-2026' })).trackingNumber).toBe('REF-2026-000002')
    })

    test.each(nearTexts)('nothing is the same with `%s` behind it', async (end) => {
      const keyed = (key: string) => newSubmission({ idempotencyKey: key, trackingSeries: 'REF-2026' })
      const [plain, other] = [keyed('key'), keyed(`key${end}`)]
      for (const each of [plain, other])
        expect(await s.store(each, alongside(each))).toMatchObject({ isNew: true })
      expect(await s.store(keyed(`key${end}`), alongside(other))).toMatchObject({
        isNew: false,
        submission: { id: other.id, trackingNumber: 'REF-2026-000002' },
      })
      expect(await s.readByTrackingNumber(`REF-2026-000001${end}`)).toBeNull()
      expect(await s.read(`${plain.id}${end}`)).toBeNull()
      const ending = newSubmission({
        id: `${plain.id}${end}`,
        type: `contact${end}`,
        status: `pending${end}`,
        receiptHash: `hash${end}`,
        sealedKey: `sealed${end}`,
        keyId: `k1${end}`,
        data: end,
        information: `a${end}`,
        notes: '',
        attachments: [`file${end}`],
        metadata: { urgency: `high${end}`, note: end },
        contactHashes: ['h', `h${end}`],
        assignedTo: `ann${end}`,
        trackingSeries: `REF-2026${end}`,
      })
      const { submission } = await s.store(ending, alongside(ending))
      expect(submission).toMatchObject({ trackingNumber: `REF-2026${end}-000001`, data: end })
      expect(await s.read(ending.id)).toEqual(submission)
      expect(await idsOf({ contactHashes: [`h${end}`] })).toEqual([ending.id])
      const filters = { type: 'contact', status: 'pending', assignedTo: 'ann', urgency: 'high' } as const
      for (const [name, value] of Object.entries(filters)) {
        expect([name, await idsOf({ [name]: `${value}${end}` })]).toEqual([name, [ending.id]])
        expect(await idsOf({ [name]: value })).not.toContain(ending.id)
      }
      expect(await idsOf({ contactHashes: [`h${end}${end}`] })).toEqual([])
      expect(await idsOf({ keyIdOtherThan: 'k1' })).toEqual([ending.id])
      const { version } = (await s.read(plain.id)) ?? submission
      for (const other of [`${version}${end}`, `0${version}`, `${version}.0`, `+${version}`, ''])
        await expect(
          s.change(plain.id, other, { updatedAt: minute(1) }, alongside(plain)),
        ).rejects.toBeInstanceOf(SubmissionChanged)
    })

    test('nothing has an id, a number or a name longer than any that was given', async () => {
      const id = 'x'.repeat(100)
      await store({ id, assignedTo: id, contactHashes: [id], trackingSeries: 'REF-2026' })
      for (const long of [`${id}x`, `${id} `, `${id}${'x'.repeat(5_000)}`]) {
        expect(await s.read(long)).toBeNull()
        expect(await s.readByTrackingNumber(long)).toBeNull()
        for (const name of ['type', 'status', 'assignedTo', 'trackingNumber', 'urgency'] as const)
          expect([name, await idsOf({ [name]: long })]).toEqual([name, []])
        expect(await idsOf({ contactHashes: [long] })).toEqual([])
        expect(await idsOf({ keyIdOtherThan: long })).toEqual([id])
        await expect(s.change(long, '1', { updatedAt: minute(1) }, alongside({ id }))).rejects.toBeInstanceOf(
          SubmissionChanged,
        )
      }
      expect(await idsOf({ contactHashes: [id], assignedTo: id })).toEqual([id])
    })

    test('when the audit entry cannot be written nothing is', async () => {
      const submission = await store({ trackingSeries: 'REF-2026' })
      await opened.breakAudit()
      const lost = newSubmission({ trackingSeries: 'REF-2026' })
      await expect(s.store(lost, alongside(lost, [queuedMail()]))).rejects.toBeInstanceOf(PortUnavailable)
      const change = { status: 'reviewed', updatedAt: minute(1) }
      await expect(
        s.change(submission.id, submission.version, change, alongside(submission, [queuedMail()])),
      ).rejects.toBeInstanceOf(PortUnavailable)
      expect(await s.read(lost.id)).toBeNull()
      expect(await s.readByTrackingNumber('REF-2026-000002')).toBeNull()
      expect(await s.read(submission.id)).toEqual(submission)
      expect(await waitingMails()).toEqual([])
    })

    test('a change writes what it names, at its version alone', async () => {
      const before = await store({ contactHashes: ['hash-1'] })
      const change = { status: 'reviewed', notes: 'sealed', assignedTo: 'ann', reviewedAt: minute(5) }
      const after = await s.change(
        before.id,
        before.version,
        { ...change, updatedAt: minute(5) },
        alongside(before, [queuedMail()]),
      )
      expect(after).toEqual({ ...before, ...change, updatedAt: minute(5), version: after.version })
      expect(after.version).not.toBe(before.version)
      expect(await s.read(before.id)).toEqual(after)
      expect(await audited()).toHaveLength(2)
      expect(await waitingMails()).toMatchObject([{ reference: before.id }])
      for (const [id, version] of [
        [before.id, before.version],
        ['unknown', before.version],
      ] as const)
        await expect(
          s.change(id, version, { status: 'spam', updatedAt: minute(6) }, alongside(before, [queuedMail()])),
        ).rejects.toBeInstanceOf(SubmissionChanged)
      expect(await s.read(before.id)).toEqual(after)
      expect(await audited()).toHaveLength(2)
      expect(await waitingMails()).toEqual([])
      expect(await idsOf({ contactHashes: ['hash-1'] })).toEqual([before.id])
    })

    test('of many changes at once of one version one happens', async () => {
      const { id, version } = await store()
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          s.change(id, version, { assignedTo: `user-${i}`, updatedAt: minute(i) }, alongside({ id })),
        ),
      )
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await audited()).toHaveLength(2)
    })

    test('what was given or returned can be changed without changing what is stored', async () => {
      const attachments = ['file-1']
      const given = { ...newSubmission(), attachments }
      const stored = s.store(given, alongside(given))
      attachments.push('file-2')
      given.status = 'spam'
      const { submission } = await stored
      expect(submission).toMatchObject({ status: 'pending', attachments: ['file-1'] })
      ;(submission.attachments as string[]).push('file-3')
      expect(await s.read(given.id)).toMatchObject({ status: 'pending', attachments: ['file-1'] })
    })

    test('each part of a filter, alone and together', async () => {
      const a = await store({
        type: 'contact',
        createdAt: minute(1),
        contactHashes: ['x', 'y'],
        dueAt: minute(9),
      })
      const b = await store({
        type: 'referral',
        trackingSeries: 'REF-2026',
        metadata: { urgency: 'high' },
        createdAt: minute(2),
        status: 'reviewed',
        assignedTo: 'ann',
        contactHashes: ['y', 'z', 'z'],
        updatedAt: minute(7),
      })
      const c = await store({
        type: 'contact',
        createdAt: minute(3),
        status: 'spam',
        escalatedAt: minute(4),
        erasedAt: minute(5),
        keyId: null,
        sealedKey: null,
        data: null,
        retainUntil: minute(5),
      })
      const d = await store({ type: 'interest', createdAt: minute(4), keyId: 'k2' })
      const expectations: [SubmissionFilter, (typeof a)[]][] = [
        [{}, [d, c, b, a]],
        [{ type: 'contact' }, [c, a]],
        [{ status: 'pending' }, [d, a]],
        [{ type: 'contact', status: 'pending' }, [a]],
        [{ assignedTo: 'ann' }, [b]],
        [{ assignedTo: 'ann', status: 'pending' }, []],
        [{ trackingNumber: 'REF-2026-000001' }, [b]],
        [{ trackingNumber: 'REF-2026-000001', status: 'spam' }, []],
        [{ trackingNumber: "REF' or 1=1 --" }, []],
        [{ urgency: 'high' }, [b]],
        [{ urgency: 'high', status: 'reviewed', type: 'referral', assignedTo: 'ann' }, [b]],
        [{ urgency: 'high', status: 'pending' }, []],
        [{ urgency: 'low' }, []],
        [{ contactHashes: ['y'] }, [b, a]],
        [{ contactHashes: ['z', 'x'], type: 'referral' }, [b]],
        [{ contactHashes: ["' or 1=1 --"] }, []],
        [{ updatedSince: minute(7) }, [b]],
        [{ dueUntil: minute(9) }, [a]],
        [{ retainedUntil: minute(5) }, [c]],
        [{ isEscalated: true }, [c]],
        [{ isEscalated: false, type: 'contact' }, [a]],
        [{ isErased: true }, [c]],
        [{ isErased: false }, [d, b, a]],
        [{ keyIdOtherThan: 'k1' }, [d]],
      ]
      for (const [filter, expected] of expectations)
        expect([filter, await idsOf(filter)]).toEqual([filter, expected.map(({ id }) => id)])
      await s.change(a.id, a.version, { contactHashes: ['w'], updatedAt: minute(9) }, alongside(a))
      expect(await idsOf({ contactHashes: ['x', 'y'] })).toEqual([b.id])
      expect(await idsOf({ contactHashes: ['w'] })).toEqual([a.id])
      const urgent = { metadata: { urgency: 'low' }, updatedAt: minute(10) }
      const changed = await s.change(b.id, b.version, urgent, alongside(b))
      expect(await idsOf({ urgency: 'low' })).toEqual([b.id])
      await s.change(b.id, changed.version, { metadata: {}, updatedAt: minute(11) }, alongside(b))
      expect(await idsOf({ urgency: 'low' })).toEqual([])
    })

    test('what waits: the list, the count and the report mean what the function says, whatever the row', async () => {
      const all: Submission[] = []
      for (const status of ['pending', 'reviewed', 'resolved', 'spam', 'withdrawn'])
        for (const reviewedAt of [null, minute(1)])
          for (const erasedAt of [null, minute(2)])
            for (const dueAt of [minute(5), minute(6)])
              all.push(await store({ status, reviewedAt, erasedAt, dueAt, createdAt: minute(all.length) }))
      const waiting = all.filter(isWaiting)
      const overdue = waiting.filter(({ dueAt }) => dueAt === minute(5))
      expect(waiting).toHaveLength(6)
      const ids = (some: readonly Submission[]) => some.map(({ id }) => id).toReversed()
      expect(await idsOf({ isWaiting: true })).toEqual(ids(waiting))
      expect(await idsOf({ isWaiting: true, dueUntil: minute(5) })).toEqual(ids(overdue))
      expect(await idsOf({ isWaiting: true, status: 'spam' })).toEqual(
        ids(waiting.filter(({ status }) => status === 'spam')),
      )
      const counted = (status: string) => {
        const [those, late] = [waiting, overdue].map((some) => some.filter((s) => s.status === status))
        return {
          status,
          submissions: those?.length,
          overdue: late?.length,
          oldestAt: those?.[0]?.createdAt,
        }
      }
      expect(await s.countWaiting({ now: minute(5), most: 100 })).toEqual([
        counted('pending'),
        counted('spam'),
      ])
      expect(await s.countWaiting({ now: minute(5), most: 1 })).toMatchObject([
        { status: 'pending', submissions: 1, overdue: 1 },
        { status: 'spam', submissions: 1, overdue: 1 },
      ])
      const ofUrgency = async (urgency: string, most = 100) =>
        s.countWaiting({ now: minute(5), most, urgency })
      expect(await ofUrgency('high')).toEqual([])
      for (const [i, each] of waiting.entries()) {
        const metadata = { urgency: i % 2 === 0 ? 'high' : 'low' }
        await s.change(each.id, each.version, { metadata, updatedAt: minute(9) }, alongside(each))
      }
      for (const urgency of ['high', 'low'] as const) {
        const those = waiting.filter((_, i) => (i % 2 === 0) === (urgency === 'high'))
        const expected = ['pending', 'spam'].flatMap((status) => {
          const inState = those.filter((each) => each.status === status)
          const late = inState.filter((each) => overdue.includes(each))
          const [first] = inState
          return first
            ? [{ status, submissions: inState.length, overdue: late.length, oldestAt: first.createdAt }]
            : []
        })
        expect(expected.length).toBeGreaterThan(0)
        expect(await ofUrgency(urgency)).toEqual(expected)
        expect(await ofUrgency(urgency, 1)).toMatchObject(expected.map(() => ({ submissions: 1 })))
      }
      const { counts } = await s.report({ ...wholeDay, now: minute(5) })
      for (const status of new Set(all.map((each) => each.status)))
        expect(counts.find((row) => row.status === status)?.overdue).toBe(
          overdue.filter((each) => each.status === status).length,
        )
    })

    test('nothing waits in an empty store', async () => {
      expect(await s.countWaiting({ now: minute(0), most: 10 })).toEqual([])
    })

    test('walking page by page visits each once, in either order, ties included', async () => {
      for (let i = 0; i < 5; i++) await store({ createdAt: minute(1), updatedAt: minute(2) })
      await store({ createdAt: minute(0), updatedAt: minute(3) })
      for (const order of ['newest', 'changed'] as const) {
        const whole = await idsOf({}, order)
        expect(whole).toHaveLength(6)
        const walked: string[] = []
        let after: string | undefined
        do {
          const page = await s.list({}, { order, limit: 2, ...(after === undefined ? {} : { after }) })
          walked.push(...page.items.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        expect(walked).toEqual(whole)
      }
      await expect(s.list({}, { order: 'newest', limit: 2, after: 'nonsense' })).rejects.toBeInstanceOf(
        InvalidCursor,
      )
    })

    test('a list goes on behind any submission of it, also one that is gone from it', async () => {
      for (let i = 0; i < 4; i++) await store({ createdAt: minute(i >> 1), updatedAt: minute(5 - (i >> 1)) })
      for (const order of ['newest', 'changed'] as const) {
        const { items } = await s.list({}, { order, limit: 10 })
        for (const [i, item] of items.entries()) {
          const rest = await s.list({}, { order, limit: 10, after: placeOf(item, order) })
          expect(rest.items.map(({ id }) => id)).toEqual(items.slice(i + 1).map(({ id }) => id))
        }
        const [first] = items
        const after = placeOf({ ...first!, id: `${first!.id}x` }, order)
        expect((await s.list({}, { order, limit: 10, after })).items.length).toBeGreaterThanOrEqual(3)
      }
    })

    test('what changes during a walk along the changes comes up again', async () => {
      const first = await store({ updatedAt: minute(1) })
      const second = await store({ updatedAt: minute(2) })
      const page = await s.list({}, { order: 'changed', limit: 1 })
      expect(page.items.map(({ id }) => id)).toEqual([first.id])
      await s.change(first.id, first.version, { status: 'spam', updatedAt: minute(3) }, alongside(first))
      const rest = await s.list({}, { order: 'changed', limit: 10, after: page.next! })
      expect(rest.items.map(({ id }) => id)).toEqual([second.id, first.id])
    })

    test('a report counts by type, state and week, and measures the first look', async () => {
      const day = 24 * 60
      const sunday = { createdAt: minute(-2 * day) }
      const monday = { createdAt: minute(-1 * day) }
      await store({ ...sunday, reviewedAt: minute(-2 * day + 10), status: 'reviewed' })
      await store({ ...monday, reviewedAt: minute(-1 * day + 30), dueAt: minute(-1 * day + 20) })
      await store(monday)
      await store({ createdAt: minute(0), type: 'referral', status: 'spam' })
      await store({ createdAt: minute(30 * day) })
      const period = { since: minute(-2 * day), until: minute(day), now: minute(0), shifts: [utc] }
      expect(await s.report(period)).toEqual({
        counts: [
          { type: 'contact', status: 'pending', week: '2026-11-23', submissions: 2, overdue: 1 },
          { type: 'contact', status: 'reviewed', week: '2026-11-16', submissions: 1, overdue: 0 },
          { type: 'referral', status: 'spam', week: '2026-11-23', submissions: 1, overdue: 0 },
        ],
        firstReviews: [
          { type: 'contact', reviewed: 2, late: 1, averageMs: 20 * 60_000, longestMs: 30 * 60_000 },
        ],
      })
      expect(await s.report({ ...period, since: minute(0), until: minute(0) })).toEqual({
        counts: [],
        firstReviews: [],
      })
    })

    test('one that was reopened counts by when it was due the first time', async () => {
      await store({ reviewedAt: minute(30), dueAt: minute(90), firstDueAt: minute(20) })
      await store({ reviewedAt: minute(30), dueAt: minute(20), firstDueAt: minute(90) })
      const { firstReviews } = await s.report({ ...wholeDay, now: minute(40) })
      expect(firstReviews).toMatchObject([{ reviewed: 2, late: 1 }])
    })

    test('weeks begin by the clock on the wall, on both sides of each change of it', async () => {
      const week = 7 * 24 * 60
      const monday = (weeks: number) => Date.parse('2026-11-23T00:00:00.000Z') / 60_000 + weeks * week
      const at = (minutes: number) => new Date(minutes * 60_000).toISOString()
      // Seven hours behind, eight from the second week on, seven again from the fourth.
      const shifts = [
        { from: at(monday(0)), minutes: -420 },
        { from: at(monday(1) + 60), minutes: -480 },
        { from: at(monday(3) + 60), minutes: -420 },
      ]
      const instants = [0, 1, 2, 3, 4].flatMap((weeks) =>
        [418, 422, 478, 482].map((minutes) => monday(weeks) + minutes),
      )
      for (const instant of instants) await store({ createdAt: at(instant) })
      const { counts } = await s.report({
        since: at(monday(0)),
        until: at(monday(5)),
        now: minute(0),
        shifts,
      })
      expect(counts.map(({ week, submissions }) => [week, submissions])).toEqual([
        ['2026-11-16', 1],
        ['2026-11-23', 3 + 3],
        ['2026-11-30', 1 + 3],
        ['2026-12-07', 1 + 1],
        ['2026-12-14', 3 + 1],
        ['2026-12-21', 3],
      ])
    })
  })
}
