import { describe, expect, test } from 'vitest'
import { contact, day, hour, interest, minute, openForms, referral, submit } from './form-world.ts'

const trapped = { website: 'https://spam.example' }
const director = 'director@tools.example'
const intake = 'intake@tools.example'
type World = Awaited<ReturnType<typeof openForms>>

/** What each place says about one form: all of them, or none. */
async function overdueSaidBy({ list, admin, readiness }: World, id: string) {
  const [row] = (await list('?limit=1000')).filter((each: any) => each.id === id)
  const detail = await admin.call('GET', `/api/v1/forms/${id}`)
  const csv = (await admin.call('GET', '/api/v1/forms', { headers: { accept: 'text/csv' } })).body as string
  const [header = '', ...lines] = csv.split('\r\n')
  const cells = lines.find((line) => line.startsWith(id))?.split(',') ?? []
  const report = (await admin.call('GET', '/api/v1/reports/forms')).body
  return {
    row: row.isOverdue,
    detail: detail.body.isOverdue,
    csv: cells[header.split(',').indexOf('isOverdue')] === 'true',
    filter: (await list('?overdue=true')).some((each: any) => each.id === id),
    report: report.overdue > 0,
    readiness: (await readiness()).forms.overdue > 0,
  }
}
const saysAll = (is: boolean) => ({
  row: is,
  detail: is,
  csv: is,
  filter: is,
  report: is,
  readiness: is,
})

describe('overdue is one thing', () => {
  const reach: Record<string, readonly [body: unknown, steps: readonly unknown[], is: boolean]> = {
    pending: [referral, [], true],
    reviewed: [referral, [{ status: 'reviewed' }], false],
    resolved: [referral, [{ status: 'resolved' }], false],
    reopened: [referral, [{ status: 'resolved' }, { status: 'pending' }], true],
    'put aside by a program': [{ ...referral, ...trapped }, [], true],
    'put aside by a person': [referral, [{ status: 'spam' }], false],
    'put aside, and a person agrees': [{ ...referral, ...trapped }, [{ status: 'spam' }], false],
    'brought back': [{ ...referral, ...trapped }, [{ status: 'pending' }], true],
    'brought back after a person put it aside': [referral, [{ status: 'spam' }, { status: 'pending' }], true],
  }
  test.each(Object.entries(reach))('%s', async (_, [body, steps, is]) => {
    const world = await openForms()
    const { id } = (await submit(world.visitor, 'referral', body)).body
    for (const step of steps) expect((await world.review(id, step)).status).toBe(200)
    expect(await overdueSaidBy(world, id)).toEqual(saysAll(false))
    await world.pass(4 * day)
    expect(await overdueSaidBy(world, id)).toEqual(saysAll(is))
    await world.testApp.runJob('escalate-overdue-forms')
    expect(await world.mailsTo(director)).toHaveLength(is ? 1 : 0)
  })

  test('withdrawn and erased by who sent it, by the end of its time, and with an account: closed', async () => {
    const keep = { FORMS_RETENTION_DAYS: 'contact:10,interest:10,referral:10' }
    const world = await openForms(keep)
    const codes = []
    for (let i = 0; i < 3; i++) codes.push((await submit(world.visitor, 'referral', referral)).body)
    const [withdrawn, erased, expired] = codes
    const spam = (await submit(world.visitor, 'contact', { ...contact, ...trapped })).body
    const path = (body: any) => `/api/v1/forms/status/${body.trackingNumber}`
    const headers = (body: any) => ({ headers: { 'x-receipt-code': body.receiptCode } })
    await world.visitor.call('POST', `${path(withdrawn)}/withdraw`, headers(withdrawn))
    await world.visitor.call('DELETE', path(erased), headers(erased))
    await world.pass(11 * day)
    await world.testApp.runJob('erase-forms-past-retention')
    for (const { id } of [withdrawn, erased, expired, spam])
      expect(await overdueSaidBy(world, id)).toEqual(saysAll(false))
    await world.testApp.runJob('escalate-overdue-forms')
    await world.testApp.runJob('tell-of-quarantine')
    expect(await world.mailsTo(director)).toEqual([])
    // What is left of a pending one can be closed, and no more.
    for (const body of [
      { status: 'pending' },
      { notes: 'Who was that?' },
      { status: 'resolved', notes: 'Who was that?' },
    ])
      expect((await world.review(expired.id, body)).status).toBe(409)
    expect((await world.review(expired.id, { status: 'resolved' })).body).toMatchObject({
      status: 'resolved',
      form: null,
    })
    expect((await world.review(expired.id, { status: 'pending' })).status).toBe(409)
  })

  test('that somebody was late stays in the report when the form is opened again, more than once', async () => {
    const world = await openForms()
    const { id } = (await submit(world.visitor, 'contact', contact)).body
    const late = async () => (await world.admin.call('GET', '/api/v1/reports/forms')).body.firstReview
    await world.pass(4 * day)
    for (let i = 0; i < 3; i++) {
      await world.review(id, { status: 'resolved' })
      expect(await late()).toMatchObject([{ reviewed: 1, late: 1, longestHours: 96 }])
      const { body } = await world.review(id, { status: 'pending' })
      expect(body.isOverdue).toBe(false)
      expect(Date.parse(body.dueAt)).toBeGreaterThan(world.testApp.clock.now())
      expect(await late()).toMatchObject([{ reviewed: 1, late: 1, longestHours: 96 }])
      await world.pass(hour)
    }
  })

  test('one that was looked at in time is not late for being opened again', async () => {
    const world = await openForms()
    const { id } = (await submit(world.visitor, 'contact', contact)).body
    await world.review(id, { status: 'reviewed' })
    await world.pass(9 * day)
    await world.review(id, { status: 'pending' })
    const { firstReview } = (await world.admin.call('GET', '/api/v1/reports/forms')).body
    expect(firstReview).toMatchObject([{ reviewed: 1, late: 0 }])
  })
})

describe('what was put aside', () => {
  test('keeps the time it was due, also when it is brought back', async () => {
    const world = await openForms()
    const { body } = await submit(world.visitor, 'referral', { ...referral, ...trapped })
    const { dueAt } = (await world.list())[0]
    await world.pass(day)
    expect((await world.review(body.id, { status: 'pending' })).body).toMatchObject({
      dueAt,
      reviewedAt: null,
    })
  })

  test('is escalated, once, as any other', async () => {
    const world = await openForms()
    const { trackingNumber } = (await submit(world.visitor, 'referral', { ...referral, ...trapped })).body
    await world.pass(2 * day)
    await Promise.all([1, 2].map(() => world.testApp.runJob('escalate-overdue-forms')))
    expect((await world.mailsTo(director)).map(({ subject }) => subject)).toEqual([
      `Overdue: ${trackingNumber}`,
    ])
    expect((await world.list())[0].escalatedAt).not.toBeNull()
  })

  test('is told every day until somebody has looked, with nothing of what is in it', async () => {
    const world = await openForms()
    const bodies = [
      { ...referral, ...trapped },
      { ...contact, ...trapped },
    ]
    const [first, second] = [
      (await submit(world.visitor, 'referral', bodies[0])).body,
      (await submit(world.visitor, 'contact', bodies[1])).body,
    ]
    const told = async () => (await world.mailsTo(intake)).map(({ subject }) => subject)
    const tell = () => world.testApp.runJob('tell-of-quarantine')
    await Promise.all([tell(), tell()])
    expect(await told()).toEqual(['Put aside as spam: 2'])
    await world.pass(hour)
    await tell()
    expect(await told()).toHaveLength(1)
    await world.pass(day)
    await tell()
    expect(await told()).toHaveLength(2)
    const text = JSON.stringify(await world.mailsTo(intake))
    for (const word of ['Pat', 'Olga', 'Ann', 'example.com', 'parole', 'agency', first.trackingNumber])
      expect(text).not.toContain(word)
    await world.review(first.id, { status: 'pending' })
    await world.review(second.id, { status: 'spam' })
    await world.pass(day)
    const before = (await told()).length
    await tell()
    expect(await told()).toHaveLength(before)
  })

  test('is counted in readyz, with how long the oldest has waited', async () => {
    const world = await openForms()
    expect((await world.readiness()).forms).toEqual({
      waiting: 0,
      overdue: 0,
      quarantined: 0,
      oldestQuarantinedMs: 0,
    })
    await submit(world.visitor, 'interest', { ...interest, ...trapped })
    await submit(world.visitor, 'interest', interest)
    await world.pass(3 * day)
    expect((await world.readiness()).forms).toEqual({
      waiting: 2,
      overdue: 2,
      quarantined: 1,
      oldestQuarantinedMs: 3 * day,
    })
  })

  test('a flood is one mail at a time, and does not hide what people sent', async () => {
    const world = await openForms()
    for (let i = 0; i < 300; i++)
      await submit(world.visitor, 'contact', { ...contact, message: `Flood number ${i}` })
    const honest = (
      await submit(world.visitor, 'referral', {
        ...referral,
        referrer: { ...referral.referrer, email: 'other@agency.example' },
      })
    ).body
    expect((await world.readiness()).forms).toMatchObject({ waiting: 301, quarantined: 270 })
    await world.testApp.runJob('tell-of-quarantine')
    const subjects = async (to: string) => (await world.mailsTo(to)).map(({ subject }) => subject)
    expect(await subjects(intake)).toContain('Put aside as spam: 270')
    await world.pass(4 * day)
    await Promise.all([1, 2].map(() => world.testApp.runJob('escalate-overdue-forms')))
    const escalations = await subjects(director)
    expect(escalations).toContain(`Overdue: ${honest.trackingNumber}`)
    expect(escalations.filter((subject) => subject.includes('put aside'))).toEqual([
      'Overdue, put aside as spam: 270',
    ])
    expect(escalations).toHaveLength(30 + 1 + 1)
    expect((await world.list('?status=spam&limit=1000')).every(({ escalatedAt }: any) => escalatedAt)).toBe(
      true,
    )
    expect((await world.list('?overdue=true&status=pending')).map(({ id }: any) => id)).toContain(honest.id)
  })

  test('ten times as many within a day are told again', async () => {
    const world = await openForms()
    await submit(world.visitor, 'contact', { ...contact, ...trapped })
    await world.testApp.runJob('tell-of-quarantine')
    for (let i = 0; i < 10; i++) await submit(world.visitor, 'interest', { ...interest, ...trapped })
    world.testApp.clock.advance(minute)
    await world.testApp.runJob('tell-of-quarantine')
    expect((await world.mailsTo(intake)).map(({ subject }) => subject)).toEqual([
      'Put aside as spam: 1',
      'Put aside as spam: 11',
    ])
  })
})

describe('reports', () => {
  test('count Sunday evening to the week that ends, where the organization is', async () => {
    const world = await openForms()
    const { clock } = world.testApp
    const at = async (time: string) => {
      await world.pass(Date.parse(time) - clock.now())
      await submit(world.visitor, 'contact', contact)
    }
    await at('2026-11-30T07:59:00.000Z')
    await at('2026-11-30T08:00:00.000Z')
    await at('2027-03-14T09:59:00.000Z')
    await at('2027-03-15T06:59:00.000Z')
    await at('2027-03-15T07:00:00.000Z')
    await world.pass(day)
    const read = async (query: string) =>
      (await world.admin.call('GET', `/api/v1/reports/forms?${query}`)).body
    expect((await read('since=2026-11-01&until=2027-12-31')).byWeek).toEqual([
      { week: '2026-11-23', submissions: 1 },
      { week: '2026-11-30', submissions: 1 },
      { week: '2027-03-08', submissions: 2 },
      { week: '2027-03-15', submissions: 1 },
    ])
    expect((await read('since=2026-11-29&until=2026-11-29')).total).toBe(1)
    expect((await read('since=2026-11-30&until=2026-11-30')).total).toBe(1)
    expect((await read('since=2027-03-14&until=2027-03-14')).total).toBe(2)
    for (const strange of [
      'since=0001-01-01',
      'since=9998-01-01&until=9999-12-31',
      'since=2026-02-01&until=2025-01-01',
    ])
      expect((await read(strange)).total).toBeGreaterThanOrEqual(0)
  })
})
