import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { MailQueue, QueuedMail } from '../../src/ports/mail-queue.ts'

/** What a database may take for nothing at the end of a text, and what an adapter may put there. */
export const nearTexts = [' ', '  ', '␃', ' ␃', '\u00a0'] as const

/** What a queue under the contract does at once of what concerns many. */
export const sliceRows = 3

export interface OpenedMailQueue {
  readonly mailQueue: MailQueue
  readonly close?: () => unknown
}

let mails = 0
export const queuedMail = (extra: Partial<QueuedMail> = {}): QueuedMail => {
  const number = String(++mails).padStart(12, '0')
  return {
    id: `00000000-0000-7000-8000-${number}`,
    key: `occasion ${number}`,
    template: 'form_received',
    recipient: `recipient ${number}`,
    priority: 10,
    reference: null,
    sealed: 'sealed',
    createdAt: '2026-11-24T10:00:00.000Z',
    dueAt: '2026-11-24T10:00:00.000Z',
    expiresAt: null,
    ...extra,
  }
}

const minute = (minutes: number): string =>
  new Date(Date.parse('2026-11-24T10:00:00.000Z') + minutes * 60_000).toISOString()

export function mailQueueContract(name: string, open: () => Promise<OpenedMailQueue>) {
  describe(`mail queue: ${name}`, () => {
    let opened: OpenedMailQueue
    let q: MailQueue
    beforeEach(async () => {
      await opened?.close?.()
      opened = await open()
      q = opened.mailQueue
    })
    afterAll(async () => {
      await opened?.close?.()
    })
    let leases = 0
    const every = { least: 0, most: 100 }
    const claim = (now: string, { limit = 10, leaseUntil = minute(60), priorities = every } = {}) => {
      const lease = `lease ${++leases}`
      return q.claim({ lease, now, leaseUntil, limit, priorities }).then((items) => ({ lease, items }))
    }

    test('a mail comes back as it was given, with its attempts counted', async () => {
      const mail = queuedMail({ reference: 'REF-2026-000001', expiresAt: minute(30) })
      await q.enqueue(mail)
      const { lease, items } = await claim(minute(0))
      expect(items).toEqual([{ ...mail, attempts: 1 }])
      expect(await q.settle(mail.id, lease, { state: 'waiting', dueAt: minute(5), reason: 'later' })).toBe(
        true,
      )
      expect((await claim(minute(4))).items).toEqual([])
      expect((await claim(minute(5))).items).toEqual([{ ...mail, dueAt: minute(5), attempts: 2 }])
    })

    test('gives out only mails of the priorities that are asked for', async () => {
      const [low, middle, high] = [20, 10, 0].map((priority) => queuedMail({ priority }))
      for (const mail of [low, middle, high]) if (mail) await q.enqueue(mail)
      const idsOf = async (least: number, most: number) =>
        (await claim(minute(0), { priorities: { least, most } })).items.map(({ id }) => id)
      expect(await idsOf(20, 20)).toEqual([low?.id])
      expect(await idsOf(20, 20)).toEqual([])
      expect(await idsOf(1, 9)).toEqual([])
      expect(await idsOf(0, 10)).toEqual([high?.id, middle?.id])
    })

    test('keeps nothing of one that is gone, so that its key is free', async () => {
      const mail = queuedMail({ key: 'once' })
      await q.enqueue(mail)
      const { lease } = await claim(minute(0))
      expect(await q.settle(mail.id, 'another lease', { state: 'gone' })).toBe(false)
      expect(await q.settle(mail.id, lease, { state: 'gone' })).toBe(true)
      expect(await q.settle(mail.id, lease, { state: 'gone' })).toBe(false)
      expect(await q.counts()).toEqual({ waiting: 0, dead: 0, waitingSince: null })
      const again = queuedMail({ key: 'once' })
      await q.enqueue(again)
      expect((await claim(minute(90))).items.map(({ id }) => id)).toEqual([again.id])
    })

    test('forgets the mails of a recipient in every state, but those that are being sent', async () => {
      const [waiting, sent, dead, leased] = Array.from({ length: 4 }, () => queuedMail({ recipient: 'ann' }))
      const other = queuedMail({ recipient: 'ben' })
      const old = queuedMail({ recipient: 'ann before' })
      for (const mail of [sent, dead, leased, waiting, other, old]) if (mail) await q.enqueue(mail)
      const { lease, items } = await claim(minute(0), { limit: 3, leaseUntil: minute(60) })
      expect(items).toHaveLength(3)
      const leasedId = items[2]?.id ?? ''
      await q.settle(items[0]?.id ?? '', lease, { state: 'sent', at: minute(1) })
      await q.settle(items[1]?.id ?? '', lease, { state: 'dead', at: minute(1), reason: 'refused' })
      const mine = items.filter(({ recipient }) => recipient.startsWith('ann')).length
      expect(mine).toBe(3)
      expect(await q.forgetRecipients(['ann', 'ann before'], minute(2))).toBe(1)
      expect(await q.listDead(10)).toEqual([])
      expect((await claim(minute(3))).items.map(({ id }) => id)).toEqual([other.id])
      await q.settle(leasedId, lease, { state: 'sent', at: minute(4) })
      expect(await q.forgetRecipients(['ann', 'ann before'], minute(5))).toBe(0)
      expect(await q.forget(minute(10))).toBe(0)
    })

    test('one mail for a key, also when it is asked for at once or was sent already', async () => {
      const mail = queuedMail()
      await Promise.all(
        Array.from({ length: 10 }, () => q.enqueue(queuedMail({ key: mail.key, sealed: 'other' }))),
      )
      const { lease, items } = await claim(minute(0))
      expect(items).toHaveLength(1)
      await q.settle(items[0]!.id, lease, { state: 'sent', at: minute(1) })
      await q.enqueue(queuedMail({ key: mail.key }))
      expect(await q.counts()).toEqual({ waiting: 0, dead: 0, waitingSince: null })
    })

    test('by priority, then by when it is due; never before', async () => {
      const late = queuedMail({ dueAt: minute(10) })
      const notice = queuedMail({ dueAt: minute(1) })
      const older = queuedMail()
      const urgent = queuedMail({ priority: 0, dueAt: minute(2) })
      for (const mail of [late, notice, older, urgent]) await q.enqueue(mail)
      expect((await claim(minute(5), { limit: 2 })).items.map(({ id }) => id)).toEqual([urgent.id, older.id])
      expect((await claim(minute(5))).items.map(({ id }) => id)).toEqual([notice.id])
    })

    test('many claims at once: each mail is given to one', async () => {
      const all = Array.from({ length: 30 }, () => queuedMail())
      await Promise.all(all.map((mail) => q.enqueue(mail)))
      const claims = await Promise.all(Array.from({ length: 10 }, () => claim(minute(0), { limit: 5 })))
      const ids = claims.flatMap(({ items }) => items.map(({ id }) => id))
      expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted())
    })

    test('a lease that ran out passes to the next, and its first holder has no say any more', async () => {
      const mail = queuedMail()
      await q.enqueue(mail)
      const first = await claim(minute(0), { leaseUntil: minute(5) })
      expect((await claim(minute(4))).items).toEqual([])
      const second = await claim(minute(5), { leaseUntil: minute(10) })
      expect(second.items).toMatchObject([{ id: mail.id, attempts: 2 }])
      expect(await q.settle(mail.id, first.lease, { state: 'sent', at: minute(6) })).toBe(false)
      expect(await q.settle(mail.id, second.lease, { state: 'sent', at: minute(6) })).toBe(true)
      expect(await q.settle(mail.id, second.lease, { state: 'sent', at: minute(6) })).toBe(false)
    })

    test('dead letters are counted and listed, and come back when asked', async () => {
      const [dead, waiting] = [queuedMail({ reference: 'REF-2026-000002' }), queuedMail({ dueAt: minute(3) })]
      await q.enqueue(dead)
      const { lease } = await claim(minute(0))
      await q.enqueue(waiting)
      await q.settle(dead.id, lease, { state: 'dead', at: minute(1), reason: 'refused' })
      expect(await q.counts()).toEqual({ waiting: 1, dead: 1, waitingSince: minute(3) })
      expect(await q.listDead(10)).toEqual([
        {
          id: dead.id,
          template: dead.template,
          reference: 'REF-2026-000002',
          attempts: 1,
          reason: 'refused',
          code: null,
          createdAt: dead.createdAt,
          diedAt: minute(1),
        },
      ])
      expect(await q.revive(waiting.id, minute(2))).toBe(false)
      expect(await q.revive(dead.id, minute(2))).toBe(true)
      expect(await q.revive(dead.id, minute(2))).toBe(false)
      expect((await claim(minute(2))).items).toEqual([{ ...dead, dueAt: minute(2), attempts: 1 }])
    })

    test('dead letters are counted by their reasons, those that died first', async () => {
      expect(await q.countDead(10)).toEqual([])
      for (const [at, reason] of [
        [3, 'refused'],
        [2, 'gave_up'],
        [1, 'refused'],
        [4, 'unreadable'],
      ] as const) {
        const mail = queuedMail()
        await q.enqueue(mail)
        const { lease } = await claim(minute(0))
        await q.settle(mail.id, lease, { state: 'dead', at: minute(at), reason })
      }
      await q.enqueue(queuedMail())
      expect(await q.countDead(10)).toEqual([
        { reason: 'gave_up', mails: 1, oldestAt: minute(2) },
        { reason: 'refused', mails: 2, oldestAt: minute(1) },
        { reason: 'unreadable', mails: 1, oldestAt: minute(4) },
      ])
      expect(await q.countDead(2)).toEqual([
        { reason: 'gave_up', mails: 1, oldestAt: minute(2) },
        { reason: 'refused', mails: 1, oldestAt: minute(1) },
      ])
    })

    test('a mail waits since it was first due, however often it was tried; revived, since then', async () => {
      const [tried, fresh] = [queuedMail({ dueAt: minute(1) }), queuedMail({ dueAt: minute(50) })]
      await q.enqueue(fresh)
      await q.enqueue(tried)
      for (const at of [1, 5, 30]) {
        const { lease } = await claim(minute(at))
        expect(await q.counts()).toEqual({ waiting: 2, dead: 0, waitingSince: minute(1) })
        const later = {
          state: 'waiting',
          dueAt: minute(at + 1),
          reason: 'unavailable',
          code: '452 4.2.2',
        } as const
        await q.settle(tried.id, lease, later)
        expect(await q.counts()).toEqual({ waiting: 2, dead: 0, waitingSince: minute(1) })
      }
      const { lease } = await claim(minute(31))
      await q.settle(tried.id, lease, { state: 'dead', at: minute(31), reason: 'gave_up', code: '552 5.2.2' })
      expect(await q.counts()).toEqual({ waiting: 1, dead: 1, waitingSince: minute(50) })
      expect(await q.listDead(10)).toMatchObject([{ reason: 'gave_up', code: '552 5.2.2' }])
      await q.revive(tried.id, minute(40))
      expect(await q.counts()).toEqual({ waiting: 2, dead: 0, waitingSince: minute(40) })
    })

    test('all dead letters of a kind come back at once, and no others', async () => {
      const kinds = [
        { template: 'form_received', reason: 'refused', code: '550 5.1.1' },
        { template: 'form_received', reason: 'gave_up', code: null },
        { template: 'form_arrived', reason: 'refused', code: '554 5.7.1' },
        { template: 'form_arrived', reason: 'refused', code: '550 5.1.1' },
      ]
      const died = async () => {
        for (const { template, reason, code } of kinds) {
          const mail = queuedMail({ template })
          await q.enqueue(mail)
          const { lease } = await claim(minute(0), { limit: 1 })
          await q.settle(mail.id, lease, { state: 'dead', at: minute(1), reason, code })
        }
      }
      await q.enqueue(queuedMail({ dueAt: minute(90), template: 'form_arrived' }))
      for (const [filter, revived] of [
        [{ reason: 'nonsense' }, 0],
        [{ code: "' or 1=1 --" }, 0],
        [{ reason: 'refused', code: '550 5.1.1', template: 'form_arrived' }, 1],
        [{ code: '550 5.1.1' }, 2],
        [{ reason: 'refused' }, 3],
        [{ template: 'form_received' }, 2],
        [{}, 4],
      ] as const) {
        await died()
        expect([filter, await q.reviveAll(filter, minute(2))]).toEqual([filter, revived])
        expect(await q.reviveAll(filter, minute(2))).toBe(0)
        const { lease, items } = await claim(minute(2))
        expect(items.map(({ attempts }) => attempts)).toEqual(Array(revived).fill(1))
        for (const { id } of items) await q.settle(id, lease, { state: 'sent', at: minute(3) })
        await q.reviveAll({}, minute(2))
        const rest = await claim(minute(2))
        for (const { id } of rest.items) await q.settle(id, rest.lease, { state: 'sent', at: minute(3) })
        expect((await q.counts()).dead).toBe(0)
      }
    })

    test.each(nearTexts)(
      'keys, ids, leases, recipients and kinds are not the same with `%s` behind them',
      async (end) => {
        const plain = queuedMail({ key: 'once', recipient: 'ann', template: 'form_received' })
        const other = queuedMail({
          id: `${plain.id}${end}`,
          key: `once${end}`,
          recipient: `ann${end}`,
          template: `form_received${end}`,
          reference: `reference${end}`,
          sealed: `sealed${end}`,
        })
        for (const mail of [plain, other]) await q.enqueue(mail)
        const { lease, items } = await claim(minute(0))
        expect(items).toEqual([plain, other].map((mail) => ({ ...mail, attempts: 1 })))
        const dead = { state: 'dead', at: minute(1), reason: 'refused', code: '550' } as const
        expect(await q.settle(plain.id, `${lease}${end}`, dead)).toBe(false)
        expect(await q.settle(`${other.id}${end}`, lease, dead)).toBe(false)
        for (const mail of [plain, other]) expect(await q.settle(mail.id, lease, dead)).toBe(true)
        expect(await q.revive(`${other.id}${end}`, minute(2))).toBe(false)
        for (const filter of [{ reason: `refused${end}` }, { code: `550${end}` }])
          expect(await q.reviveAll(filter, minute(2))).toBe(0)
        expect(await q.reviveAll({ template: `form_received${end}` }, minute(2))).toBe(1)
        expect((await q.listDead(10)).map(({ id }) => id)).toEqual([plain.id])
        expect(await q.forgetRecipients(['ann', `ann${end}${end}`], minute(2))).toBe(0)
        expect((await claim(minute(2))).items.map(({ id }) => id)).toEqual([other.id])
      },
    )

    test('nothing has an id, a lease or a recipient longer than any that was given', async () => {
      const mail = queuedMail({ recipient: 'r'.repeat(100) })
      await q.enqueue(mail)
      const { lease } = await claim(minute(0), { leaseUntil: minute(1) })
      for (const long of [`${mail.id}${'x'.repeat(5_000)}`, mail.id.padEnd(101, 'x')]) {
        expect(await q.settle(long, lease, { state: 'gone' })).toBe(false)
        expect(await q.settle(mail.id, long, { state: 'gone' })).toBe(false)
        expect(await q.revive(long, minute(0))).toBe(false)
        expect(await q.reviveAll({ reason: long, code: long, template: long }, minute(0))).toBe(0)
      }
      expect(await q.forgetRecipients([`${mail.recipient}x`, 'r'.repeat(5_000)], minute(2))).toBe(0)
      expect((await claim(minute(2))).items.map(({ id }) => id)).toEqual([mail.id])
    })

    test.each([0, 1, sliceRows - 1, sliceRows, sliceRows + 1, 3 * sliceRows, 10])(
      '%i are revived, forgotten and taken from their recipients all, however few go at once',
      async (count) => {
        const every = Array.from({ length: count }, () => queuedMail({ recipient: 'ann' }))
        const other = queuedMail({ recipient: 'ben', priority: 50 })
        for (const mail of [...every, other]) await q.enqueue(mail)
        const settleAll = async (state: 'dead' | 'sent') => {
          const { lease, items } = await claim(minute(0), { limit: 100, priorities: { least: 0, most: 10 } })
          for (const { id } of items) await q.settle(id, lease, { state, at: minute(1), reason: 'refused' })
        }
        await settleAll('dead')
        expect((await q.counts()).dead).toBe(count)
        expect(await q.reviveAll({ reason: 'refused' }, minute(0))).toBe(count)
        expect(await q.counts()).toMatchObject({ dead: 0, waiting: count + 1 })
        await settleAll('sent')
        expect(await q.forget(minute(1))).toBe(0)
        expect(await q.forget(minute(2))).toBe(count)
        for (const mail of every) await q.enqueue(mail)
        expect(await q.counts()).toMatchObject({ waiting: count + 1 })
        expect(await q.forgetRecipients(['ann'], minute(2))).toBe(0)
        expect(await q.counts()).toMatchObject({ waiting: 1 })
      },
    )

    test('a probe leaves nothing, and can be repeated at once with itself', async () => {
      await q.enqueue(queuedMail())
      await Promise.all([q.probe(), q.probe(), q.probe()])
      await q.probe()
      expect(await q.counts()).toMatchObject({ waiting: 1, dead: 0 })
      expect((await claim(minute(9))).items).toHaveLength(1)
    })

    test('what was sent long ago is forgotten, what waits or is dead is not', async () => {
      for (const state of ['sent', 'expired', 'dead'] as const) {
        const mail = queuedMail()
        await q.enqueue(mail)
        const { lease } = await claim(minute(0))
        const outcome = { state, at: minute(1), reason: 'refused' }
        await q.settle(mail.id, lease, outcome)
      }
      const recent = queuedMail()
      await q.enqueue(recent)
      await q.settle(recent.id, (await claim(minute(0))).lease, { state: 'sent', at: minute(9) })
      await q.enqueue(queuedMail())
      expect(await q.forget(minute(9))).toBe(2)
      expect(await q.counts()).toMatchObject({ waiting: 1, dead: 1 })
      expect(await q.forget(minute(10))).toBe(1)
    })
  })
}
