import { beforeEach, describe, expect, test } from 'vitest'
import { Action } from '../../../src/core/messaging/chat/actions.model.ts'
import { createTestApp, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let cat: ChatPerson
let group: string

const say = (who: ChatPerson, text: string, more: object = {}) =>
  who.call('POST', `${conversations}/${group}/messages`, { body: { text, ...more } })
const makeRole = (by: ChatPerson, who: ChatPerson, role: string) =>
  by.call('POST', `${conversations}/${group}/members`, { body: { userIds: [who.userId], role } })
const configure = (by: ChatPerson, settings: object) =>
  by.call('PATCH', `${conversations}/${group}`, { body: { settings } })
const look = async (who: ChatPerson) => (await who.call('GET', `${conversations}/${group}`)).body
const roleOf = async (who: ChatPerson) =>
  (await look(ann)).participants.find(({ userId }: { userId: string }) => userId === who.userId)?.role
const suspend = async (who: ChatPerson) => {
  const { value } = await testApp.users.changeUser(who.userId, (user) => ({ ...user, status: 'suspended' }))
  testApp.users.announce(value)
  await testApp.settled()
}

beforeEach(async () => {
  testApp = await createTestApp()
  ;[ann, ben, cat] = (await chatPeople(testApp, 'Ann', 'Ben', 'Cat')) as [ChatPerson, ChatPerson, ChatPerson]
  const body = { type: 'group', name: 'Garden', participantIds: [ben.userId, cat.userId] }
  group = (await ann.call('POST', conversations, { body })).body.id
})

describe('roles', () => {
  test('admins make moderators and admins; owner is another word for admin', async () => {
    expect((await makeRole(ann, ben, 'moderator')).status).toBe(200)
    expect(await roleOf(ben)).toBe('moderator')
    expect((await makeRole(ann, ben, 'owner')).status).toBe(200)
    expect(await roleOf(ben)).toBe('admin')
    expect((await makeRole(ann, ben, 'king')).status).toBe(400)
  })

  test('moderators manage members, and nobody of their own rank or above', async () => {
    await makeRole(ann, ben, 'moderator')
    const [dan] = await chatPeople(testApp, 'Dan')
    expect((await makeRole(ben, dan!, 'moderator')).body.error.code).toBe('forbidden')
    expect((await makeRole(ben, dan!, 'member')).status).toBe(200)
    expect((await makeRole(ben, ben, 'admin')).body.error.code).toBe('forbidden')
    expect((await makeRole(ben, ann, 'member')).body.error.code).toBe('forbidden')
    expect((await ben.call('PATCH', `${conversations}/${group}`, { body: { name: 'Ours' } })).status).toBe(
      403,
    )
    const remove = (by: ChatPerson, who: ChatPerson) =>
      by.call('DELETE', `${conversations}/${group}/members?userId=${who.userId}`)
    expect((await remove(ben, ann)).status).toBe(403)
    await makeRole(ann, cat, 'moderator')
    expect((await remove(ben, cat)).status).toBe(403)
    expect((await remove(ben, dan!)).status).toBe(204)
    const [hers, his] = [(await say(ann, 'mine')).body.id, (await say(ben, 'mine too')).body.id]
    expect((await ben.call('DELETE', `/api/v1/messages/${hers}`)).status).toBe(403)
    expect((await cat.call('DELETE', `/api/v1/messages/${his}`)).status).toBe(403)
    await makeRole(ann, cat, 'member')
    const theirs = (await say(cat, 'delete me')).body.id
    expect((await ben.call('DELETE', `/api/v1/messages/${theirs}`)).status).toBe(204)
    expect((await ann.call('DELETE', `/api/v1/messages/${his}`)).status).toBe(204)
  })

  test('the last admin stays one; when they leave a moderator follows before an elder member', async () => {
    expect((await makeRole(ann, ann, 'member')).body.error.code).toBe('forbidden')
    await makeRole(ann, cat, 'moderator')
    expect((await ann.call('POST', `${conversations}/${group}/leave`)).status).toBe(204)
    expect((await look(ben)).participants.map(({ role }: { role: string }) => role)).toEqual([
      'member',
      'admin',
    ])
  })

  test('a suspended admin does not count: whoever else is the last one stays', async () => {
    await makeRole(ann, cat, 'admin')
    await suspend(cat)
    expect((await makeRole(ann, ann, 'member')).body.error.code).toBe('forbidden')
    expect((await ann.call('POST', `${conversations}/${group}/leave`)).status).toBe(204)
    const { participants } = await look(ben)
    expect(participants).toContainEqual(expect.objectContaining({ userId: ben.userId, role: 'admin' }))
    expect(participants).toContainEqual(expect.objectContaining({ userId: cat.userId, isActive: false }))
  })

  test('in any interleaving of stepping down, removing and leaving there is an admin in the end', async () => {
    const change = (by: ChatPerson, who: ChatPerson) => [
      () => makeRole(by, who, 'member'),
      () => makeRole(by, who, 'admin'),
      () => by.call('DELETE', `${conversations}/${group}/members?userId=${who.userId}`),
    ]
    for (let round = 0; round < 12; round++) {
      const body = { type: 'group', name: 'Garden', participantIds: [ben.userId, cat.userId] }
      group = (await ann.call('POST', conversations, { body })).body.id
      await makeRole(ann, ben, 'admin')
      const steps = [...change(ann, ben), ...change(ben, ann), ...change(ann, ann), ...change(ben, ben)]
      const turned = steps.map((_, i) => steps[(i * 5 + round) % steps.length]!)
      const answers = await Promise.all(turned.map((step) => step()))
      expect(answers.filter(({ status }) => status >= 500)).toEqual([])
      const { participants } = await look(cat)
      expect(participants.some(({ role }: { role: string }) => role === 'admin')).toBe(true)
    }
  })
})

describe('settings', () => {
  test('admins change them, one by one, and everybody hears of it', async () => {
    expect((await look(ben)).settings).toEqual({ posting: 'everyone', slowModeSeconds: 0 })
    expect((await configure(ben, { posting: 'moderators' })).status).toBe(403)
    expect((await configure(ann, { posting: 'moderators' })).status).toBe(200)
    expect((await configure(ann, { slowModeSeconds: 30 })).body.settings).toEqual({
      posting: 'moderators',
      slowModeSeconds: 30,
    })
    const { seq } = await look(ben)
    await configure(ann, { slowModeSeconds: 30 })
    expect((await look(ben)).seq).toBe(seq)
    const { streams } = (await ben.call('POST', '/api/v1/sync', { body: { streams: { [group]: 0 } } })).body
    expect(streams[group].events.at(-1)).toMatchObject({
      event: 'conversation.updated',
      data: { name: 'Garden', settings: { posting: 'moderators', slowModeSeconds: 30 } },
    })
    expect((await configure(ann, { slowModeSeconds: 86_401 })).status).toBe(400)
  })

  test('where moderators write, members edit nothing either, react, and take back', async () => {
    const his = (await say(ben, 'before')).body.id
    await configure(ann, { posting: 'moderators' })
    expect((await say(ben, 'after')).body.error.code).toBe('forbidden')
    const edit = await ben.call('PATCH', `/api/v1/messages/${his}`, { body: { text: 'after' } })
    expect(edit.body.error.code).toBe('forbidden')
    expect((await ben.call('PUT', `/api/v1/messages/${his}/reactions/👍`)).status).toBe(204)
    expect((await ben.call('DELETE', `/api/v1/messages/${his}`)).status).toBe(204)
    expect((await look(ben)).can).not.toContain('send')
    await makeRole(ann, ben, 'moderator')
    expect((await say(ben, 'now')).status).toBe(201)
  })

  test('a message that was stored is answered again, whatever came after it', async () => {
    await configure(ann, { slowModeSeconds: 600 })
    const once = await say(ben, 'hello', { clientMessageId: 'one' })
    await configure(ann, { posting: 'moderators' })
    const again = await say(ben, 'hello', { clientMessageId: 'one' })
    expect([once.status, again.status, again.body.id]).toEqual([201, 200, once.body.id])
  })
})

describe('slow mode', () => {
  beforeEach(async () => {
    await configure(ann, { slowModeSeconds: 60 })
  })

  test('makes members wait, says for how long, and lets moderators write', async () => {
    expect((await look(ben)).nextSendAt).toBeNull()
    expect((await say(ben, 'one')).status).toBe(201)
    const { nextSendAt, can } = await look(ben)
    expect(Date.parse(nextSendAt)).toBe(testApp.clock.now() + 60_000)
    expect(can).toContain('send')
    const refused = await say(ben, 'two')
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limit_exceeded'])
    expect(refused.headers.get('retry-after')).toBe('60')
    expect((await say(cat, 'somebody else')).status).toBe(201)
    for (const text of ['a', 'b']) expect((await say(ann, text)).status).toBe(201)
    testApp.clock.advance(59_000)
    expect((await say(ben, 'two')).headers.get('retry-after')).toBe('1')
    testApp.clock.advance(1_000)
    expect((await say(ben, 'two')).status).toBe(201)
  })

  test('of many at once one gets through, and repeats of it are that one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => say(ben, 'x', { clientMessageId: `x${i % 4}` })),
    )
    expect(new Set(answers.filter(({ status }) => status < 300).map(({ body }) => body.id)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 200, 429]))
  })

  test('holds over processes', async () => {
    const other = await createTestApp({ ports: () => testApp.ports })
    const at = (app: TestApp, text: string) =>
      app.app.request(`http://localhost${conversations}/${group}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ben.accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      })
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => at(i % 2 === 0 ? testApp : other, `n${i}`)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  })

  test('nobody waits for longer than it lasts when a clock is set back', async () => {
    testApp.clock.advance(300_000)
    await say(ben, 'one')
    testApp.clock.advance(-300_000)
    expect((await say(ben, 'two')).headers.get('retry-after')).toBe('60')
  })
})

describe('mentions', () => {
  test('of somebody suspended are refused anew, and may stay', async () => {
    const before = (await say(ann, 'hi Ben', { mentions: [ben.userId] })).body
    await suspend(ben)
    const refused = await say(ann, 'hi Ben', { mentions: [ben.userId] })
    expect(refused.body.error.details).toEqual([
      expect.objectContaining({ path: 'mentions', code: 'not_active' }),
    ])
    const edit = (mentions: string[]) =>
      ann.call('PATCH', `/api/v1/messages/${before.id}`, { body: { text: 'hi Benny', mentions } })
    expect((await edit([ben.userId])).body.mentions).toEqual([ben.userId])
    expect((await edit([])).status).toBe(200)
    expect((await edit([ben.userId])).status).toBe(400)
    expect(await look(ann)).toMatchObject({
      participants: [{ isActive: true }, { isActive: false }, { isActive: true }],
    })
  })

  test('of two of whom one has blocked the other are dropped, whoever it is', async () => {
    await cat.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`)
    const mentions = [ann.userId, cat.userId]
    expect((await say(ben, 'both of you', { mentions })).body.mentions).toEqual([ann.userId])
    expect((await say(cat, 'you', { mentions: [ben.userId] })).body.mentions).toEqual([])
  })
})

describe('a suspended person', () => {
  test('is not written to in a direct conversation, and is again afterwards', async () => {
    const direct = { type: 'direct', participantIds: [ben.userId] }
    const { id } = (await ann.call('POST', conversations, { body: direct })).body
    const write = () => ann.call('POST', `${conversations}/${id}/messages`, { body: { text: 'hello' } })
    expect((await write()).status).toBe(201)
    await suspend(ben)
    expect((await write()).body.error.code).toBe('forbidden')
    const { can, participants } = (await ann.call('GET', `${conversations}/${id}`)).body
    expect(can).toEqual(['read', 'retract', 'report'])
    expect(participants).toContainEqual(expect.objectContaining({ userId: ben.userId, isActive: false }))
    const { value } = await testApp.users.changeUser(ben.userId, (user) => ({ ...user, status: 'active' }))
    testApp.users.announce(value)
    await testApp.settled()
    expect((await write()).status).toBe(201)
  })
})

test('a list shows some of many participants, the reader among them, and says how many there are', async () => {
  const more = await chatPeople(testApp, ...Array.from({ length: 25 }, (_, i) => `Person${i}`))
  await ann.call('POST', `${conversations}/${group}/members`, {
    body: { userIds: more.map(({ userId }) => userId) },
  })
  const [last] = more.toReversed()
  await say(more[22]!, 'hello')
  const [shown] = (await last!.call('GET', conversations)).body.items
  expect([shown.participants.length, shown.memberCount]).toEqual([20, 28])
  const shownIds = shown.participants.map(({ userId }: { userId: string }) => userId)
  expect(shownIds).toEqual(expect.arrayContaining([last!.userId, more[22]!.userId, ann.userId]))
  expect((await look(ann)).participants).toHaveLength(28)
})

test('an admin of a group may do everything, a stranger is told nothing', async () => {
  expect((await look(ann)).can).toEqual(Action.options)
})
