import { beforeEach, describe, expect, test } from 'vitest'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import { createTestApp, logInOf, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let group: string

const say = async (who: ChatPerson, text: string, more: object = {}) =>
  (await who.call('POST', `${conversations}/${group}/messages`, { body: { text, ...more } })).body
const pin = (who: ChatPerson, id: string, where = group) =>
  who.call('PUT', `${conversations}/${where}/pins/${id}`)
const unpin = (who: ChatPerson, id: string) => who.call('DELETE', `${conversations}/${group}/pins/${id}`)
const pinsOf = async (who: ChatPerson) =>
  (await who.call('GET', `${conversations}/${group}/pins`)).body.items.map(({ id }: { id: string }) => id)
const look = async (who: ChatPerson) => (await who.call('GET', `${conversations}/${group}`)).body
const eventsOf = async (who: ChatPerson) =>
  (await who.call('POST', '/api/v1/sync', { body: { streams: { [group]: 0 } } })).body.streams[group].events

beforeEach(async () => {
  testApp = await createTestApp({ environment: { MESSAGE_RETENTION_DAYS: '30' } })
  ;[ann, ben] = (await chatPeople(testApp, 'Ann', 'Ben')) as [ChatPerson, ChatPerson]
  const body = { type: 'group', name: 'Garden', participantIds: [ben.userId] }
  group = (await ann.call('POST', conversations, { body })).body.id
})

describe('a pinned message', () => {
  test('is listed, last pinned first, counted, and told with a number', async () => {
    const [one, two] = [await say(ben, 'one'), await say(ben, 'two')]
    expect((await pin(ben, one.id)).status).toBe(403)
    for (const { id } of [two, one, one]) expect((await pin(ann, id)).status).toBe(204)
    expect(await pinsOf(ben)).toEqual([one.id, two.id])
    expect((await ben.call('GET', `${conversations}/${group}/pins`)).body.items[0]).toMatchObject({
      text: 'one',
      pinnedBy: ann.userId,
      pinnedAt: new Date(testApp.clock.now()).toISOString(),
    })
    expect((await look(ben)).pinnedCount).toBe(2)
    for (let i = 0; i < 2; i++) expect((await unpin(ann, two.id)).status).toBe(204)
    expect(await pinsOf(ben)).toEqual([one.id])
    const events = await eventsOf(ben)
    expect(events.slice(-3)).toMatchObject([
      { event: 'message.pinned', data: { messageId: two.id, userId: ann.userId } },
      { event: 'message.pinned', data: { messageId: one.id, userId: ann.userId } },
      { event: 'message.unpinned', data: { messageId: two.id, userId: ann.userId } },
    ])
  })

  test('is pinned no longer once it is deleted, by whoever', async () => {
    const [one, two] = [await say(ben, 'one'), await say(ben, 'two')]
    for (const { id } of [one, two]) await pin(ann, id)
    await ben.call('DELETE', `/api/v1/messages/${one.id}`)
    expect(await pinsOf(ann)).toEqual([two.id])
    expect((await eventsOf(ann)).slice(-2)).toMatchObject([
      { event: 'message.deleted', data: { messageId: one.id } },
      { event: 'message.unpinned', data: { messageId: one.id, userId: null } },
    ])
    expect((await pin(ann, one.id)).body.error.code).toBe('conflict')
    await ann.call('DELETE', `/api/v1/messages/${two.id}`)
    expect((await look(ann)).pinnedCount).toBe(0)
  })

  test('is not shown to who joined after it, and gone with retention', async () => {
    const { id } = await say(ann, 'one')
    await pin(ann, id)
    const [cat] = (await chatPeople(testApp, 'Cat')) as [ChatPerson]
    await ann.call('POST', `${conversations}/${group}/members`, { body: { userIds: [cat.userId] } })
    expect([await pinsOf(cat), (await look(cat)).pinnedCount]).toEqual([[], 0])
    await ann.call('POST', `${conversations}/${group}/members`, {
      body: { userIds: [cat.userId], role: 'moderator' },
    })
    expect((await pin(cat, id)).status).toBe(404)
    testApp.clock.advance(31 * 24 * 60 * 60_000)
    const account = { email: 'ann@example.com', password: 'SecurePass123!' }
    await ann.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
    expect([await pinsOf(ann), (await look(ann)).pinnedCount]).toEqual([[], 0])
  })

  test('is one of fifty at most, in any order of events', async () => {
    const ids: string[] = []
    for (let i = 0; i < 55; i++) ids.push((await say(ann, `m${i}`)).id)
    const answers = await Promise.all(ids.map((id) => pin(ann, id)))
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(50)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5)
    expect((await look(ann)).pinnedCount).toBe(50)
  })

  test('is of this conversation', async () => {
    const { id } = await say(ann, 'one')
    const body = { type: 'group', name: 'Other', participantIds: [ben.userId] }
    const other = (await ann.call('POST', conversations, { body })).body.id
    expect((await pin(ann, id, other)).status).toBe(404)
    expect((await pin(ann, 'nonsense')).status).toBe(404)
    const [eve] = (await chatPeople(testApp, 'Eve')) as [ChatPerson]
    expect((await pin(eve, id)).status).toBe(404)
    expect((await eve.call('GET', `${conversations}/${group}/pins`)).status).toBe(404)
  })

  test('in a direct conversation both pin, and neither once one has blocked the other', async () => {
    const body = { type: 'direct', participantIds: [ben.userId] }
    group = (await ann.call('POST', conversations, { body })).body.id
    const { id } = await say(ann, 'one')
    expect((await pin(ben, id)).status).toBe(204)
    await ann.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`)
    expect((await unpin(ben, id)).body.error.code).toBe('forbidden')
  })

  test('is handed over to who pinned it, stays when they are erased, and goes with who wrote it', async () => {
    await ann.call('POST', `${conversations}/${group}/members`, {
      body: { userIds: [ben.userId], role: 'moderator' },
    })
    const [hers, his] = [await say(ann, 'hers'), await say(ben, 'his')]
    for (const { id } of [hers, his]) await pin(ben, id)
    const entry = testApp.registry.entries().find(({ store }) => store === messages.name)
    const account = { userId: ben.userId } as never
    if (!entry || !('collect' in entry) || !('erase' in entry)) throw new Error('not registered')
    const [exported] = (await entry.collect(account)) as { pins: { messageId: string }[] }[]
    expect(exported?.pins.map(({ messageId }) => messageId)).toEqual([hers.id, his.id])
    await entry.erase(account)
    const { items } = (await ann.call('GET', `${conversations}/${group}/pins`)).body
    expect(items).toMatchObject([{ id: hers.id, pinnedBy: null }])
    const stored = await testApp.ports.documents.read(messages, { partition: group, id: 'head' })
    expect(stored?.value).toMatchObject({ pins: [{ pinnedBy: null }], members: [{ userId: ann.userId }] })
  })
})

describe('mentions of a group', () => {
  test('of everybody are for moderators, of the moderators for everybody', async () => {
    const refused = await ben.call('POST', `${conversations}/${group}/messages`, {
      body: { text: 'all!', mentionGroups: ['everyone'] },
    })
    expect(refused.body.error.code).toBe('forbidden')
    expect((await say(ben, 'help', { mentionGroups: ['moderators', 'moderators'] })).mentionGroups).toEqual([
      'moderators',
    ])
    const all = await say(ann, 'all!', { mentionGroups: ['everyone'] })
    expect(all.mentionGroups).toEqual(['everyone'])
    expect((await eventsOf(ben)).at(-1).data.mentionGroups).toEqual(['everyone'])
    const edit = (who: ChatPerson, id: string, mentionGroups: string[]) =>
      who.call('PATCH', `/api/v1/messages/${id}`, { body: { text: 'changed', mentionGroups } })
    const his = await say(ben, 'mine')
    expect((await edit(ben, his.id, ['everyone'])).status).toBe(403)
    expect((await edit(ben, his.id, ['moderators'])).body.mentionGroups).toEqual(['moderators'])
    expect((await edit(ann, all.id, [])).body.mentionGroups).toEqual([])
  })

  test('are none in a direct conversation, and repeat as what they were', async () => {
    const send = (mentionGroups: string[]) =>
      ann.call('POST', `${conversations}/${group}/messages`, {
        body: { text: 'all!', mentionGroups, clientMessageId: 'one' },
      })
    expect([(await send(['everyone'])).status, (await send(['everyone'])).status]).toEqual([201, 200])
    expect((await send([])).status).toBe(409)
    const body = { type: 'direct', participantIds: [ben.userId] }
    group = (await ann.call('POST', conversations, { body })).body.id
    for (const each of ['everyone', 'moderators']) expect((await send([each])).status).toBe(403)
  })
})
