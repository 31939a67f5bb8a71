import { beforeEach, describe, expect, test } from 'vitest'
import { queue, reports } from '../../../src/core/messaging/reports/reports.model.ts'
import { encodeBase64url } from '../../../src/ports/base64url.ts'
import type { SecretVersion } from '../../../src/ports/secrets.ts'
import { type Browser, browserOf, createTestApp, person, type TestApp } from '../../app.ts'
import { startTwoProcesses } from '../../two-processes.ts'
import { staffMember } from '../learning/course-people.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'
const queuePath = '/api/v1/reports'
const dayMs = 86_400_000

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let cid: ChatPerson
let admin: Awaited<ReturnType<typeof staffMember>>
let conversation: string
/** Of Ben's. */
let bad: string
const masterKeys: SecretVersion[] = []

const keyOf = (id: string, byte: number, activeFrom: string): SecretVersion => ({
  id,
  value: encodeBase64url(new Uint8Array(32).fill(byte)),
  activeFrom,
})

beforeEach(async () => {
  masterKeys.splice(0, masterKeys.length, keyOf('k1', 7, '2000-01-01T00:00:00.000Z'))
  testApp = await createTestApp({
    environment: { REPORTS_NOTIFY: 'safety@example.org', MESSAGE_RETENTION_DAYS: '30' },
    ports: ({ secrets }) => ({
      secrets: {
        ...secrets,
        versions: async (name) => (name === 'master-key' ? masterKeys : secrets.versions(name)),
      },
    }),
  })
  const people = await chatPeople(testApp, 'Ann', 'Ben', 'Cid')
  ann = people[0]!
  ben = people[1]!
  cid = people[2]!
  admin = await staffMember(testApp, 'Root', 'admin')
  const direct = { type: 'direct', participantIds: [ben.userId] }
  conversation = (await ann.call('POST', conversations, { body: direct })).body.id
  bad = await say(ben, 'you will regret this')
})

const stepUp = ({ call }: Browser) =>
  call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
const say = async (who: Browser, text: string, where = conversation): Promise<string> =>
  (await who.call('POST', `${conversations}/${where}/messages`, { body: { text } })).body.id
const report = (who: Browser, message: string, body: object = { reason: 'threat' }) =>
  who.call('POST', `/api/v1/messages/${message}/reports`, { body })
const list = async (query = '') => (await admin.call('GET', `${queuePath}${query}`)).body
const detail = async (id: string) => (await admin.call('GET', `${queuePath}/${id}`)).body
const review = (id: string, body: object, headers = {}) =>
  admin.call('PATCH', `${queuePath}/${id}`, { body, headers })
const events = () => testApp.auditRecords.map(({ eventType }) => eventType)
const mailsOf = (to: string) =>
  testApp.ports.mailbox!.messages().then((all) => all.filter((each) => each.to === to))

describe('a report', () => {
  test('shows staff the message as it was, whatever becomes of it', async () => {
    const { status, body } = await report(ann, bad, { reason: 'threat', note: 'He means it.' })
    expect(status).toBe(201)
    await ben.call('PATCH', `/api/v1/messages/${bad}`, { body: { text: 'you will like this' } })
    await ben.call('DELETE', `/api/v1/messages/${bad}`)
    // Longer than messages are kept, too.
    testApp.clock.advance(40 * dayMs)
    await admin.call('POST', '/api/v1/auth/login', {
      body: admin.logIn,
    })
    const listed = await list()
    expect(listed.items).toMatchObject([{ id: body.id, status: 'open', reason: 'threat' }])
    expect(JSON.stringify(listed)).not.toContain('regret')
    expect(await detail(body.id)).toMatchObject({
      reporterId: ann.userId,
      reportedId: ben.userId,
      message: { text: 'you will regret this', editedAt: null },
      note: 'He means it.',
    })
    expect(events()).toEqual(expect.arrayContaining(['report.file', 'report.list', 'report.read']))
  })

  test('is stored so that nobody reads it without the key', async () => {
    await report(ann, bad, { reason: 'threat', note: 'He means it.' })
    const stored = JSON.stringify((await testApp.ports.documents.scan(reports)).items)
    for (const words of ['regret', 'means it']) expect(stored).not.toContain(words)
  })

  test('is one for each person and message: again it answers the same', async () => {
    const group = { type: 'group', name: 'All', participantIds: [ben.userId, cid.userId] }
    const { id } = (await ann.call('POST', conversations, { body: group })).body
    const message = await say(ben, 'all of you', id)
    const first = await report(ann, message)
    const again = await report(ann, message, { reason: 'spam', note: 'Other words' })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await report(cid, message)).body.id).not.toBe(first.body.id)
    const { items } = await list()
    expect(items.map(({ reason }: { reason: string }) => reason)).toEqual(['threat', 'threat'])
    // Also when it is gone by now.
    await ben.call('DELETE', `/api/v1/messages/${message}`)
    expect((await report(ann, message)).body).toEqual(first.body)
    await testApp.settled()
    expect(await mailsOf('safety@example.org')).toHaveLength(2)
  })

  test('is for those who see the message', async () => {
    expect((await report(cid, bad)).status).toBe(404)
    const group = { type: 'group', name: 'All', participantIds: [ben.userId] }
    const { id } = (await ann.call('POST', conversations, { body: group })).body
    const before = await say(ben, 'before Cid came', id)
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [cid.userId] } })
    expect((await report(cid, before)).status).toBe(404)
    expect((await report(cid, await say(ben, 'after', id))).status).toBe(201)
    expect((await report(ann, 'x'.repeat(64))).status).toBe(404)
  })

  test('goes through blocks, and not against oneself or what is gone', async () => {
    await ann.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`)
    expect((await report(ann, bad)).status).toBe(201)
    expect((await report(ben, bad)).status).toBe(403)
    await ann.call('DELETE', `/api/v1/users/me/blocks/${ben.userId}`)
    const gone = await say(ben, 'gone')
    await ben.call('DELETE', `/api/v1/messages/${gone}`)
    expect((await report(ann, gone)).status).toBe(409)
  })

  test('is open to guests', async () => {
    const guest = browserOf(testApp)
    await guest.call('POST', '/api/v1/auth/guest', { body: { name: 'Gil' } })
    await testApp.runJob('sync-staff-directory')
    const direct = { type: 'direct', participantIds: [admin.userId] }
    const { id } = (await guest.call('POST', conversations, { body: direct })).body
    expect((await report(guest, await say(admin, 'hello', id))).status).toBe(201)
  })

  test('is limited for each person', async () => {
    const limited = await createTestApp({ environment: { RATE_LIMIT_SCALE: '1' } })
    const [eve, fay] = (await chatPeople(limited, 'Eve', 'Fay')) as [ChatPerson, ChatPerson]
    const direct = { type: 'direct', participantIds: [fay.userId] }
    const { id } = (await eve.call('POST', conversations, { body: direct })).body
    const message = await say(fay, 'once', id)
    const statuses = []
    for (let n = 0; n < 21; n++) statuses.push((await report(eve, message)).status)
    expect([statuses[0], statuses[19], statuses[20]]).toEqual([201, 200, 429])
  })
})

describe('staff', () => {
  test('alone see reports', async () => {
    const { body } = await report(ann, bad)
    for (const who of [ann, ben, await staffMember(testApp, 'Mia', 'mentor')])
      for (const path of [queuePath, `${queuePath}/${body.id}`])
        expect((await who.call('GET', path)).status).toBe(403)
    expect((await review(body.id, { status: 'reviewing' })).body.error.code).toBe('step_up_required')
  })

  test('walk the queue from what waits longest, page by page, and see since when', async () => {
    const texts = ['one', 'two', 'three', 'four', 'five']
    for (const text of texts) {
      await report(ann, await say(ben, text))
      testApp.clock.advance(1_000)
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      seen.push(...page.items.map(({ id }: { id: string }) => id))
      expect(page.oldestOpenAt).toBe((await detail(seen[0]!)).createdAt)
      cursor = page.pagination.nextCursor ?? ''
    } while (cursor)
    const found = await Promise.all(seen.map(async (id) => (await detail(id)).message.text))
    expect(found).toEqual(texts)
    expect((await list('?cursor=nonsense')).error.code).toBe('validation_error')
    expect((await list('?status=resolved')).items).toEqual([])
  })

  test('work on one, note by note, and resolve it', async () => {
    await stepUp(admin)
    const { id } = (await report(ann, bad)).body
    await report(ann, await say(ben, 'and this'))
    expect((await review(id, { status: 'resolved' })).status).toBe(400)
    expect((await review(id, { resolution: 'upheld' })).status).toBe(400)
    expect((await review(id, {})).status).toBe(400)
    await review(id, { status: 'reviewing', note: 'Asked Ann.' })
    const resolved = await review(id, { status: 'resolved', resolution: 'dismissed', note: 'A joke.' })
    expect(resolved.body).toMatchObject({
      status: 'resolved',
      resolution: 'dismissed',
      resolvedBy: admin.userId,
      staffNotes: [{ text: 'Asked Ann.' }, { text: 'A joke.' }],
      others: [{ status: 'open' }],
    })
    const reopened = (await review(id, { status: 'open' })).body
    expect(reopened).toMatchObject({ status: 'open', resolution: null, resolvedAt: null })
    expect(events().filter((event) => event === 'report.review')).toHaveLength(3)
  })

  test('say whose version they change', async () => {
    await stepUp(admin)
    const { id } = (await report(ann, bad)).body
    const { headers } = await admin.call('GET', `${queuePath}/${id}`)
    const version = headers.get('etag') ?? ''
    expect((await review(id, { note: 'One' }, { 'if-match': version })).status).toBe(200)
    expect((await review(id, { note: 'Two' }, { 'if-match': version })).status).toBe(412)
    const unchanged = await admin.call('GET', `${queuePath}/${id}`, {
      headers: { 'if-none-match': (await admin.call('GET', `${queuePath}/${id}`)).headers.get('etag') ?? '' },
    })
    expect(unchanged.status).toBe(304)
  })

  test('remove the message for everybody, and warn its sender, once', async () => {
    await stepUp(admin)
    const { id } = (await report(ann, bad)).body
    const before = (await ann.call('GET', `${conversations}/${conversation}`)).body.seq
    for (let n = 0; n < 2; n++) {
      expect((await review(id, { action: 'remove_message' })).status).toBe(200)
      expect((await review(id, { action: 'warn_sender' })).status).toBe(200)
    }
    expect((await ann.call('GET', `${conversations}/${conversation}`)).body.unreadCount).toBe(0)
    const { items } = (await ann.call('GET', `${conversations}/${conversation}/messages`)).body
    expect(items).toMatchObject([{ id: bad, text: '' }])
    const { streams } = (
      await ann.call('POST', '/api/v1/sync', { body: { streams: { [conversation]: before } } })
    ).body
    expect(streams[conversation].events.map(({ event }: { event: string }) => event)).toEqual([
      'message.deleted',
    ])
    await testApp.settled()
    const warned = (await mailsOf('ben@example.com')).filter(({ subject }) =>
      subject.startsWith('About a message'),
    )
    expect(warned).toHaveLength(1)
    expect(JSON.stringify(warned)).not.toContain('regret')
    expect((await detail(id)).actions.map(({ action }: { action: string }) => action)).toEqual([
      'remove_message',
      'warn_sender',
    ])
    expect((await detail(id)).message.text).toBe('you will regret this')
  })

  test('hear of a report by mail, which does not say what is in it, and in the log when it waits', async () => {
    await report(ann, bad, { reason: 'threat', note: 'He means it.' })
    await testApp.settled()
    const mails = await mailsOf('safety@example.org')
    expect(mails).toHaveLength(1)
    for (const words of ['regret', 'means it', ann.userId, ben.userId])
      expect(JSON.stringify(mails)).not.toContain(words)
    const warnings = () => testApp.log.events.filter(({ event }) => event === 'reports_wait').length
    await testApp.runJob('watch-reports')
    expect(warnings()).toBe(0)
    testApp.clock.advance(dayMs + 1)
    await testApp.runJob('watch-reports')
    expect(warnings()).toBe(1)
  })
})

describe('what is kept', () => {
  /** For how long nobody else goes on with an erasure that could not go on. */
  const erasureLeaseMs = 60_000
  const erase = async (who: ChatPerson) => {
    await stepUp(who)
    const answer = await who.call('DELETE', '/api/v1/users/me?immediate=true')
    expect(answer.status).toBe(204)
    // Whether the mail that tells them of it is gone by then or not: it is waited for.
    await testApp.settled()
    testApp.clock.advance(erasureLeaseMs)
    await testApp.runJob('erase-accounts')
    await testApp.settled()
    return (await browserOf(testApp).call('GET', answer.headers.get('location') ?? '')).body
  }
  const stored = async (id: string) =>
    (await testApp.ports.documents.read(reports, { partition: queue, id }))?.value

  test('of a reporter who is erased is nothing, and staff still see the message', async () => {
    const { id } = (await report(ann, bad, { reason: 'threat', note: 'He means it.' })).body
    await erase(ann)
    expect(await detail(id)).toMatchObject({
      reporterId: null,
      note: null,
      message: { text: 'you will regret this' },
    })
  })

  test('of a reported person who is erased goes when the report is resolved, and they are told', async () => {
    await stepUp(admin)
    const { id } = (await report(ann, bad)).body
    const deletion = await erase(ben)
    expect(JSON.stringify(deletion)).toContain('A message of yours that somebody reported')
    expect((await detail(id)).message.text).toBe('you will regret this')
    expect((await review(id, { action: 'warn_sender' })).status).toBe(409)
    const resolved = (await review(id, { status: 'resolved', resolution: 'upheld' })).body
    expect(resolved).toMatchObject({ reportedId: null, message: null })
  })

  test('of a reported person goes with the account when it was resolved before', async () => {
    await stepUp(admin)
    const { id } = (await report(ann, bad)).body
    await review(id, { status: 'resolved', resolution: 'upheld' })
    expect(JSON.stringify(await erase(ben))).not.toContain('reported')
    expect(await stored(id)).toMatchObject({ reportedId: '', sealedMessage: null, reporterId: ann.userId })
  })

  test('is in the export of the reporter alone', async () => {
    await report(ann, bad, { reason: 'threat', note: 'He means it.' })
    const entry = testApp.registry.entries().find(({ store }) => store === reports.name)
    const collect = async (who: ChatPerson) => {
      if (!entry || !('collect' in entry)) throw new Error('reports are exported')
      return entry.collect({ userId: who.userId, account: null, addresses: [] })
    }
    expect(await collect(ann)).toMatchObject([{ messageId: bad, reason: 'threat', note: 'He means it.' }])
    expect(await collect(ben)).toEqual([])
  })

  test('ends with its own time, counted anew from the resolution', async () => {
    const first = (await report(ann, bad)).body.id
    const second = (await report(ann, await say(ben, 'and this'))).body.id
    testApp.clock.advance(300 * dayMs)
    await admin.call('POST', '/api/v1/auth/login', {
      body: admin.logIn,
    })
    await stepUp(admin)
    await review(first, { status: 'resolved', resolution: 'upheld' })
    testApp.clock.advance(66 * dayMs)
    expect(
      (await testApp.retention.keep({ isDryRun: true })).find(({ store }) => store === reports.name),
    ).toMatchObject({ records: 1 })
    await testApp.runJob('remove-reports-past-retention')
    expect(await stored(second)).toBeUndefined()
    expect(await stored(first)).toBeDefined()
    expect(events()).toContain('report.expire')
    testApp.clock.advance(300 * dayMs)
    await testApp.runJob('remove-reports-past-retention')
    expect(await stored(first)).toBeUndefined()
  })

  test('is sealed anew after the master key changed, so that the one before can be taken away', async () => {
    const { id } = (await report(ann, bad, { reason: 'threat', note: 'He means it.' })).body
    const before = await stored(id)
    masterKeys.unshift(keyOf('k2', 9, new Date(testApp.clock.now()).toISOString()))
    testApp.clock.advance(10 * 60_000)
    await testApp.runJob('renew-report-keys')
    const renewed = await stored(id)
    expect(renewed?.keyId).not.toBe(before?.keyId)
    masterKeys.splice(1, 1)
    testApp.clock.advance(10 * 60_000)
    const entry = testApp.registry.entries().find(({ store }) => store === reports.name)
    if (!entry || !('collect' in entry)) throw new Error('reports are exported')
    const collected = await entry.collect({ userId: ann.userId, account: null, addresses: [] })
    expect(collected).toMatchObject([{ note: 'He means it.' }])
    await testApp.runJob('renew-report-keys')
    expect(await stored(id)).toEqual(renewed)
  })
})

describe.each(['sqlite', 'cosmos'] as const)('on two processes with one store of %s', (kind) => {
  test('one report and one warning come of many at once', async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      const [eve, fay] = (await chatPeople(one, 'Eve', 'Fay')) as [ChatPerson, ChatPerson]
      const root = await staffMember(one, 'Root', 'admin')
      const direct = { type: 'direct', participantIds: [fay.userId] }
      const { id } = (await eve.call('POST', conversations, { body: direct })).body
      const message = await say(fay, 'once', id)
      const actor = { userId: eve.userId, sessionId: 's', role: 'user' as const, securityEpoch: 1 }
      const caller = { requestId: 'r', address: null, site: null, userAgent: null, language: 'en' as const }
      const filed = await Promise.all(
        [one, two, one, two, one, two].map(({ reports: domain }) =>
          domain.file(caller, actor, message, { reason: 'spam' }),
        ),
      )
      expect(filed.filter(({ isNew }) => isNew)).toHaveLength(1)
      expect(new Set(filed.map(({ value }) => value.id)).size).toBe(1)
      expect((await one.ports.documents.scan(reports)).items).toHaveLength(1)

      const staff = { userId: root.userId, sessionId: 's', role: 'admin' as const, securityEpoch: 2 }
      const reportId = filed[0]!.value.id
      await Promise.all(
        [one, two, one, two].map(({ reports: domain }, n) =>
          domain.review(caller, staff, reportId, {
            action: n < 2 ? 'warn_sender' : 'remove_message',
            note: `${n}`,
          }),
        ),
      )
      await Promise.all([one.settled(), two.settled()])
      const { value } = await one.reports.read(caller, staff, reportId)
      expect(value.staffNotes.map(({ text }) => text).toSorted()).toEqual(['0', '1', '2', '3'])
      expect(value.actions.map(({ action }) => action).toSorted()).toEqual(['remove_message', 'warn_sender'])
      const mails = await one.ports.mailbox!.messages()
      expect(
        mails.filter(({ to, subject }) => to === 'fay@example.com' && subject.startsWith('About')),
      ).toHaveLength(1)
    } finally {
      await close()
    }
  })
})
