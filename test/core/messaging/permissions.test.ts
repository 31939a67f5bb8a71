import { beforeEach, describe, expect, test } from 'vitest'
import { type Browser, browserOf, createTestApp, person, signedInBrowser, type TestApp } from '../../app.ts'
import { type ChatPerson, chatPeople } from './chat-people.ts'

const conversations = '/api/v1/conversations'

let testApp: TestApp
let ann: ChatPerson
let ben: ChatPerson
let conversation: string
/** A message of Ann's and one of Ben's, from before. */
let hers: string
let his: string

const say = (who: Browser, text: string, where = conversation) =>
  who.call('POST', `${conversations}/${where}/messages`, { body: { text } })

beforeEach(async () => {
  testApp = await createTestApp()
  const people = await chatPeople(testApp, 'Ann', 'Ben')
  ann = people[0]!
  ben = people[1]!
  const direct = { type: 'direct', participantIds: [ben.userId] }
  conversation = (await ann.call('POST', conversations, { body: direct })).body.id
  hers = (await say(ann, 'hello Ben')).body.id
  his = (await say(ben, 'hello Ann')).body.id
  await ann.call('PUT', `/api/v1/messages/${his}/reactions/👍`)
})

/** What a device says over its socket enters the same door; null is what it answers when all is well. */
async function overSocket(who: ChatPerson, name: string, data: object): Promise<string> {
  try {
    await testApp.realtime.connections.of('chat')?.events[name]?.(
      { userId: who.userId, connectionId: 'c' },
      {
        conversationId: conversation,
        ...data,
      },
    )
    return 'taken'
  } catch (error) {
    return (error as { code: string }).code
  }
}
const overHttp = async (who: Browser, method: string, path: string, body?: object): Promise<string> => {
  const answer = await who.call(method, path, body === undefined ? {} : { body })
  return answer.status < 300 ? 'taken' : answer.body.error.code
}

/** Every way in which Ann may do something in a conversation, by what it is to the other one. */
const ways: Readonly<Record<string, readonly (readonly [string, () => Promise<string>])[]>> = {
  'reaches the other one': [
    ['send', () => overHttp(ann, 'POST', `${conversations}/${conversation}/messages`, { text: 'more' })],
    ['send over the socket', () => overSocket(ann, 'message', { text: 'more' })],
    ['edit', () => overHttp(ann, 'PATCH', `/api/v1/messages/${hers}`, { text: 'changed' })],
    ['react', () => overHttp(ann, 'PUT', `/api/v1/messages/${his}/reactions/🎉`)],
  ],
  'takes something back': [
    ['take a reaction away', () => overHttp(ann, 'DELETE', `/api/v1/messages/${his}/reactions/👍`)],
    ['delete', () => overHttp(ann, 'DELETE', `/api/v1/messages/${hers}`)],
  ],
  'is noticed by nobody': [
    ['list', () => overHttp(ann, 'GET', `${conversations}/${conversation}/messages`)],
    ['read', () => overHttp(ann, 'POST', `${conversations}/${conversation}/read`, {})],
    ['read over the socket', () => overSocket(ann, 'read', {})],
    ['search', () => overHttp(ann, 'GET', '/api/v1/messages/search?q=hello')],
    ['sync', () => overHttp(ann, 'POST', '/api/v1/sync', { streams: { [conversation]: 0 } })],
    // Typing may be lost, so it is taken in silence; below it is looked at what Ben hears.
    ['type', () => overHttp(ann, 'POST', `${conversations}/${conversation}/typing`, { state: 'start' })],
    ['type over the socket', () => overSocket(ann, 'typing', { state: 'start' })],
  ],
}

const states: Readonly<Record<string, { readonly make: () => Promise<unknown>; readonly isShut: boolean }>> =
  {
    open: { make: async () => {}, isShut: false },
    'blocked by the other one': {
      make: () => ben.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`),
      isShut: true,
    },
    'blocked by oneself': {
      make: () => ann.call('PUT', `/api/v1/users/me/blocks/${ben.userId}`),
      isShut: true,
    },
    'unblocked again': {
      async make() {
        await ben.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`)
        await ben.call('DELETE', `/api/v1/users/me/blocks/${ann.userId}`)
      },
      isShut: false,
    },
  }

describe.each(Object.entries(states))('in a direct conversation that is %s', (_, { make, isShut }) => {
  test.each(Object.entries(ways))('what %s', async (kind, doors) => {
    // Right after having written, so that nothing that was looked up a moment ago is believed.
    await make()
    for (const [door, open] of doors) {
      const expected = isShut && kind === 'reaches the other one' ? 'forbidden' : 'taken'
      expect(await open(), door).toBe(expected)
    }
  })
})

test('who is blocked is not seen typing', async () => {
  const { url } = await testApp.devices.clientAccess({
    userId: ben.userId,
    groups: [`c.${conversation}`],
    ttlSeconds: 60,
  })
  const phone = testApp.devices.connect(url)
  const typing = async () => {
    testApp.clock.advance(5_000)
    await overHttp(ann, 'POST', `${conversations}/${conversation}/typing`, { state: 'start' })
    await overSocket(ann, 'typing', { state: 'start' })
    await testApp.settled()
    return phone.received.filter((event: any) => event.event === 'typing.start').length
  }
  const before = await typing()
  expect(before).toBeGreaterThan(0)
  await ben.call('PUT', `/api/v1/users/me/blocks/${ann.userId}`)
  expect(await typing()).toBe(before)
})

test('who is no member is told of nothing, at every door', async () => {
  const eve = (await chatPeople(testApp, 'Eve'))[0]!
  const theirs = [ann, hers] as const
  ann = eve
  for (const [door, open] of [...ways['reaches the other one']!, ...ways['takes something back']!])
    expect(await open(), door).toBe('not_found')
  expect(await overHttp(eve, 'GET', `${conversations}/${conversation}/messages`)).toBe('not_found')
  expect(theirs[1]).toBe(hers)
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
    await admin.call('POST', '/api/v1/auth/login', { body: account })
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
