import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Browser,
  browserOf,
  createTestApp,
  logInOf,
  person,
  signedInBrowser,
  type TestApp,
} from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let conversation: string

const say = (who: Browser, text: string, where: string) =>
  who.call('POST', `${conversations}/${where}/messages`, { body: { text } })

beforeEach(async () => {
  testApp = await createTestApp()
  const people = await chatPeople(testApp, 'Ann', 'Ben')
  ann = people[0]!
  ben = people[1]!
  const direct = { type: 'direct', participantIds: [ben.userId] }
  conversation = (await ann.call('POST', conversations, { body: direct })).body.id
})

describe('a guest', () => {
  let guest: Browser & { readonly userId: string }
  let admin: Browser & { readonly userId: string }
  let id: string

  beforeEach(async () => {
    const browser = browserOf(testApp)
    const entered = await browser.call('POST', '/api/v1/auth/guest', { body: { name: 'Gil' } })
    guest = { ...browser, userId: entered.body.user.id }
    const account = { ...person, email: 'admin@example.com' }
    const { userId } = await signedInBrowser(testApp, account)
    await testApp.users.changeUser(userId, (user) => ({ ...user, role: 'admin' }))
    admin = { ...browserOf(testApp), userId }
    await admin.call('POST', '/api/v1/auth/login', { body: logInOf(account) })
    await testApp.runJob('sync-staff-directory')
    const direct = { type: 'direct', participantIds: [admin.userId] }
    id = (await guest.call('POST', conversations, { body: direct })).body.id
    await say(guest, 'may I ask something?', id)
    await say(admin, 'of course', id)
  })

  test('has the whole of a conversation that they may be in', async () => {
    const list = await guest.call('GET', conversations)
    expect(list.body.items).toMatchObject([{ id, unreadCount: 1 }])
    expect((await guest.call('GET', `${conversations}/${id}`)).status).toBe(200)
    const { items } = (await guest.call('GET', `${conversations}/${id}/messages`)).body
    expect(items.map(({ text }: { text: string }) => text).toSorted()).toEqual([
      'may I ask something?',
      'of course',
    ])
    const mine = items.find(({ senderId }: { senderId: string }) => senderId === guest.userId)
    expect((await guest.call('POST', `${conversations}/${id}/read`, { body: {} })).status).toBe(204)
    expect((await guest.call('GET', conversations)).body.items[0].unreadCount).toBe(0)
    expect((await guest.call('POST', '/api/v1/sync', { body: { streams: { [id]: 0 } } })).status).toBe(200)
    expect((await guest.call('POST', '/api/v1/realtime/negotiate')).status).toBe(200)
    const found = await guest.call('GET', '/api/v1/messages/search?q=course')
    expect(found.body.items).toHaveLength(1)
    expect((await guest.call('DELETE', `/api/v1/messages/${mine.id}`)).status).toBe(204)
  })

  test('hears of answers over a socket that is theirs', async () => {
    const { url } = (await guest.call('POST', '/api/v1/realtime/negotiate')).body
    const device = testApp.devices.connect(url)
    await testApp.ports.realtime.setGroups(device.connectionId, [
      `c.${id}`,
      ...(await testApp.realtime.connections.of('chat')!.groupsOf(guest.userId)),
    ])
    await say(admin, 'ask away', id)
    await testApp.settled()
    expect(device.received).toContainEqual(expect.objectContaining({ event: 'message.new' }))
  })

  test('finds whom to write to, blocks, and leaves', async () => {
    const contacts = (await guest.call('GET', '/api/v1/contacts')).body.items
    expect(contacts.map(({ userId }: { userId: string }) => userId)).toEqual([admin.userId])
    expect((await guest.call('PUT', `/api/v1/users/me/blocks/${admin.userId}`)).status).toBe(204)
    expect((await say(admin, 'still there?', id)).body.error.code).toBe('forbidden')
    expect((await guest.call('GET', '/api/v1/users/me/blocks')).body.items).toHaveLength(1)
    await guest.call('DELETE', `/api/v1/users/me/blocks/${admin.userId}`)
    const group = { type: 'group', name: 'Help', participantIds: [guest.userId] }
    const { body } = await admin.call('POST', conversations, { body: group })
    expect((await guest.call('POST', `${conversations}/${body.id}/leave`)).status).toBe(204)
  })

  test('reaches no learner', async () => {
    const direct = { type: 'direct', participantIds: [ann.userId] }
    expect((await guest.call('POST', conversations, { body: direct })).body.error.code).toBe('not_found')
    expect((await guest.call('GET', `${conversations}/${conversation}/messages`)).status).toBe(404)
  })
})
