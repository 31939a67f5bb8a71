import { describe, expect, test } from 'vitest'
import type { MemoryConnection } from '../../../src/adapters/memory/realtime.ts'
import { type Entry, messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { announcements, inbox } from '../../../src/core/messaging/chat/lists.model.ts'
import { documentIdOf } from '../../../src/core/messaging/chat/message-id.ts'
import { conversationGroup, userGroup } from '../../../src/core/platform/realtime/realtime.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { pdf } from '../files/sample-files.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

async function openApp(...names: string[]) {
  const testApp = await createTestApp()
  return { testApp, people: await chatPeople(testApp, ...names) }
}

async function direct(a: ChatPerson, b: ChatPerson): Promise<string> {
  const { body } = await a.call('POST', conversations, {
    body: { type: 'direct', participantIds: [b.userId] },
  })
  return body.id
}
async function group(admin: ChatPerson, ...others: ChatPerson[]): Promise<string> {
  const { body } = await admin.call('POST', conversations, {
    body: { type: 'group', name: 'Class', participantIds: others.map(({ userId }) => userId) },
  })
  return body.id
}
const say = async (person: ChatPerson, id: string, text: string, more: object = {}) =>
  person.call('POST', `${conversations}/${id}/messages`, { body: { text, ...more } })
const read = async (person: ChatPerson, id: string, query = '') =>
  (await person.call('GET', `${conversations}/${id}/messages${query}`)).body
const unread = async (person: ChatPerson, id: string) =>
  (await person.call('GET', `${conversations}/${id}`)).body.unreadCount

/** A device of somebody, in the groups it would be put into. */
async function listen(
  { devices }: TestApp,
  { userId }: ChatPerson,
  ...ids: string[]
): Promise<MemoryConnection> {
  const groups = [userGroup(userId), ...ids.map(conversationGroup)]
  return devices.connect((await devices.clientAccess({ userId, groups, ttlSeconds: 60 })).url)
}
/** What a device got, each event valid as described. */
const heard = ({ received }: MemoryConnection): any[] =>
  received.map((event: any) => {
    expect(Object.keys(events)).toContain(event.event)
    return events[event.event as keyof typeof events].schema.strict().parse(event)
  })
const names = (connection: MemoryConnection) => heard(connection).map(({ event }) => event)

describe('a conversation', () => {
  test('of two people exists once, also when both open it at once', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const open = (from: ChatPerson, to: ChatPerson) =>
      from.call('POST', conversations, { body: { type: 'direct', participantIds: [to.userId] } })
    const answers = await Promise.all([open(ann, ben), open(ben, ann), open(ann, ben), open(ben, ann)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    for (const person of people) {
      const list = (await person.call('GET', conversations)).body
      expect(list.items).toHaveLength(1)
      // Whoever was first stands first.
      expect(list.items[0].participants).toHaveLength(2)
      expect(list.items[0].participants).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'Ann', avatar: null, role: 'member', isActive: true }),
          expect.objectContaining({ name: 'Ben', avatar: null, role: 'member', isActive: true }),
        ]),
      )
    }
    const heads = (await testApp.ports.documents.scan(messages)).items.filter(
      ({ value }) => value.kind === 'head',
    )
    expect(heads).toHaveLength(1)
  })

  test('whose creation was cut off after the claim is completed by whoever asks next', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    await testApp.ports.documents.remove(messages, { partition: id, id: 'head' })
    expect((await ann.call('GET', `${conversations}/${id}`)).status).toBe(404)
    expect(await direct(ben, ann)).toBe(id)
    expect((await ann.call('GET', `${conversations}/${id}`)).status).toBe(200)
  })

  test('is not opened with somebody unknown, not a contact or blocked: all answer alike', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Eve')
    const [ann, ben, eve] = people as [ChatPerson, ChatPerson, ChatPerson]
    await testApp.users.changeUser(eve.userId, (user) => ({ ...user, mentorId: null }))
    await ben.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`)
    for (const id of [eve.userId, ben.userId, ann.userId, '00000000-0000-7000-8000-00000000ffff'])
      expect(
        await ann.call('POST', conversations, { body: { type: 'direct', participantIds: [id] } }),
      ).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    const withEve = { type: 'group', participantIds: [eve.userId] }
    expect((await ann.call('POST', conversations, { body: withEve })).status).toBe(404)
  })

  test.each([
    [
      'two others in a direct one',
      { type: 'direct', participantIds: [crypto.randomUUID(), crypto.randomUUID()] },
    ],
    ['a name for a direct one', { type: 'direct', participantIds: [crypto.randomUUID()], name: 'x' }],
    ['nobody', { type: 'group', participantIds: [] }],
    ['what is no id', { type: 'group', participantIds: ['x'] }],
    ['a broken name', { type: 'group', participantIds: [crypto.randomUUID()], name: 'a\u0007' }],
  ])('is not opened with %s', async (_, body) => {
    const { people } = await openApp('Ann')
    expect((await people[0]!.call('POST', conversations, { body })).status).toBe(400)
  })

  test('is not there for a stranger, by any way in', async () => {
    const { people } = await openApp('Ann', 'Ben', 'Eve')
    const [ann, ben, eve] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(ann, ben)
    const message = (await say(ann, id, 'secret')).body
    const one = `${conversations}/${id}`
    for (const [method, path, body] of [
      ['GET', one],
      ['PATCH', one, { name: 'Mine' }],
      ['POST', `${one}/members`, { userIds: [eve.userId] }],
      ['DELETE', `${one}/members?userId=${ann.userId}`],
      ['POST', `${one}/leave`, {}],
      ['GET', `${one}/messages`],
      ['POST', `${one}/messages`, { text: 'hello' }],
      ['POST', `${one}/read`, {}],
      ['POST', `${one}/typing`, { state: 'start' }],
      ['PATCH', `/api/v1/messages/${message.id}`, { text: 'changed' }],
      ['DELETE', `/api/v1/messages/${message.id}`],
      ['PUT', `/api/v1/messages/${message.id}/reactions/${encodeURIComponent('👍')}`],
      ['DELETE', `/api/v1/messages/${message.id}/reactions/${encodeURIComponent('👍')}`],
      ['GET', `/api/v1/messages/search?q=secret&conversationId=${id}`],
      ['PATCH', '/api/v1/messages/nonsense', { text: 'x' }],
    ] as const)
      expect([path, (await eve.call(method, path, body ? { body } : {})).status]).toEqual([path, 404])
    expect((await eve.call('GET', conversations)).body.items).toEqual([])
    expect((await eve.call('GET', '/api/v1/messages/search?q=secret')).body.items).toEqual([])
    expect((await eve.call('POST', '/api/v1/sync', { body: { streams: { [id]: 0 } } })).body).toEqual({
      streams: { [id]: { resync: true, reason: 'forbidden' } },
    })
  })
})

describe('messages', () => {
  test('are numbered without gaps, also when many are sent at once', async () => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const sent = await Promise.all(Array.from({ length: 60 }, (_, i) => say(i % 2 ? ann : ben, id, `m${i}`)))
    expect(sent.every(({ status }) => status === 201)).toBe(true)
    expect(sent.map(({ body }) => body.seq).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    )
    const page = await read(ann, id, '?limit=100')
    expect(page.items.map(({ seq }: any) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => 60 - i))
  })

  test('sent again under one clientMessageId stay one, however often and at once', async () => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const again = () => say(ann, id, 'hello', { clientMessageId: 'one' })
    const answers = await Promise.all([again(), say(ben, id, 'between'), again(), again()])
    answers.push(await again())
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201, 201])
    const own = answers.filter(({ body }) => body.text === 'hello').map(({ body }) => body.id)
    expect(new Set(own).size).toBe(1)
    const other = await say(ann, id, 'goodbye', { clientMessageId: 'one' })
    expect([other.status, other.body.error.code]).toEqual([409, 'conflict'])
    expect((await say(ben, id, 'goodbye', { clientMessageId: 'one' })).status).toBe(201)
    expect((await read(ann, id)).items).toHaveLength(3)
  })

  test('come in pages, by number, id, moment and around', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const sent: any[] = []
    for (let i = 0; i < 10; i++) {
      testApp.clock.advance(1_000)
      sent.push((await say(ann, id, `m${i}`)).body)
    }
    const texts = (page: any) => page.items.map(({ text }: any) => text).join()
    const first = await read(ben, id, '?limit=4')
    expect(texts(first)).toBe('m9,m8,m7,m6')
    const second = await read(ben, id, `?limit=4&before=${first.pagination.nextCursor}`)
    expect(texts(second)).toBe('m5,m4,m3,m2')
    const last = await read(ben, id, `?limit=4&before=${second.pagination.nextCursor}`)
    expect(texts(last)).toBe('m1,m0')
    expect(last.pagination).toMatchObject({ hasMore: false, nextCursor: null, hasNewer: true })
    expect(texts(await read(ben, id, `?before=${sent[2].id}`))).toBe('m1,m0')
    expect(texts(await read(ben, id, `?after=${sent[7].id}`))).toBe('m9,m8')
    expect(texts(await read(ben, id, `?before=${sent[2].timestamp}`))).toBe('m1,m0')
    expect(texts(await read(ben, id, `?after=${sent[8].timestamp}`))).toBe('m9,m8')
    expect(texts(await read(ben, id, `?limit=5&around=${sent[4].id}`))).toBe('m6,m5,m4,m3,m2')
    for (const wrong of [
      'before=nonsense',
      'limit=0',
      'limit=101',
      `before=${sent[1].id}&after=${sent[1].id}`,
    ])
      expect((await ben.call('GET', `${conversations}/${id}/messages?${wrong}`)).status).toBe(400)
  })

  test.each([
    ['nothing', {}],
    ['blanks', { text: '  \n ' }],
    ['too much', { text: 'x'.repeat(16_001) }],
    ['eleven attachments', { attachments: Array.from({ length: 11 }, () => crypto.randomUUID()) }],
    ['an unknown attachment', { attachments: [crypto.randomUUID()] }],
    ['a reply to nothing', { text: 'x', replyTo: 'A'.repeat(64) }],
    ['a mention of a stranger', { text: 'x', mentions: [crypto.randomUUID()] }],
    ['a number', { text: 7 }],
  ])('with %s are refused', async (_, body) => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const answer = await ann.call('POST', `${conversations}/${id}/messages`, { body })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'validation_error'])
  })

  test('are answered, mentioned in, edited by their sender, and deleted with what was in them', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cid')
    const [ann, ben, cid] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(ann, ben, cid)
    const first = (await say(ben, id, 'first')).body
    const answer = (await say(cid, id, 'hey @Ann', { replyTo: first.id, mentions: [ann.userId] })).body
    expect(answer).toMatchObject({ replyTo: first.id, mentions: [ann.userId], editedAt: null })
    const path = `/api/v1/messages/${first.id}`
    expect((await ann.call('PATCH', path, { body: { text: 'mine' } })).status).toBe(403)
    testApp.clock.advance(1_000)
    const edited = await ben.call('PATCH', path, { body: { text: 'first, corrected' } })
    expect(edited.body).toMatchObject({ text: 'first, corrected', editedAt: expect.any(String), seq: 1 })
    expect((await cid.call('DELETE', path)).status).toBe(403)
    expect((await ann.call('DELETE', path)).status).toBe(204)
    expect((await ben.call('DELETE', path)).status).toBe(204)
    expect((await ben.call('PATCH', path, { body: { text: 'again' } })).status).toBe(409)
    const [, tombstone] = (await read(cid, id)).items
    expect(tombstone).toMatchObject({ id: first.id, text: '', deletedAt: expect.any(String), seq: 1 })
    const everything = JSON.stringify((await testApp.ports.documents.scan(messages, { limit: 1000 })).items)
    expect(everything).not.toContain('corrected')
    const { events: caughtUp } = (await cid.call('POST', '/api/v1/sync', { body: { streams: { [id]: 0 } } }))
      .body.streams[id]
    expect(caughtUp.map(({ event, seq }: any) => `${seq} ${event}`)).toEqual([
      '1 message.new',
      '2 message.new',
      '3 message.updated',
      '4 message.deleted',
    ])
    expect(JSON.stringify(caughtUp)).not.toContain('corrected')
  })

  test('take reactions, each person once for each emoji', async () => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const message = (await say(ann, id, 'hello')).body
    const path = (emoji: string) => `/api/v1/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`
    const statuses = await Promise.all([
      ann.call('PUT', path('👍')),
      ben.call('PUT', path('👍')),
      ben.call('PUT', path('👍')),
      ben.call('PUT', path('👩‍👩‍👧')),
    ])
    expect(statuses.map(({ status }) => status)).toEqual([204, 204, 204, 204])
    expect((await ben.call('PUT', path('hello'))).status).toBe(404)
    const [shown] = (await read(ann, id)).items
    expect(Object.keys(shown.reactions).toSorted()).toEqual(['👍', '👩‍👩‍👧'].toSorted())
    expect(shown.reactions['👍']).toHaveLength(2)
    await ben.call('DELETE', path('👍'))
    await ben.call('DELETE', path('👍'))
    expect((await read(ann, id)).items[0].reactions['👍']).toEqual([ann.userId])
    const { head } = (await ann.call('POST', '/api/v1/sync', { body: { streams: { [id]: 1 } } })).body
      .streams[id]
    expect(head).toBe(5)
  })

  test('stop at once between two of whom one has blocked the other', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    expect((await say(ann, id, 'hello')).status).toBe(201)
    await ben.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`)
    testApp.clock.advance(5_000)
    for (const person of people) expect((await say(person, id, 'still there?')).status).toBe(403)
    await ben.call('DELETE', `/api/v1/users/me/blocks/${ann.userId}`)
    expect((await say(ann, id, 'hello')).status).toBe(201)
  })

  test('are limited to ten in ten seconds and sixty a minute for a person', async () => {
    const testApp = await createTestApp({
      environment: { RATE_LIMIT_SCALE: '1', RATE_LIMIT_PER_MINUTE: '100000' },
    })
    const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    for (let i = 0; i < 10; i++) expect((await say(ann, id, `${i}`)).status).toBe(201)
    const refused = await say(ann, id, 'too many')
    expect([refused.status, refused.body.error.code, refused.body.error.retryAfter]).toEqual([
      429,
      'rate_limit_exceeded',
      10,
    ])
    expect((await say(ben, id, 'mine')).status).toBe(201)
    testApp.clock.advance(10_000)
    expect((await say(ann, id, 'again')).status).toBe(201)
  })

  test('are forgotten after the retention, and a device that needs them is told to load anew', async () => {
    const testApp = await createTestApp({ environment: { MESSAGE_RETENTION_DAYS: '1' } })
    const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    await say(ann, id, 'old')
    testApp.clock.advance(25 * 3_600_000)
    for (const person of [ann, ben])
      await person.call('POST', '/api/v1/auth/login', {
        body: { email: `${person === ann ? 'ann' : 'ben'}@example.com`, password: 'SecurePass123!' },
      })
    const list = (await ben.call('GET', conversations)).body
    expect(list.items[0].lastMessage).toBeNull()
    expect((await read(ben, id)).items).toEqual([])
    expect((await say(ann, id, 'new')).body.seq).toBe(2)
    const ask = async (seq: number) =>
      (await ben.call('POST', '/api/v1/sync', { body: { streams: { [id]: seq } } })).body.streams[id]
    expect(await ask(0)).toEqual({ resync: true, reason: 'too_old' })
    expect((await ask(1)).events).toHaveLength(1)
    expect(await ask(7)).toEqual({ resync: true, reason: 'ahead' })
    await ben.call('POST', `${conversations}/${id}/read`, { body: { seq: 1 } })
    expect(await unread(ben, id)).toBe(1)
  })
})

describe('attachments', () => {
  test('are the sender’s own, read by members while they are members, and gone with the message', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cid')
    const [ann, ben, cid] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(ann, ben)
    const upload = async (by: ChatPerson) => {
      const { body } = await by.call('POST', '/api/v1/files/upload-url', {
        body: {
          fileName: 'résumé.pdf',
          fileType: 'application/pdf',
          fileSize: pdf.byteLength,
          category: 'attachment',
        },
      })
      const { uploadUrl, method, headers } = body
      expect((await testApp.app.request(uploadUrl, { method, headers, body: pdf })).status).toBe(201)
      await by.call('POST', '/api/v1/files/complete', { body: { fileId: body.fileId } })
      return body.fileId as string
    }
    const [mine, theirs] = [await upload(ann), await upload(ben)]
    expect((await say(ann, id, '', { attachments: [theirs] })).status).toBe(400)
    const body = { attachments: [mine], clientMessageId: 'with a file'.replaceAll(' ', '-') }
    const sent = await say(ann, id, '', body)
    expect(sent.body.attachments).toMatchObject([
      { id: mine, name: 'résumé.pdf', mimeType: 'application/pdf' },
    ])
    expect((await say(ann, id, '', body)).body.id).toBe(sent.body.id)
    const download = async (by: ChatPerson) => (await by.call('GET', `/api/v1/files/${mine}/download`)).status
    expect([await download(ben), await download(cid)]).toEqual([302, 404])
    await ann.call('DELETE', `${conversations}/${id}/members?userId=${ben.userId}`)
    expect(await download(ben)).toBe(404)
    await ann.call('DELETE', `/api/v1/messages/${sent.body.id}`)
    expect(await download(ann)).toBe(404)
  })
})

describe('members', () => {
  test('are added, promoted and removed by admins alone; newcomers see what comes after', async () => {
    const { people } = await openApp('Ann', 'Ben', 'Cid', 'Dan')
    const [ann, ben, cid, dan] = people as [ChatPerson, ChatPerson, ChatPerson, ChatPerson]
    const id = await group(ann, ben)
    await say(ann, id, 'before')
    const add = (by: ChatPerson, who: ChatPerson, role?: string) =>
      by.call('POST', `${conversations}/${id}/members`, {
        body: { userIds: [who.userId], ...(role ? { role } : {}) },
      })
    expect((await add(ben, cid)).status).toBe(403)
    expect((await add(ann, cid)).body.participants).toHaveLength(3)
    await say(ann, id, 'after')
    expect((await read(cid, id)).items.map(({ text }: any) => text)).toEqual(['after'])
    expect(await unread(cid, id)).toBe(1)
    expect((await cid.call('GET', '/api/v1/messages/search?q=before')).body.items).toEqual([])
    expect((await add(ann, ben, 'admin')).status).toBe(200)
    expect((await add(ben, dan)).status).toBe(200)
    const remove = (by: ChatPerson, who: ChatPerson) =>
      by.call('DELETE', `${conversations}/${id}/members?userId=${who.userId}`)
    expect((await remove(dan, cid)).status).toBe(403)
    expect((await remove(ben, cid)).status).toBe(204)
    expect((await remove(ben, cid)).status).toBe(204)
    expect((await cid.call('GET', `${conversations}/${id}`)).status).toBe(404)
    expect((await cid.call('GET', conversations)).body.items).toEqual([])
  })

  test('may leave a group, which is never without an admin; a direct conversation stays', async () => {
    const { people } = await openApp('Ann', 'Ben', 'Cid')
    const [ann, ben, cid] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(ann, ben, cid)
    expect((await ann.call('POST', `${conversations}/${id}/leave`)).status).toBe(204)
    const { participants } = (await ben.call('GET', `${conversations}/${id}`)).body
    expect(participants.map(({ name, role }: any) => `${name} ${role}`)).toEqual(['Ben admin', 'Cid member'])
    await Promise.all([ben, cid].map((person) => person.call('POST', `${conversations}/${id}/leave`)))
    for (const person of people) expect((await person.call('GET', `${conversations}/${id}`)).status).toBe(404)
    const two = await direct(ann, ben)
    expect((await ann.call('POST', `${conversations}/${two}/leave`)).status).toBe(409)
    expect((await ann.call('PATCH', `${conversations}/${two}`, { body: { name: 'x' } })).status).toBe(409)
  })

  test('of a group see its new name, and a version that is no longer is refused', async () => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(ann, ben)
    const before = await ann.call('GET', `${conversations}/${id}`)
    const etag = before.headers.get('etag') ?? ''
    expect(
      (await ann.call('GET', `${conversations}/${id}`, { headers: { 'if-none-match': etag } })).status,
    ).toBe(304)
    const rename = (name: string) =>
      ann.call('PATCH', `${conversations}/${id}`, { body: { name }, headers: { 'if-match': etag } })
    expect((await rename('Evening class')).body.name).toBe('Evening class')
    expect((await rename('Morning class')).status).toBe(412)
    expect((await ben.call('GET', conversations)).body.items[0].name).toBe('Evening class')
  })
})

describe('reading', () => {
  test('moves forward only, is shown to the others, and sending implies it', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    for (let i = 0; i < 5; i++) await say(ann, id, `m${i}`)
    expect([await unread(ann, id), await unread(ben, id)]).toEqual([0, 5])
    const mark = (seq?: number) =>
      ben.call('POST', `${conversations}/${id}/read`, { body: seq === undefined ? {} : { seq } })
    testApp.clock.advance(1_000)
    expect((await mark(3)).status).toBe(204)
    expect(await unread(ben, id)).toBe(2)
    await mark(1)
    expect(await unread(ben, id)).toBe(2)
    const seen = (await read(ann, id)).items
      .filter(({ readBy }: any) => readBy[ben.userId])
      .map(({ seq }: any) => seq)
    expect(seen).toEqual([3, 2, 1])
    await say(ben, id, 'I have read all')
    expect([await unread(ann, id), await unread(ben, id)]).toEqual([1, 0])
    await ann.call('POST', `${conversations}/${id}/read`, { body: { seq: 999 } })
    expect(await unread(ann, id)).toBe(0)
    expect((await ann.call('GET', `${conversations}/${id}`)).body.readPositions[ann.userId].seq).toBe(6)
  })
})

describe('events', () => {
  test('reach the devices of members in order, each as described', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cid')
    const [ann, ben, cid] = people as [ChatPerson, ChatPerson, ChatPerson]
    const annsPhone = await listen(testApp, ann)
    const bensPhone = await listen(testApp, ben)
    const id = await group(ann, ben)
    await testApp.settled()
    const message = (await say(ann, id, 'hello', { clientMessageId: 'c1' })).body
    const reaction = `/api/v1/messages/${message.id}/reactions/${encodeURIComponent('👍')}`
    await ben.call('PUT', reaction)
    await ben.call('DELETE', reaction)
    await ann.call('PATCH', `/api/v1/messages/${message.id}`, { body: { text: 'hello!' } })
    await ann.call('PATCH', `${conversations}/${id}`, { body: { name: 'New' } })
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [cid.userId] } })
    await ben.call('POST', `${conversations}/${id}/typing`)
    await ben.call('POST', `${conversations}/${id}/typing`, { body: { state: 'stop' } })
    await testApp.settled()
    await ben.call('POST', `${conversations}/${id}/read`, { body: {} })
    await testApp.settled()
    await ann.call('DELETE', `/api/v1/messages/${message.id}`)
    await ann.call('DELETE', `${conversations}/${id}/members?userId=${cid.userId}`)
    await testApp.settled()
    expect(names(annsPhone)).toEqual([
      'conversation.added',
      'message.new',
      'reaction.added',
      'reaction.removed',
      'message.updated',
      'conversation.updated',
      'member.added',
      'typing.start',
      'typing.stop',
      'read.updated',
      'message.deleted',
      'member.removed',
    ])
    expect(names(bensPhone).filter((name) => name === 'read.updated')).toHaveLength(2)
    expect(heard(annsPhone)[1].data).toMatchObject({ clientMessageId: 'c1', text: 'hello' })
    const numbered = heard(annsPhone).flatMap(({ seq }) => seq ?? [])
    expect(numbered).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const { events: caughtUp } = (await ann.call('POST', '/api/v1/sync', { body: { streams: { [id]: 0 } } }))
      .body.streams[id]
    expect(caughtUp.map(({ event }: any) => event)).toEqual(
      heard(annsPhone).flatMap(({ seq, event }) => (seq ? [event] : [])),
    )
  })

  test('do not reach a removed member, on any device that stays connected', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(ann, ben)
    await testApp.settled()
    const phone = await listen(testApp, ben, id)
    await ann.call('DELETE', `${conversations}/${id}/members?userId=${ben.userId}`)
    await say(ann, id, 'without you')
    await testApp.settled()
    expect(names(phone)).toEqual(['conversation.removed'])
    expect(await testApp.realtime.connections.of('chat')!.groupsOf(ben.userId)).toEqual([])
    expect(
      (await ben.call('POST', '/api/v1/sync', { body: { streams: { [id]: 0 } } })).body.streams[id],
    ).toEqual({
      resync: true,
      reason: 'forbidden',
    })
  })

  test('that a crash after the commit left untold are told by another process', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    await testApp.settled()
    const phone = await listen(testApp, ben, id)
    const realtime = testApp.ports.realtime
    const crashed = await createTestApp({
      ports: () => ({
        ...testApp.ports,
        realtime: { ...realtime, publish: () => new Promise(() => {}) },
        defer: { run: () => {} },
      }),
    })
    await crashed.app.request(`http://localhost:7071${conversations}/${id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ann.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'was anybody told?' }),
    })
    expect(heard(phone)).toEqual([])
    await testApp.runJob('announce-what-was-left')
    expect(heard(phone)).toEqual([])
    testApp.clock.advance(36_000)
    await testApp.runJob('announce-what-was-left')
    expect(heard(phone)).toMatchObject([{ event: 'message.new', data: { text: 'was anybody told?' } }])
    expect((await testApp.ports.documents.scan(announcements)).items).toEqual([])
  })

  test('that could not be published are published when the service is back, and an idle process owes nothing', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    await testApp.settled()
    const phone = await listen(testApp, ben, id)
    const { publish } = testApp.devices
    testApp.devices.publish = async () => {
      throw new Error('down')
    }
    await say(ann, id, 'one')
    await say(ann, id, 'two')
    await testApp.settled()
    testApp.devices.publish = publish
    await testApp.runJob('announce-what-was-left')
    expect(heard(phone).map(({ data }) => data.text)).toEqual(['one', 'two'])
    expect((await testApp.ports.documents.scan(announcements)).items).toHaveLength(1)
    testApp.clock.advance(21_000)
    await testApp.runJob('announce-what-was-left')
    expect((await testApp.ports.documents.scan(announcements)).items).toEqual([])
    expect(heard(phone)).toHaveLength(2)
  })

  test('tell who came and went; a lease that is not renewed runs out', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    await testApp.settled()
    const phone = await listen(testApp, ann, id)
    const listener = testApp.realtime.connections.of('chat')!
    const online = async () => (await ann.call('GET', `${conversations}/${id}`)).body.online
    await listener.connected({ userId: ben.userId, connectionId: 'one' })
    await listener.connected({ userId: ben.userId, connectionId: 'two' })
    expect(await online()).toEqual([ben.userId])
    await listener.disconnected({ userId: ben.userId, connectionId: 'one' })
    expect(await online()).toEqual([ben.userId])
    await listener.disconnected({ userId: ben.userId, connectionId: 'two' })
    expect(await online()).toEqual([])
    expect(heard(phone).map(({ event, data }) => [event, data.isOnline])).toEqual([
      ['presence.updated', true],
      ['presence.updated', false],
    ])
    await listener.connected({ userId: ben.userId, connectionId: 'three' })
    testApp.clock.advance(60_000)
    await listener.events['ping']?.({ userId: ben.userId, connectionId: 'three' }, null)
    testApp.clock.advance(60_000)
    expect(await online()).toEqual([ben.userId])
    testApp.clock.advance(30_000)
    expect(await online()).toEqual([])
  })
})

describe('over a connection', () => {
  test('a device sends, types and reads by the same rules as a request', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Eve')
    const [ann, ben, eve] = people as [ChatPerson, ChatPerson, ChatPerson]
    const conversationId = await direct(ann, ben)
    const { events: hears } = testApp.realtime.connections.of('chat')!
    const say = (who: ChatPerson, name: string, what: unknown) =>
      hears[name]?.({ userId: who.userId, connectionId: 'c' }, what)
    expect(await say(ann, 'message', { conversationId, text: 'hello', clientMessageId: 'x' })).toMatchObject({
      message: { text: 'hello', seq: 1 },
    })
    expect(await say(ben, 'read', { conversationId })).toBeNull()
    expect(await unread(ben, conversationId)).toBe(0)
    expect(await say(ben, 'typing', { conversationId, state: 'start' })).toBeNull()
    await expect(say(eve, 'message', { conversationId, text: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    })
    for (const wrong of [null, 'x', {}, { conversationId }, { conversationId, text: 7 }])
      await expect(say(ann, 'message', wrong)).rejects.toMatchObject({ code: 'validation_error' })
  })
})

describe('the list', () => {
  test('is newest first, with what was said last and how much is unread', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cid')
    const [ann, ben, cid] = people as [ChatPerson, ChatPerson, ChatPerson]
    const withBen = await direct(ann, ben)
    testApp.clock.advance(1_000)
    const withCid = await direct(ann, cid)
    testApp.clock.advance(1_000)
    await say(ben, withBen, 'hello Ann')
    await testApp.settled()
    const { items } = (await ann.call('GET', conversations)).body
    expect(items.map(({ id }: any) => id)).toEqual([withBen, withCid])
    expect(items[0]).toMatchObject({
      unreadCount: 1,
      lastMessage: { text: 'hello Ann', senderId: ben.userId, timestamp: expect.any(String) },
    })
    const page = (await ann.call('GET', `${conversations}?limit=1`)).body
    expect(page.items).toHaveLength(1)
    const next = (await ann.call('GET', `${conversations}?limit=1&cursor=${page.pagination.nextCursor}`)).body
    expect(next.items.map(({ id }: any) => id)).toEqual([withCid])
    expect((await ann.call('GET', `${conversations}?cursor=nonsense`)).status).toBe(400)
  })

  test('forgets an entry whose conversation one is not in', async () => {
    const { testApp, people } = await openApp('Ann')
    const [ann] = people as [ChatPerson]
    const at = new Date(testApp.clock.now()).toISOString()
    await testApp.ports.documents.insert(inbox, {
      id: 'left-over',
      userId: ann.userId,
      activeAt: at,
      isUnread: 'no',
    })
    testApp.clock.advance(61_000)
    expect((await ann.call('GET', conversations)).body.items).toEqual([])
    await testApp.settled()
    expect((await testApp.ports.documents.scan(inbox)).items).toEqual([])
  })
})

describe('searching', () => {
  test('finds by the beginnings of words, newest first, in pages', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    for (const text of ['Résumé for the bakery', 'the interview', 'another RESUME', 'gone résumé']) {
      testApp.clock.advance(1_000)
      await say(text.startsWith('another') ? ben : ann, id, text)
    }
    const [last] = (await read(ann, id)).items
    await ann.call('DELETE', `/api/v1/messages/${last.id}`)
    const find = async (query: string) =>
      (await ann.call('GET', `/api/v1/messages/search?${query}`)).body.items.map(({ text }: any) => text)
    expect(await find('q=resum')).toEqual(['another RESUME', 'Résumé for the bakery'])
    expect(await find('q=resume bak')).toEqual(['Résumé for the bakery'])
    expect(await find(`q=resume&from=${ben.userId}`)).toEqual(['another RESUME'])
    expect(await find('q=!!')).toEqual([])
    const page = (await ann.call('GET', '/api/v1/messages/search?q=resume&limit=1')).body
    expect(await find(`q=resume&before=${page.pagination.nextCursor}`)).toEqual(['Résumé for the bakery'])
    const [newest] = (await ann.call('GET', '/api/v1/messages/search?q=resume&limit=1')).body.items
    expect(await find(`q=resume&before=${newest.timestamp}`)).toEqual(['Résumé for the bakery'])
    expect((await ann.call('GET', '/api/v1/messages/search?q=resume&before=yesterday')).status).toBe(400)
  })

  /** Somebody in so many conversations, the first of which was active last, with a message in each. */
  async function openMany(count: number, texts: (i: number) => string, effort?: number) {
    const { testApp, people } = await openApp('Ann')
    const [ann] = people as [ChatPerson]
    const startMs = testApp.clock.now()
    const asked: string[] = []
    for (let i = 0; i < count; i++) {
      const conversationId = crypto.randomUUID()
      const at = new Date(startMs - i * 60_000).toISOString()
      const position = { seq: 1, count: 1, at }
      const common = { conversationId, isNumbered: 'yes' as const, threadKey: '', seq: 1, count: 1, at }
      const member = {
        userId: ann.userId,
        role: 'admin' as const,
        joinedAt: at,
        joinedSeq: 0,
        sent: position,
      }
      const { documents } = testApp.ports
      await documents.transact<Entry>(messages, conversationId, [
        {
          insert: {
            ...{
              ...common,
              id: 'head',
              kind: 'head',
              isNumbered: 'no',
              type: 'group',
              name: null,
              avatar: null,
            },
            ...{ members: [member], lastMessageId: null, createdAt: at, updatedAt: at },
          },
        },
        {
          insert: {
            ...{
              ...common,
              id: await documentIdOf(ann.userId, 'one'),
              kind: 'message',
              senderId: ann.userId,
            },
            ...{ clientMessageId: null, fingerprint: '', text: texts(i), attachments: [], mentions: [] },
            ...{ replyTo: null, reactions: {}, editedAt: null, deletedAt: null },
          },
        },
      ])
      await documents.insert(inbox, { id: conversationId, userId: ann.userId, activeAt: at, isUnread: 'no' })
    }
    const { messageSearch } = testApp.ports
    const find = messageSearch.find
    messageSearch.find = async (question) => {
      asked.push(...question.conversations.map(({ conversationId }) => conversationId))
      return { ...(await find(question)), ...(effort === undefined ? {} : { effort }) }
    }
    /** All pages. */
    async function findAll(query: string): Promise<{ texts: string[]; pages: number }> {
      const texts: string[] = []
      let before = ''
      for (let pages = 1; ; pages++) {
        const { body } = await ann.call('GET', `/api/v1/messages/search?${query}${before}`)
        texts.push(...body.items.map(({ text }: any) => text))
        if (!body.pagination.hasMore) return { texts, pages }
        before = `&before=${body.pagination.nextCursor}`
      }
    }
    return { ann, asked, findAll }
  }

  test('in all conversations that somebody is in, newest first, in no more of them than it takes', async () => {
    const { ann, asked, findAll } = await openMany(130, (i) => `word ${i}`)
    const all = Array.from({ length: 130 }, (_, i) => `word ${i}`)
    expect(await findAll('q=word&limit=50')).toEqual({ texts: all, pages: 3 })
    asked.length = 0
    await ann.call('GET', '/api/v1/messages/search?q=word&limit=20')
    expect(asked).toHaveLength(25)
    expect((await findAll('q=129')).texts).toEqual(['word 129'])
  })

  test('in more conversations than one request looks into, page by page', async () => {
    const { asked, findAll } = await openMany(1_060, (i) => (i % 500 === 499 ? `rare ${i}` : 'other'))
    expect(await findAll('q=rare')).toEqual({ texts: ['rare 499', 'rare 999'], pages: 2 })
    expect(new Set(asked).size).toBe(1_060)
    expect(asked).toHaveLength(1_060)
  })

  test('where each search is paid for a request ends when it has cost enough, and the next goes on', async () => {
    const { asked, findAll } = await openMany(130, (i) => (i === 129 ? 'rare' : 'other'), 0.5)
    expect(await findAll('q=rare')).toEqual({ texts: ['rare'], pages: 3 })
    expect(asked).toHaveLength(130)
  })
})

describe('what sending costs', () => {
  /** An app whose documents are counted, each call as the round trip it is in a store over the network. */
  async function openCounted() {
    let trips = 0
    const testApp = await createTestApp({
      ports: ({ documents }) => ({
        documents: Object.fromEntries(
          Object.entries(documents).map(([name, call]) => [
            name,
            (...values: unknown[]) => {
              trips++
              return (call as (...values: unknown[]) => unknown)(...values)
            },
          ]),
        ) as unknown as typeof documents,
      }),
    })
    const [ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
    const id = await direct(ann, ben)
    const actors = [ann, ben].map(({ userId }) => ({
      userId,
      sessionId: 's',
      role: 'user' as const,
      securityEpoch: 1,
    }))
    const send = (by: number, app = testApp) =>
      app.chat.sendMessage(actors[by]!, id, { text: 'hello', attachments: [], mentions: [] })
    return { testApp, send, count: () => trips }
  }

  test('a conversation that goes on takes two round trips for a message at most, everything included', async () => {
    const { testApp, send, count } = await openCounted()
    for (let i = 0; i < 5; i++) await send(i % 2)
    await testApp.settled()
    const before = count()
    for (let i = 0; i < 60; i++) {
      testApp.clock.advance(1_000)
      await send(i % 2)
      if (i % 5 === 0) await testApp.runJob('announce-what-was-left')
    }
    await testApp.settled()
    expect((count() - before) / 60).toBeLessThanOrEqual(2)
  })

  test('also while two processes write in turn', async () => {
    const { testApp, send, count } = await openCounted()
    const other = await createTestApp({ ports: () => testApp.ports })
    for (let i = 0; i < 6; i++) await send(i % 2, i % 2 ? other : testApp)
    await testApp.settled()
    const before = count()
    for (let i = 0; i < 60; i++) {
      testApp.clock.advance(200)
      await send(i % 2, i % 2 ? other : testApp)
    }
    expect((count() - before) / 60).toBeLessThanOrEqual(2.2)
    const spoken = count()
    await testApp.settled()
    await other.settled()
    // Both bring the two lists after it when it has ended.
    expect(count() - spoken).toBeLessThanOrEqual(15)
  })
})
