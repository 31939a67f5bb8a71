import { beforeEach, describe, expect, test } from 'vitest'
import { type Entry, messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { events } from '../../../src/core/messaging/chat/events.ts'
import { conversationGroup, userGroup } from '../../../src/core/platform/realtime/realtime.model.ts'
import { browserOf, createTestApp, person, type TestApp } from '../../app.ts'
import { startTwoProcesses } from '../../two-processes.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let cid: ChatPerson
let id: string
/** A message of Ann's. */
let root: string

beforeEach(async () => {
  testApp = await createTestApp()
  const people = await chatPeople(testApp, 'Ann', 'Ben', 'Cid')
  ann = people[0]!
  ben = people[1]!
  cid = people[2]!
  id = await groupOf(ann, ben, cid)
  root = (await say(ann, 'who comes on Tuesday?')).body.id
  await read(ben)
  await read(cid)
})

async function groupOf(admin: ChatPerson, ...others: readonly ChatPerson[]): Promise<string> {
  const participantIds = others.map(({ userId }) => userId)
  return (await admin.call('POST', conversations, { body: { type: 'group', name: 'Class', participantIds } }))
    .body.id
}
const say = (who: ChatPerson, text: string, more: object = {}) =>
  who.call('POST', `${conversations}/${id}/messages`, { body: { text, ...more } })
const answer = async (who: ChatPerson, text: string, more: object = {}) =>
  (await say(who, text, { threadId: root, ...more })).body
const read = (who: ChatPerson) => who.call('POST', `${conversations}/${id}/read`, { body: {} })
const conversation = async (who: ChatPerson) => (await who.call('GET', `${conversations}/${id}`)).body
const thread = async (who: ChatPerson, query = '', of = root) =>
  (await who.call('GET', `/api/v1/messages/${of}/thread${query}`)).body
const threads = async (who: ChatPerson, query = '') =>
  (await who.call('GET', `${conversations}/${id}/threads${query}`)).body
const unread = async (who: ChatPerson) => (await thread(who)).thread.unreadCount
const texts = ({ items }: { items: { text: string }[] }) => items.map(({ text }) => text)
const rootSeenBy = async (who: ChatPerson) =>
  (await who.call('GET', `${conversations}/${id}/messages`)).body.items.find(
    (message: { id: string }) => message.id === root,
  )

describe('an answer in a thread', () => {
  test('is a message with its root, and the root says what there is', async () => {
    const first = await answer(ben, 'I do')
    expect(first).toMatchObject({ threadId: root, thread: null, text: 'I do' })
    testApp.clock.advance(1_000)
    const second = await answer(cid, 'me too')
    await answer(ben, 'good')
    expect((await rootSeenBy(ann)).thread).toMatchObject({
      count: 3,
      participantIds: [ben.userId, cid.userId],
      lastReplyAt: second.timestamp,
    })
    expect((await rootSeenBy(ann)).threadId).toBeNull()
  })

  test('counts for nobody in the conversation, neither now nor after more of both', async () => {
    const before = await conversation(cid)
    await answer(ben, 'I do')
    await answer(ann, 'good')
    for (const who of [ann, ben, cid]) expect((await conversation(who)).unreadCount).toBe(0)
    const after = await conversation(cid)
    expect(after.lastMessage).toEqual(before.lastMessage)
    expect(after.seq).toBe(before.seq + 2)
    await say(ann, 'another matter')
    await answer(ben, 'late')
    await say(ann, 'and one more')
    expect((await conversation(cid)).unreadCount).toBe(2)
    // Whoever answers in a thread has not read what was said beside it.
    await answer(cid, 'me too')
    expect((await conversation(cid)).unreadCount).toBe(2)
    const { seq } = await conversation(cid)
    await cid.call('POST', `${conversations}/${id}/read`, { body: { seq: seq - 2 } })
    expect((await conversation(cid)).unreadCount).toBe(1)
    await read(cid)
    expect((await conversation(cid)).unreadCount).toBe(0)
  })

  test('comes as an ordinary new message with `threadId`, over the socket and in catch-up', async () => {
    const groups = [userGroup(cid.userId), conversationGroup(id)]
    const { url } = await testApp.devices.clientAccess({ userId: cid.userId, groups, ttlSeconds: 60 })
    const phone = testApp.devices.connect(url)
    const { seq } = await conversation(cid)
    const sent = await answer(ben, 'I do', { mentions: [cid.userId] })
    await testApp.settled()
    const heard = phone.received.map((event) => events['message.new'].schema.strict().parse(event))
    expect(heard).toMatchObject([{ event: 'message.new', data: { id: sent.id, threadId: root } }])
    const { body } = await cid.call('POST', '/api/v1/sync', { body: { streams: { [id]: seq } } })
    expect(body.streams[id].events).toEqual(heard)
  })

  test('is found by search, edited, reacted to and shown with who read it', async () => {
    const sent = await answer(ben, 'perhaps on Wednesday')
    expect(sent.readBy).toHaveProperty(ben.userId)
    await ben.call('PATCH', `/api/v1/messages/${sent.id}`, { body: { text: 'perhaps on Thursday' } })
    await cid.call('PUT', `/api/v1/messages/${sent.id}/reactions/👍`)
    const found = await ann.call('GET', `/api/v1/messages/search?q=thursday&conversationId=${id}`)
    expect(found.body.items).toMatchObject([{ id: sent.id, threadId: root }])
    expect((await thread(cid)).items).toMatchObject([{ reactions: { '👍': [cid.userId] } }])
    expect((await thread(cid)).thread.count).toBe(1)
  })

  test('sent again is the same one, and another one when its thread is another', async () => {
    const other = (await say(ann, 'something else')).body.id
    const sending = { threadId: root, clientMessageId: 'one' }
    const first = await say(ben, 'I do', sending)
    const again = await say(ben, 'I do', sending)
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
    expect((await say(ben, 'I do', { threadId: other, clientMessageId: 'one' })).status).toBe(409)
    expect((await say(ben, 'I do', { clientMessageId: 'one' })).status).toBe(409)
    expect((await thread(ann)).thread.count).toBe(1)
    // Also after the root is gone.
    await ann.call('DELETE', `/api/v1/messages/${root}`)
    expect((await say(ben, 'I do', sending)).status).toBe(200)
  })

  test('needs a root that the sender sees, that is no answer itself and not deleted', async () => {
    const reply = await answer(ben, 'I do')
    const elsewhere = id
    id = await groupOf(ann, ben)
    const foreign = await say(ben, 'here', { threadId: root })
    expect([foreign.status, foreign.body.error.details[0].code]).toEqual([400, 'unknown_message'])
    id = elsewhere
    expect((await say(ann, 'in an answer', { threadId: reply.id })).status).toBe(400)
    const [dora] = (await chatPeople(testApp, 'Dora')) as [ChatPerson]
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [dora.userId] } })
    expect((await say(dora, 'what was it?', { threadId: root })).status).toBe(400)
    expect((await dora.call('GET', `/api/v1/messages/${root}/thread`)).status).toBe(404)
    await ann.call('DELETE', `/api/v1/messages/${root}`)
    expect((await say(ben, 'too late', { threadId: root })).status).toBe(409)
  })

  test('is a message to the rules of the conversation', async () => {
    await ann.call('PATCH', `${conversations}/${id}`, {
      body: { settings: { posting: 'moderators', slowModeSeconds: 0 } },
    })
    expect((await say(ben, 'I do', { threadId: root })).status).toBe(403)
    await ann.call('PATCH', `${conversations}/${id}`, {
      body: { settings: { posting: 'everyone', slowModeSeconds: 60 } },
    })
    testApp.clock.advance(61_000)
    expect((await say(ben, 'I do', { threadId: root })).status).toBe(201)
    expect((await say(ben, 'really', { threadId: root })).status).toBe(429)
    expect((await say(ben, 'beside it')).status).toBe(429)
    const direct = { type: 'direct', participantIds: [ben.userId] }
    id = (await ann.call('POST', conversations, { body: direct })).body.id
    root = (await say(ann, 'only us')).body.id
    expect((await say(ben, 'yes', { threadId: root })).status).toBe(201)
    await ann.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`)
    expect((await say(ben, 'still', { threadId: root })).status).toBe(403)
  })
})

describe('the unread of a thread', () => {
  test('is everybody’s own, for those who follow it', async () => {
    await answer(ben, 'I do')
    await answer(ben, 'surely')
    expect([await unread(ann), await unread(ben), await unread(cid)]).toEqual([2, 0, 0])
    expect((await thread(cid)).thread.isFollowed).toBe(false)
    await answer(ann, 'good', { mentions: [cid.userId] })
    expect([await unread(ann), await unread(ben), await unread(cid)]).toEqual([0, 1, 1])
    await answer(cid, 'me too')
    expect([await unread(ann), await unread(ben), await unread(cid)]).toEqual([1, 2, 0])
  })

  test('goes by reading up to a number, forward only, and the other devices hear of it', async () => {
    const sent = []
    for (const text of ['one', 'two', 'three']) sent.push(await answer(ben, text))
    const groups = [userGroup(ann.userId)]
    const { url } = await testApp.devices.clientAccess({ userId: ann.userId, groups, ttlSeconds: 60 })
    const phone = testApp.devices.connect(url)
    const mark = (seq?: number) =>
      ann.call('POST', `/api/v1/messages/${root}/thread/read`, { body: seq === undefined ? {} : { seq } })
    expect((await mark(sent[1].seq)).status).toBe(204)
    expect(await unread(ann)).toBe(1)
    await mark(sent[0].seq)
    expect(await unread(ann)).toBe(1)
    await mark()
    expect(await unread(ann)).toBe(0)
    await mark(10_000)
    await testApp.settled()
    const heard = phone.received.map((event) => events['thread.read'].schema.strict().parse(event))
    expect(heard.map(({ data }) => [data.messageId, data.seq, data.unreadCount])).toEqual([
      [root, sent[1].seq, 1],
      [root, sent[2].seq, 0],
    ])
    await answer(ben, 'four')
    expect(await unread(ann)).toBe(1)
    // Reading the conversation is not reading its threads.
    await read(ann)
    expect(await unread(ann)).toBe(1)
  })

  test('of somebody who does not follow it is not noted', async () => {
    await answer(ben, 'I do')
    expect((await cid.call('POST', `/api/v1/messages/${root}/thread/read`, { body: {} })).status).toBe(204)
    expect((await thread(cid)).thread).toMatchObject({ isFollowed: false, unreadCount: 0 })
  })
})

describe('a mention in an answer', () => {
  const mentions = async (who: ChatPerson) => (await conversation(who)).unreadMentions
  const counted = async (who: ChatPerson) => {
    await testApp.settled()
    return (await who.call('GET', `${conversations}/unread`)).body
  }

  test('is told in the conversation, until that is read or something is written in it', async () => {
    const sent = await answer(ben, 'I do', { mentions: [cid.userId] })
    expect([await mentions(ann), await mentions(ben), await mentions(cid)]).toEqual([0, 0, 1])
    expect((await conversation(cid)).unreadCount).toBe(0)
    expect(await counted(cid)).toMatchObject({ conversations: 1, messages: 0, mentions: 1 })
    expect(await counted(ann)).toMatchObject({ conversations: 0, mentions: 0 })
    await cid.call('POST', `${conversations}/${id}/read`, { body: { seq: sent.seq - 1 } })
    expect(await mentions(cid)).toBe(1)
    await read(cid)
    expect(await mentions(cid)).toBe(0)
    expect(await counted(cid)).toMatchObject({ conversations: 0, mentions: 0 })
    await answer(ben, 'and you?', { mentions: [cid.userId, ann.userId] })
    await say(ann, 'beside it', { mentions: [cid.userId] })
    expect([await mentions(ann), await mentions(cid)]).toEqual([0, 2])
    await say(cid, 'beside it too')
    expect(await mentions(cid)).toBe(0)
  })

  test('goes with the mention, by an edit or with the answer, and counts ten at most', async () => {
    const first = await answer(ben, 'I do', { mentions: [cid.userId] })
    const second = await answer(ben, 'surely')
    const edit = (messageId: string, to: readonly ChatPerson[]) =>
      ben.call('PATCH', `/api/v1/messages/${messageId}`, {
        body: { text: 'edited', mentions: to.map(({ userId }) => userId) },
      })
    await edit(second.id, [cid, ann])
    expect([await mentions(ann), await mentions(cid)]).toEqual([1, 2])
    await edit(second.id, [ann])
    expect([await mentions(ann), await mentions(cid)]).toEqual([1, 1])
    await ben.call('DELETE', `/api/v1/messages/${first.id}`)
    await ben.call('DELETE', `/api/v1/messages/${second.id}`)
    expect([await mentions(ann), await mentions(cid)]).toEqual([0, 0])
    for (let n = 0; n < 8; n++) await answer(ben, `answer ${n}`, { mentions: [cid.userId] })
    for (let n = 0; n < 8; n++) await say(ben, `message ${n}`, { mentions: [cid.userId] })
    expect(await mentions(cid)).toBe(10)
  })

  test('of everybody or the moderators is told too, and makes them follow', async () => {
    const moderator = { userIds: [ben.userId], role: 'moderator' }
    await ann.call('POST', `${conversations}/${id}/members`, { body: moderator })
    await read(ben)
    await answer(ann, 'moderators', { mentionGroups: ['moderators'] })
    expect([await mentions(ann), await mentions(ben), await mentions(cid)]).toEqual([0, 1, 0])
    expect([await unread(ben), (await thread(cid)).thread.isFollowed]).toEqual([1, false])
    const [dora] = (await chatPeople(testApp, 'Dora')) as [ChatPerson]
    await ann.call('POST', `${conversations}/${id}/members`, { body: { userIds: [dora.userId] } })
    await answer(ann, 'everybody', { mentionGroups: ['everyone'] })
    expect([await mentions(ben), await mentions(cid), await mentions(dora)]).toEqual([2, 1, 1])
    expect([await unread(ann), await unread(ben), await unread(cid)]).toEqual([0, 2, 1])
    // Who came after the root does not see its thread.
    const { items } = await testApp.ports.documents.query(messages, {
      path: 'byKind',
      partition: id,
      equals: { kind: 'thread' },
      limit: 1,
    })
    expect(JSON.stringify(items)).not.toContain(dora.userId)
  })
})

describe('a page of the conversation without threads', () => {
  const page = async (who: ChatPerson, query = '') =>
    (await who.call('GET', `${conversations}/${id}/messages?threads=hide${query}`)).body

  test('leaves answers out, and its cursors go through them, back and forth', async () => {
    for (let n = 1; n <= 6; n++) {
      await say(ann, `message ${n}`)
      for (let m = 0; m < n; m++) await answer(ben, `answer ${n}.${m}`)
    }
    const newest = await page(ann, '&limit=3')
    expect(texts(newest)).toEqual(['message 6', 'message 5', 'message 4'])
    expect(newest.pagination).toMatchObject({ hasMore: true, hasNewer: false })
    const older = await page(ann, `&limit=3&before=${newest.pagination.nextCursor}`)
    expect(texts(older)).toEqual(['message 3', 'message 2', 'message 1'])
    expect(older.pagination).toMatchObject({ hasMore: true, hasNewer: true })
    const oldest = await page(ann, `&limit=3&before=${older.pagination.nextCursor}`)
    expect(texts(oldest)).toEqual(['who comes on Tuesday?'])
    expect(oldest.pagination).toMatchObject({ hasMore: false, nextCursor: null, hasNewer: true })
    const forth = await page(ann, `&limit=4&after=${oldest.pagination.newerCursor}`)
    expect(texts(forth)).toEqual(['message 4', 'message 3', 'message 2', 'message 1'])
    const around = await page(ann, `&limit=3&around=${forth.items[0].id}`)
    expect(texts(around)).toEqual(['message 5', 'message 4', 'message 3'])
    expect((await page(ann, '&limit=100')).items).toHaveLength(7)
    expect((await ann.call('GET', `${conversations}/${id}/messages?limit=100`)).body.items).toHaveLength(28)
    expect((await ann.call('GET', `${conversations}/${id}/messages?threads=some`)).status).toBe(400)
  })

  test('gives up in a thread without an end, and goes on from there', { timeout: 60_000 }, async () => {
    const actor = { userId: ben.userId, sessionId: 's', role: 'user' as const, securityEpoch: 1 }
    const sending = { text: 'x', attachments: [], mentions: [], threadId: root }
    for (let n = 0; n < 620; n++) {
      if (n % 20 === 0) testApp.clock.advance(60_000)
      await testApp.chat.sendMessage(actor, id, sending)
    }
    const seen: string[] = []
    let query: string = ''
    let pages = 0
    for (;;) {
      const { items, pagination } = await testApp.chat.listMessages(actor, id, {
        limit: 50,
        threads: 'hide',
        ...(query ? { before: query } : {}),
      })
      pages++
      seen.push(...items.map(({ text }) => text))
      if (!pagination.hasMore) break
      query = pagination.nextCursor as string
    }
    expect([seen, pages]).toEqual([['who comes on Tuesday?'], 2])
    const first = await testApp.chat.listMessages(actor, id, { limit: 50, threads: 'hide', after: root })
    expect(first).toMatchObject({ items: [], pagination: { hasNewer: true } })
    const next = { limit: 50, threads: 'hide', after: first.pagination.newerCursor as string } as const
    expect((await testApp.chat.listMessages(actor, id, next)).pagination.hasNewer).toBe(false)
  })
})

describe('a page of a thread', () => {
  test('goes back and forth by cursor, from its end to its beginning', async () => {
    for (let n = 1; n <= 7; n++) {
      await answer(n % 2 ? ben : cid, `answer ${n}`)
      await say(ann, `beside it ${n}`)
    }
    const newest = await thread(ann, '?limit=3')
    expect(texts(newest)).toEqual(['answer 7', 'answer 6', 'answer 5'])
    expect(newest.root).toMatchObject({ id: root, thread: { count: 7 } })
    expect(newest.pagination).toMatchObject({ hasMore: true, hasNewer: false })
    const older = await thread(ann, `?limit=3&before=${newest.pagination.nextCursor}`)
    expect(texts(older)).toEqual(['answer 4', 'answer 3', 'answer 2'])
    expect(older.pagination).toMatchObject({ hasMore: true, hasNewer: true })
    const oldest = await thread(ann, `?limit=3&before=${older.pagination.nextCursor}`)
    expect(texts(oldest)).toEqual(['answer 1'])
    expect(oldest.pagination).toMatchObject({ hasMore: false, nextCursor: null, hasNewer: true })
    const forth = await thread(ann, `?limit=3&after=${oldest.pagination.newerCursor}`)
    expect(texts(forth)).toEqual(['answer 4', 'answer 3', 'answer 2'])
    expect(forth.pagination).toMatchObject({ hasMore: true, hasNewer: true })
    const last = await thread(ann, `?limit=3&after=${newest.pagination.newerCursor}`)
    expect(last).toMatchObject({ items: [], pagination: { hasMore: false, hasNewer: false } })
    await answer(ben, 'answer 8')
    expect(texts(await thread(ann, `?after=${last.pagination.newerCursor}`))).toEqual(['answer 8'])
  })

  test('is that of its root when an answer is named, and empty where nobody answered', async () => {
    expect(await thread(ann)).toMatchObject({
      items: [],
      thread: { count: 0, lastReplyAt: null, isFollowed: false },
      pagination: { hasMore: false, nextCursor: null, hasNewer: false, newerCursor: null },
    })
    const reply = await answer(ben, 'I do')
    expect((await thread(ann, '', reply.id)).root.id).toBe(root)
    for (const cursor of ['nonsense', 'WyJ4IiwiIl0', 'W10'])
      expect((await thread(ann, `?before=${cursor}`)).error.code).toBe('validation_error')
    const stranger = (await chatPeople(testApp, 'Eve'))[0]!
    for (const path of [`/api/v1/messages/${root}/thread`, `${conversations}/${id}/threads`])
      expect((await stranger.call('GET', path)).status).toBe(404)
  })
})

describe('the list of threads', () => {
  test('has those with the newest answers first, all, followed or unread', async () => {
    const roots = [root]
    for (const text of ['two', 'three']) roots.push((await say(ann, text)).body.id)
    for (root of roots) await answer(ben, 'an answer')
    root = roots[0]!
    await answer(cid, 'another')
    const order = async (who: ChatPerson, query = '') =>
      (await threads(who, query)).items.map(({ messageId }: { messageId: string }) =>
        roots.indexOf(messageId),
      )
    expect(await order(ann)).toEqual([0, 2, 1])
    expect(await order(cid, '?only=followed')).toEqual([0])
    expect(await order(ben, '?only=unread')).toEqual([0])
    expect(await order(ann, '?only=unread')).toEqual([0, 2, 1])
    await ann.call('POST', `/api/v1/messages/${roots[2]}/thread/read`, { body: {} })
    expect(await order(ann, '?only=unread')).toEqual([0, 1])
    const first = await threads(ann, '?limit=2')
    expect(first.items[0]).toMatchObject({
      root: { text: 'who comes on Tuesday?' },
      count: 2,
      unreadCount: 2,
    })
    const second = await threads(ann, `?limit=2&cursor=${encodeURIComponent(first.pagination.nextCursor)}`)
    expect(second.items.map(({ root: { text } }: any) => text)).toEqual(['two'])
    expect((await threads(ann, '?cursor=nonsense')).error.code).toBe('validation_error')
  })
})

describe('what goes', () => {
  test('a deleted answer is unread for nobody, whoever deleted it and however far somebody has read', async () => {
    const sent = []
    for (const n of [1, 2, 3, 4, 5]) sent.push(await answer(n % 2 ? ben : cid, `answer ${n}`))
    await ann.call('POST', `/api/v1/messages/${root}/thread/read`, { body: { seq: sent[1].seq } })
    expect(await unread(ann)).toBe(3)
    await ben.call('DELETE', `/api/v1/messages/${sent[0].id}`)
    expect(await unread(ann)).toBe(3)
    await cid.call('DELETE', `/api/v1/messages/${sent[3].id}`)
    expect(await unread(ann)).toBe(2)
    await testApp.chat.removeReportedMessage(sent[2].id)
    await testApp.chat.removeReportedMessage(sent[2].id)
    expect(await unread(ann)).toBe(1)
    await answer(cid, 'answer 6')
    expect(await unread(ann)).toBe(2)
    expect((await threads(ann, '?only=unread')).items).toHaveLength(1)
    await ben.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
    expect((await ben.call('DELETE', '/api/v1/users/me?immediate=true')).status).toBe(204)
    await testApp.runJob('erase-accounts')
    await testApp.settled()
    expect((await thread(ann)).thread).toMatchObject({ count: 6, unreadCount: 1 })
  })

  test('a deleted answer keeps its place; a deleted root keeps its thread', async () => {
    const first = await answer(ben, 'I do')
    await answer(cid, 'me too')
    await say(ann, 'beside it')
    await ben.call('DELETE', `/api/v1/messages/${first.id}`)
    await ann.call('DELETE', `/api/v1/messages/${root}`)
    const page = await thread(cid)
    expect(page.root).toMatchObject({ text: '', thread: { count: 2 } })
    expect(texts(page)).toEqual(['me too', ''])
    // Ann follows it as who asked, and has one left.
    expect((await thread(ann)).thread).toMatchObject({ count: 2, unreadCount: 1 })
    const unreadOf = async (who: ChatPerson) => (await conversation(who)).unreadCount
    expect([await unreadOf(ann), await unreadOf(ben), await unreadOf(cid)]).toEqual([0, 1, 1])
  })

  test('retention takes the root, then the answers, and the thread with its last', async () => {
    testApp = await createTestApp({ environment: { MESSAGE_RETENTION_DAYS: '30' } })
    const people = await chatPeople(testApp, 'Ann', 'Ben')
    ann = people[0]!
    ben = people[1]!
    id = await groupOf(ann, ben)
    root = (await say(ann, 'who comes?')).body.id
    const days = (count: number) => testApp.clock.advance(count * 86_400_000)
    const signIn = async () => {
      for (const [who, name] of [
        [ann, 'ann'],
        [ben, 'ben'],
      ] as const)
        await who.call('POST', '/api/v1/auth/login', {
          body: { email: `${name}@example.com`, password: person.password },
        })
    }
    days(20)
    await signIn()
    await answer(ben, 'I do')
    days(15)
    await signIn()
    const page = await thread(ann)
    expect(page).toMatchObject({ root: null, thread: { count: 1 } })
    expect(texts(page)).toEqual(['I do'])
    expect((await threads(ann)).items).toMatchObject([{ messageId: root, root: null }])
    expect((await say(ben, 'still there?', { threadId: root })).status).toBe(400)
    days(20)
    await signIn()
    expect((await ann.call('GET', `/api/v1/messages/${root}/thread`)).status).toBe(404)
    expect((await threads(ann)).items).toEqual([])
  })

  test('an erased person follows nothing and is named nowhere', async () => {
    await answer(ben, 'I do')
    await answer(cid, 'me too')
    await ben.call('POST', '/api/v1/auth/step-up', { body: { password: person.password } })
    const gone = await ben.call('DELETE', '/api/v1/users/me?immediate=true')
    expect(gone.status).toBe(204)
    await testApp.runJob('erase-accounts')
    expect((await browserOf(testApp).call('GET', gone.headers.get('location') ?? '')).body.state).not.toBe(
      'scheduled',
    )
    const { items } = await testApp.ports.documents.query(messages, {
      path: 'byKind',
      partition: id,
      equals: { kind: 'thread' },
      limit: 10,
    })
    expect(items).toHaveLength(1)
    expect(JSON.stringify(items)).not.toContain(ben.userId)
    expect((await rootSeenBy(ann)).thread).toMatchObject({ count: 2, participantIds: [cid.userId] })
    expect(texts(await thread(ann))).toEqual(['me too', ''])
  })

  test('an export names threads and how far one has read in them', async () => {
    await answer(ben, 'I do')
    const entry = testApp.registry.entries().find(({ store }) => store === messages.name)
    if (!entry || !('collect' in entry)) throw new Error('messages are exported')
    const [own] = (await entry.collect({ userId: ben.userId, account: null, addresses: [] })) as any[]
    expect(own).toMatchObject({
      threads: [{ messageId: root }],
      messages: [{ text: 'I do', threadId: root }],
    })
    const file = (await ben.call('GET', `${conversations}/${id}/export?format=text`)).body
    expect(file).toContain('Ben (in a thread): I do')
  })
})

test('a conversation from before there were threads has them as any other', async () => {
  const { documents } = testApp.ports
  for (const kind of ['head', 'message', 'change', 'mark'] as const) {
    const { items } = await documents.query(messages, {
      path: 'byKind',
      partition: id,
      equals: { kind },
      limit: 100,
    })
    for (const { value, version } of items) {
      const { threadKey: _, ...older } = value
      await documents.replace<Entry>(messages, older as Entry, version)
    }
  }
  expect(await answer(ben, 'I do')).toMatchObject({ threadId: root })
  expect((await conversation(cid)).unreadCount).toBe(0)
  expect(texts(await thread(ann))).toEqual(['I do'])
})

describe.each(['sqlite', 'cosmos'] as const)('on two processes with one store of %s', (kind) => {
  test('a thread begins once, and no answer and no place in it is lost', { timeout: 60_000 }, async () => {
    const { one, two, close } = await startTwoProcesses(kind)
    try {
      const people = (await chatPeople(one, 'Ann', 'Ben', 'Cid')) as [ChatPerson, ChatPerson, ChatPerson]
      const actors = people.map(({ userId }) => ({
        userId,
        sessionId: 's',
        role: 'user' as const,
        securityEpoch: 1,
      }))
      const [a, b, c] = actors as [(typeof actors)[0], (typeof actors)[0], (typeof actors)[0]]
      const { conversation: made } = await one.chat.createConversation(a, {
        type: 'group',
        participantIds: [b.userId, c.userId],
      })
      const sending = { attachments: [], mentions: [] }
      const asked = (await one.chat.sendMessage(a, made.id, { ...sending, text: 'who?' })).message.id
      await one.chat.read(c, made.id)
      const apps = [one, two]
      await Promise.all(
        Array.from({ length: 10 }, async (_, n) => {
          const { chat } = apps[n % 2]!
          await chat.sendMessage(n % 4 < 2 ? b : c, made.id, {
            ...sending,
            text: `answer ${n}`,
            threadId: asked,
          })
          await chat.markThreadRead(n % 4 < 2 ? b : c, asked)
          await chat.markThreadRead(a, asked)
        }),
      )
      await two.chat.sendMessage(b, made.id, { ...sending, text: 'the last', threadId: asked })
      const page = await two.chat.readThreadPage(a, asked, { limit: 50 })
      expect(page.items).toHaveLength(11)
      expect(page.thread).toMatchObject({ count: 11, unreadCount: 1 })
      expect(page.root?.thread?.count).toBe(11)
      expect((await two.chat.readThreadPage(b, asked, { limit: 1 })).thread.unreadCount).toBe(0)
      expect((await two.chat.readConversation(c, made.id)).value.unreadCount).toBe(0)
      const counts = page.items.map(({ seq }) => seq)
      expect(counts).toEqual(counts.toSorted((x, y) => y - x))
      await Promise.all([one.settled(), two.settled()])
    } finally {
      await close()
    }
  })
})
