import { afterEach, describe, expect, test } from 'vitest'
import type { MemoryConnection } from '../../../src/adapters/memory/realtime.ts'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { type InboxEntry, inbox } from '../../../src/core/messaging/chat/lists.model.ts'
import { userGroup } from '../../../src/core/platform/realtime/realtime.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { startTwoProcesses, type TwoProcesses } from '../../two-processes.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'
type Send = Pick<TestApp, 'chat'>['chat']['sendMessage']

const actorOf = ({ userId }: Pick<ChatPerson, 'userId'>) => ({
  userId,
  sessionId: 's',
  role: 'user' as const,
  securityEpoch: 1,
})
const message = (text: string, mentions: string[] = []) =>
  ({ text, attachments: [], mentions }) as unknown as Parameters<Send>[2]

async function openApp(...names: string[]) {
  const testApp = await createTestApp()
  return { testApp, people: await chatPeople(testApp, ...names) }
}
async function group(testApp: TestApp, admin: ChatPerson, ...others: ChatPerson[]): Promise<string> {
  const { conversation } = await testApp.chat.createConversation(actorOf(admin), {
    type: 'group',
    participantIds: others.map(({ userId }) => userId),
  })
  return conversation.id
}
const say = ({ chat }: TestApp, who: ChatPerson, id: string, text: string, mentions: string[] = []) =>
  chat.sendMessage(actorOf(who), id, message(text, mentions))
const listOf = async (who: ChatPerson, query = ''): Promise<any> =>
  (await who.call('GET', `${conversations}${query}`)).body
const idsOf = async (who: ChatPerson, query = ''): Promise<string[]> =>
  (await listOf(who, query)).items.map(({ id }: any) => id)
const keep = (who: ChatPerson, id: string, body: object) =>
  who.call('PATCH', `${conversations}/${id}/mine`, { body })
const totalOf = async (who: ChatPerson) => (await who.call('GET', `${conversations}/unread`)).body
const entryOf = async ({ ports }: TestApp, { userId }: ChatPerson, id: string): Promise<InboxEntry | null> =>
  (await ports.documents.read(inbox, { partition: userId, id }))?.value ?? null

/** A device of somebody that is in no conversation's group. */
async function phoneOf({ devices }: TestApp, { userId }: ChatPerson): Promise<MemoryConnection> {
  const access = await devices.clientAccess({ userId, groups: [userGroup(userId)], ttlSeconds: 60 })
  return devices.connect(access.url)
}
const heard = ({ received }: MemoryConnection): any[] =>
  received.map((event: any) => events[event.event as keyof typeof events].schema.strict().parse(event))

describe('the place of a conversation in the list', () => {
  test('is right after its last change, without anybody reading', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const ids: string[] = []
    for (let i = 0; i < 25; i++) ids.push(await group(testApp, ann, ben))
    const [first = ''] = ids
    await say(testApp, ann, first, 'one')
    for (const id of ids.slice(1)) {
      testApp.clock.advance(100)
      await say(testApp, ann, id, 'others')
    }
    testApp.clock.advance(100)
    await say(testApp, ann, first, 'the newest of all')
    expect((await entryOf(testApp, ben, first))?.activeAt).not.toBe(
      new Date(testApp.clock.now()).toISOString(),
    )
    // What was put off is done when its time has come, which the double of the port lets come at once.
    await testApp.settled()
    expect(await entryOf(testApp, ben, first)).toMatchObject({
      activeAt: new Date(testApp.clock.now()).toISOString(),
      isUnread: 'yes',
      unread: 2,
    })
    expect((await idsOf(ben, '?limit=20'))[0]).toBe(first)
  })

  test('follows the newest message, not a reaction or another name', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const [older, newer] = [await group(testApp, ann, ben), await group(testApp, ann, ben)]
    const { message: old } = await say(testApp, ann, older, 'old')
    testApp.clock.advance(1_000)
    await say(testApp, ann, newer, 'new')
    testApp.clock.advance(60_000)
    await ben.call('PUT', `/api/v1/messages/${old.id}/reactions/%F0%9F%91%8D`)
    await ann.call('PATCH', `${conversations}/${older}`, { body: { name: 'Renamed' } })
    await testApp.settled()
    expect(await idsOf(ben)).toEqual([newer, older])
  })

  test('and times never go back when the clock does', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    const { message: before } = await say(testApp, ann, id, 'before')
    testApp.clock.advance(-20 * 60_000)
    const { message: after } = await say(testApp, ann, id, 'after')
    await ben.call('PUT', `/api/v1/messages/${after.id}/reactions/%F0%9F%91%8D`)
    expect(after.timestamp >= before.timestamp).toBe(true)
    const { updatedAt } = (await ben.call('GET', `${conversations}/${id}`)).body
    expect(updatedAt >= after.timestamp).toBe(true)
    await testApp.settled()
    expect((await entryOf(testApp, ben, id))?.activeAt).toBe(after.timestamp)
  })

  test('is not overwritten by what was noted before', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    for (let i = 0; i < 30; i++) {
      testApp.clock.advance(i % 3 === 0 ? 21_000 : 100)
      void say(testApp, i % 2 ? ann : ben, id, `${i}`)
      await Promise.all([
        say(testApp, ann, id, `a${i}`),
        ben.call('POST', `${conversations}/${id}/read`, { body: {} }),
      ])
    }
    await testApp.settled()
    const { unreadCount } = (await ben.call('GET', `${conversations}/${id}`)).body
    expect(await entryOf(testApp, ben, id)).toMatchObject({
      unread: unreadCount,
      isUnread: unreadCount > 0 ? 'yes' : 'no',
    })
  })
})

describe('several processes', () => {
  const opened: TwoProcesses[] = []
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close()
  })

  test.each(['sqlite', 'cosmos'] as const)(
    'on %s: what one owed when it ended is brought after by another within a minute',
    { timeout: 60_000 },
    async (kind) => {
      // One that never gets to what it put off.
      const processes = await startTwoProcesses(kind, {
        ports: { defer: { run: () => {} } },
      })
      opened.push(processes)
      const [ended, alive] = [processes.one, await createTestApp({ ports: () => processes.two.ports })]
      const people = await chatPeople(ended, 'Ann', 'Ben')
      const [ann, ben] = people as [ChatPerson, ChatPerson]
      const id = await group(ended, ann, ben)
      for (let i = 0; i < 3; i++) {
        ended.clock.advance(1_000)
        await say(ended, ann, id, `m${i}`)
      }
      const at = new Date(ended.clock.now()).toISOString()
      expect((await entryOf(alive, ben, id))?.activeAt).not.toBe(at)
      for (let seconds = 0; seconds < 60; seconds += 5) {
        ended.clock.advance(5_000)
        await alive.runJob('announce-what-was-left')
      }
      expect(await entryOf(alive, ben, id)).toMatchObject({ activeAt: at, isUnread: 'yes', unread: 3 })
    },
  )
})

describe('how somebody keeps a conversation', () => {
  test('pinned first, archived and hidden out of it, each found where it belongs', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const ids: string[] = []
    for (let i = 0; i < 8; i++) {
      testApp.clock.advance(1_000)
      ids.push(await group(testApp, ann, ben))
    }
    const [a, b, c, d, ...rest] = ids as [string, string, string, string, ...string[]]
    expect((await keep(ben, a, { isPinned: true })).body.mine).toEqual({
      mutedUntil: null,
      isPinned: true,
      isArchived: false,
      isHidden: false,
      isMarkedUnread: false,
    })
    await keep(ben, b, { isPinned: true })
    await keep(ben, c, { isArchived: true })
    await keep(ben, d, { isHidden: true })
    const inOrder = [b, a, ...rest.toReversed()]
    expect(await idsOf(ben)).toEqual(inOrder)
    expect(await idsOf(ben, '?only=pinned')).toEqual([b, a])
    expect(await idsOf(ben, '?only=archived')).toEqual([c])
    expect(await idsOf(ann)).toEqual(ids.toReversed())
    for (const only of ['', '&only=pinned', '&only=archived']) {
      const paged: string[] = []
      let cursor = ''
      for (;;) {
        const page = await listOf(ben, `?limit=1${only}${cursor}`)
        expect(page.items).toHaveLength(1)
        paged.push(page.items[0].id)
        if (!page.pagination.hasMore) break
        cursor = `&cursor=${page.pagination.nextCursor}`
      }
      expect(paged).toEqual(await idsOf(ben, only.replace('&', '?')))
    }
    expect((await keep(ben, a, { isArchived: true })).body.mine).toMatchObject({
      isPinned: false,
      isArchived: true,
    })
    expect((await keep(ben, c, { isPinned: true })).body.mine).toMatchObject({
      isPinned: true,
      isArchived: false,
    })
    expect((await keep(ben, a, { isPinned: true, isHidden: true })).status).toBe(400)
    expect((await keep(ben, a, {})).status).toBe(400)
  })

  test('a new message brings back what is hidden, and what is archived unless it is muted', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const ids = [
      await group(testApp, ann, ben),
      await group(testApp, ann, ben),
      await group(testApp, ann, ben),
    ]
    const [hidden, archived, muted] = ids as [string, string, string]
    for (const id of ids) await say(testApp, ann, id, 'first')
    await keep(ben, hidden, { isHidden: true })
    await keep(ben, archived, { isArchived: true })
    const soon = new Date(testApp.clock.now() + 600_000).toISOString()
    await keep(ben, muted, { isArchived: true, mutedUntil: soon })
    await testApp.settled()
    expect(await idsOf(ben)).toEqual([])
    expect(await totalOf(ben)).toEqual({ conversations: 0, messages: 0, mentions: 0, hasMore: false })
    const phone = await phoneOf(testApp, ben)
    for (const id of ids) {
      testApp.clock.advance(1_000)
      await say(testApp, ann, id, 'second')
    }
    await testApp.settled()
    expect(await idsOf(ben)).toEqual([archived, hidden])
    expect(await idsOf(ben, '?only=archived')).toEqual([muted])
    const told = heard(phone).filter(({ event }) => event === 'conversation.settings')
    expect(told.map(({ conversationId }) => conversationId).toSorted()).toEqual([hidden, archived].toSorted())
    testApp.clock.advance(660_000)
    expect((await ben.call('GET', `${conversations}/${muted}`)).body.mine.mutedUntil).toBeNull()
    await say(testApp, ann, muted, 'third')
    await testApp.settled()
    expect((await idsOf(ben))[0]).toBe(muted)
  })

  test('a direct conversation can be put away, and is back when one of the two opens it again', async () => {
    const { people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const open = () =>
      ann.call('POST', conversations, { body: { type: 'direct', participantIds: [ben.userId] } })
    const { id } = (await open()).body
    await keep(ann, id, { isHidden: true })
    expect(await idsOf(ann)).toEqual([])
    expect((await open()).body.mine.isHidden).toBe(false)
    expect(await idsOf(ann)).toEqual([id])
  })

  test('other devices hear of it, and strangers find nothing; at most twenty are pinned', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Eve')
    const [ann, ben, eve] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    await testApp.settled()
    const [phone, hers] = [await phoneOf(testApp, ben), await phoneOf(testApp, ann)]
    await keep(ben, id, { isPinned: true })
    await testApp.settled()
    expect(heard(phone).map(({ event, data }) => [event, data.mine.isPinned])).toEqual([
      ['conversation.settings', true],
    ])
    expect(heard(hers)).toEqual([])
    expect((await keep(eve, id, { isPinned: true })).status).toBe(404)
    for (let i = 1; i < 20; i++)
      expect((await keep(ben, await group(testApp, ann, ben), { isPinned: true })).status).toBe(200)
    const one = await group(testApp, ann, ben)
    expect((await keep(ben, one, { isPinned: true })).status).toBe(409)
    expect((await keep(ben, id, { isPinned: true })).status).toBe(200)
  })

  test('is exported and erased with the person', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    await keep(ben, id, { isPinned: true })
    await testApp.ports.documents.insert(inbox, {
      id: 'followed',
      userId: `~${ben.userId}`,
      activeAt: '2026',
      isUnread: 'no',
    })
    const data: any = testApp.chat.personalData.find(({ store }) => store === 'Inbox')
    expect(await data.collect({ userId: ben.userId })).toMatchObject([{ conversationId: id, isPinned: true }])
    await data.erase({ userId: ben.userId })
    const left = (await testApp.ports.documents.scan(inbox)).items.map(({ value }) => value.userId)
    expect(left).toEqual([ann.userId])
  })
})

describe('what is unread', () => {
  test('is one request: conversations, messages and mentions, without the muted ones', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cem')
    const [ann, ben, cem] = people as [ChatPerson, ChatPerson, ChatPerson]
    const ids = [
      await group(testApp, ann, ben, cem),
      await group(testApp, ann, ben),
      await group(testApp, ann, ben),
    ]
    const [one, two, three] = ids as [string, string, string]
    await say(testApp, ann, one, 'a')
    await say(testApp, ann, one, 'b', [ben.userId])
    await say(testApp, ann, two, 'c', [ben.userId])
    const expected = { conversations: 2, messages: 3, mentions: 2, hasMore: false }
    expect(await totalOf(ben)).toEqual(expected)
    await testApp.settled()
    testApp.clock.advance(600_000)
    // By what was noted alone.
    expect(await totalOf(ben)).toEqual(expected)
    expect(await totalOf(ann)).toEqual({ conversations: 0, messages: 0, mentions: 0, hasMore: false })
    expect((await idsOf(ben, '?only=unread')).toSorted()).toEqual([one, two].toSorted())
    expect(
      (await listOf(ben, '?only=unread')).items.map(({ unreadMentions }: any) => unreadMentions),
    ).toEqual([1, 1])
    await keep(ben, two, { mutedUntil: new Date(testApp.clock.now() + 60_000).toISOString() })
    expect(await totalOf(ben)).toEqual({ conversations: 1, messages: 2, mentions: 2, hasMore: false })
    await ben.call('POST', `${conversations}/${one}/read`, { body: {} })
    expect(await idsOf(ben, '?only=unread')).toEqual([two])
    await keep(ben, three, { isMarkedUnread: true })
    await keep(ben, two, { mutedUntil: null })
    expect(await totalOf(ben)).toEqual({ conversations: 2, messages: 1, mentions: 1, hasMore: false })
    // Sending implies having read.
    await say(testApp, ben, two, 'answer')
    expect(await totalOf(ben)).toEqual({ conversations: 1, messages: 0, mentions: 0, hasMore: false })
  })

  test('is seen at once, though what quickly follows is noted together', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    await say(testApp, ann, id, 'one')
    await ben.call('POST', `${conversations}/${id}/read`, { body: {} })
    await say(testApp, ann, id, 'two')
    expect(await totalOf(ben)).toMatchObject({ conversations: 1, messages: 1 })
    expect(await idsOf(ben, '?only=unread')).toEqual([id])
  })

  test('is nothing that has been deleted', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    const sent = []
    for (let i = 0; i < 5; i++) sent.push((await say(testApp, ann, id, `${i}`, [ben.userId])).message)
    for (const { id: messageId } of [sent[1]!, sent[3]!, sent[2]!])
      await ann.call('DELETE', `/api/v1/messages/${messageId}`)
    const now = async () => {
      const { unreadCount, unreadMentions } = (await ben.call('GET', `${conversations}/${id}`)).body
      return [unreadCount, unreadMentions]
    }
    expect(await now()).toEqual([2, 2])
    await ben.call('POST', `${conversations}/${id}/read`, { body: { seq: sent[0]!.seq } })
    expect(await now()).toEqual([1, 1])
    await ann.call('DELETE', `/api/v1/messages/${sent[4]!.id}`)
    expect(await now()).toEqual([0, 0])
    await testApp.settled()
    testApp.clock.advance(600_000)
    expect(await totalOf(ben)).toMatchObject({ conversations: 0, messages: 0, mentions: 0 })
  })

  test('addresses whom a message mentions, by name or as one of many, as it is by now', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben', 'Cem')
    const [ann, ben, cem] = people as [ChatPerson, ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben, cem)
    const { message: first } = await say(testApp, ann, id, 'one')
    const mentions = async () => {
      const all = await Promise.all([ann, ben, cem].map((who) => who.call('GET', `${conversations}/${id}`)))
      return all.map(({ body }) => body.unreadMentions)
    }
    const edit = (body: object) =>
      ann.call('PATCH', `/api/v1/messages/${first.id}`, { body: { text: 'x', ...body } })
    await edit({ mentions: [ben.userId] })
    expect(await mentions()).toEqual([0, 1, 0])
    await edit({ mentions: [], mentionGroups: ['everyone'] })
    expect(await mentions()).toEqual([0, 1, 1])
    await edit({ mentions: [cem.userId], mentionGroups: [] })
    expect(await mentions()).toEqual([0, 0, 1])
    await cem.call('POST', `${conversations}/${id}/messages`, {
      body: { text: 'y', mentionGroups: ['moderators'] },
    })
    expect(await mentions()).toEqual([1, 0, 0])
  })

  test('may be what somebody marks so, until they read it, here or elsewhere', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    await say(testApp, ann, id, 'one')
    await ben.call('POST', `${conversations}/${id}/read`, { body: {} })
    await keep(ben, id, { isMarkedUnread: true })
    const mine = async () => (await ben.call('GET', `${conversations}/${id}`)).body.mine.isMarkedUnread
    expect(await mine()).toBe(true)
    const phone = await phoneOf(testApp, ben)
    await ben.call('POST', `${conversations}/${id}/read`, { body: {} })
    await testApp.settled()
    expect(await mine()).toBe(false)
    expect(heard(phone).map(({ event }) => event)).toContain('conversation.settings')
    await keep(ben, id, { isMarkedUnread: true })
    testApp.clock.advance(60_000)
    await say(testApp, ben, id, 'answer')
    await testApp.settled()
    expect(await mine()).toBe(false)
  })

  test('is found in lists from before it was noted there', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const ids: string[] = []
    for (let i = 0; i < 3; i++) ids.push(await group(testApp, ann, ben))
    for (const id of ids.slice(1)) await say(testApp, ann, id, 'x')
    await testApp.settled()
    const { documents } = testApp.ports
    for (const { value, version } of (await documents.scan(inbox)).items) {
      const { id, userId, activeAt } = value
      await documents.replace(inbox, { id, userId, activeAt } as InboxEntry, version)
    }
    testApp.clock.advance(600_000)
    expect(await totalOf(ben)).toMatchObject({ conversations: 0 })
    await testApp.runJob('complete-lists')
    expect(await totalOf(ben)).toMatchObject({ conversations: 2, messages: 2 })
    expect((await idsOf(ben, '?only=unread')).toSorted()).toEqual(ids.slice(1).toSorted())
    const before = (await documents.scan(inbox)).items
    await testApp.runJob('complete-lists')
    expect((await documents.scan(inbox)).items).toEqual(before)
  })
})

describe('somebody in many conversations', () => {
  test('follows the newest from the beginning, and hears of each of the others', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const ids: string[] = []
    for (let i = 0; i < 45; i++) {
      testApp.clock.advance(1_000)
      ids.push(await group(testApp, ann, ben))
    }
    await testApp.settled()
    testApp.clock.advance(600_000)
    const listener = testApp.realtime.connections.of('chat')!
    const begun = await listener.groupsOf(ben.userId)
    expect(begun).toEqual(
      ids
        .slice(-20)
        .toReversed()
        .map((id) => `c.${id}`),
    )
    const { url } = await testApp.devices.clientAccess({
      userId: ben.userId,
      groups: [userGroup(ben.userId), ...begun],
      ttlSeconds: 60,
    })
    const phone = testApp.devices.connect(url)
    const heardOf = (id: string) =>
      heard(phone).filter(
        ({ conversationId, event }) => conversationId === id && event !== 'presence.updated',
      )
    const [oldest = '', second = ''] = ids
    await say(testApp, ann, oldest, 'one')
    await testApp.settled()
    expect(heardOf(oldest)).toEqual([
      {
        event: 'conversation.active',
        conversationId: oldest,
        at: expect.any(String),
        data: { conversationId: oldest, seq: 1, at: expect.any(String) },
      },
    ])
    // From then on the connection follows it.
    await say(testApp, ann, oldest, 'two')
    await testApp.settled()
    expect(heardOf(oldest).map(({ event }) => event)).toEqual(['conversation.active', 'message.new'])
    const newest = ids.at(-1) ?? ''
    await say(testApp, ann, newest, 'x')
    await testApp.settled()
    expect(heardOf(newest).map(({ event }) => event)).toEqual(['message.new'])
    // What is opened or pinned from further down is followed too.
    await ben.call('GET', `${conversations}/${ids[2]}`)
    await testApp.settled()
    await say(testApp, ann, ids[2] ?? '', 'x')
    await testApp.settled()
    expect(heardOf(ids[2] ?? '').map(({ event }) => event)).toContain('message.new')
    await keep(ben, second, { isPinned: true })
    await testApp.settled()
    await say(testApp, ann, second, 'x')
    await testApp.settled()
    expect(heardOf(second).map(({ event }) => event)).toEqual(['conversation.settings', 'message.new'])
  })

  test('of what was active a moment before is told everything, however much there is', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    for (let i = 0; i < 40; i++) await group(testApp, ann, ben)
    expect(await testApp.realtime.connections.of('chat')!.groupsOf(ben.userId)).toHaveLength(40)
  })
})

describe('pages of messages', () => {
  test('go on forwards as well as backwards', async () => {
    const { testApp, people } = await openApp('Ann', 'Ben')
    const [ann, ben] = people as [ChatPerson, ChatPerson]
    const id = await group(testApp, ann, ben)
    const sent: any[] = []
    for (let i = 0; i < 9; i++) {
      testApp.clock.advance(6_000)
      sent.push((await say(testApp, ann, id, `m${i}`)).message)
    }
    const page = async (query: string) =>
      (await ben.call('GET', `${conversations}/${id}/messages${query}`)).body
    const texts = ({ items }: any) => items.map(({ text }: any) => text).join()
    const around = await page(`?limit=4&around=${sent[4].id}`)
    expect([texts(around), around.pagination.hasNewer]).toEqual(['m6,m5,m4,m3', true])
    const next = await page(`?limit=2&after=${around.pagination.newerCursor}`)
    expect([texts(next), next.pagination.hasNewer]).toEqual(['m8,m7', false])
    const end = await page(`?after=${next.pagination.newerCursor}`)
    expect([texts(end), end.pagination.hasNewer, end.pagination.newerCursor]).toEqual([
      '',
      false,
      next.pagination.newerCursor,
    ])
    await say(testApp, ann, id, 'm9')
    expect(texts(await page(`?after=${end.pagination.newerCursor}`))).toBe('m9')
    expect((await page('?limit=1')).pagination).toMatchObject({ hasNewer: false, hasMore: true })
    expect((await page(`?limit=1&before=${sent[5].id}`)).pagination.hasNewer).toBe(true)
    const empty = await group(testApp, ann, ben)
    expect((await ben.call('GET', `${conversations}/${empty}/messages`)).body.pagination).toEqual({
      hasMore: false,
      nextCursor: null,
      hasNewer: false,
      newerCursor: null,
    })
  })
})

test('of more than fifty it is told how many have read, not who', async () => {
  const { testApp, people } = await openApp('Ann', 'Ben')
  const [ann, ben] = people as [ChatPerson, ChatPerson]
  const id = await group(testApp, ann, ben)
  const { message: sent } = await say(testApp, ann, id, 'hello')
  const { documents } = testApp.ports
  const stored = (await documents.read(messages, { partition: id, id: 'head' }))!
  const head = stored.value as any
  const more = Array.from({ length: 58 }, (_, i) => ({
    ...head.members[1],
    userId: `p${i}`,
    sent: { seq: i < 20 ? 1 : 0, count: 0, at: head.createdAt },
  }))
  await documents.replace(messages, { ...head, members: [...head.members, ...more] }, stored.version)
  await ben.call('POST', `${conversations}/${id}/read`, { body: {} })
  const { items } = (await ben.call('GET', `${conversations}/${id}/messages`)).body
  expect(items).toMatchObject([{ id: sent.id, readBy: {}, readByCount: 22 }])
  const { readPositions } = (await ben.call('GET', `${conversations}/${id}`)).body
  expect(Object.keys(readPositions)).toEqual([ben.userId])
})

test('whoever comes back takes back what they said and did before, and nothing else', async () => {
  const { testApp, people } = await openApp('Ann', 'Ben')
  const [ann, ben] = people as [ChatPerson, ChatPerson]
  const id = await group(testApp, ann, ben)
  const { message: own } = await say(testApp, ben, id, 'mine')
  const { message: other } = await say(testApp, ann, id, 'hers')
  const thumb = `/api/v1/messages/${other.id}/reactions/%F0%9F%91%8D`
  await ben.call('PUT', thumb)
  await ben.call('POST', `${conversations}/${id}/leave`)
  await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [ben.userId] } })
  expect((await ben.call('PATCH', `/api/v1/messages/${own.id}`, { body: { text: 'x' } })).status).toBe(404)
  expect((await ben.call('PUT', thumb)).status).toBe(404)
  expect((await ben.call('DELETE', `/api/v1/messages/${other.id}`)).status).toBe(404)
  expect((await ben.call('DELETE', `/api/v1/messages/${own.id}`)).status).toBe(204)
  expect((await ben.call('DELETE', thumb)).status).toBe(204)
  const { items } = (await ann.call('GET', `${conversations}/${id}/messages`)).body
  expect(items.map(({ text, reactions }: any) => [text, reactions])).toEqual([
    ['hers', {}],
    ['', {}],
  ])
})
