import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Account, createAccount } from '../../src/client/account.ts'
import { type Chat, createChat } from '../../src/client/chat.ts'
import type { LiveSocket } from '../../src/client/connection.ts'
import { createOutboxStore } from '../../src/client/outbox-store.ts'
import { conversationGroup, userGroup } from '../../src/core/platform/realtime/realtime.model.ts'
import { createTestApp, origin, type TestApp } from '../app.ts'
import { type ChatPerson, chatPeople } from '../core/messaging/chat-people.ts'
import { createJar, createLocks, createNotes } from './browser.ts'

/** A connection to the events of this app, in the groups it would be put into, which hands over what came. */
const socketsOf =
  ({ devices }: TestApp, userId: string, ids: readonly string[]) =>
  (accessUrl: () => Promise<string>): LiveSocket => {
    const listeners: Record<string, ((event?: any) => void)[]> = {}
    const tell = (name: string, event?: unknown) => {
      for (const listener of listeners[name] ?? []) listener(event)
    }
    let timer: ReturnType<typeof setInterval> | undefined
    return {
      on(name: string, listener: (event?: any) => void) {
        listeners[name] = [...(listeners[name] ?? []), listener]
      },
      async start() {
        await accessUrl()
        const groups = [userGroup(userId), ...ids.map(conversationGroup)]
        const { url } = await devices.clientAccess({ userId, groups, ttlSeconds: 60 })
        const connection = devices.connect(url)
        let seen = 0
        tell('connected')
        timer = setInterval(() => {
          for (; seen < connection.received.length; seen++)
            tell('group-message', { message: { data: connection.received[seen] } })
        }, 5)
      },
      stop: () => clearInterval(timer),
      sendEvent: async () => ({}),
    }
  }

const password = 'SecurePass123!'
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

interface Scene {
  readonly testApp: TestApp
  readonly ann: ChatPerson
  readonly bea: ChatPerson
  readonly id: string
  readonly account: Account
  readonly chat: Chat
  readonly line: { isUp: boolean }
}

/** Bea is at a page; Ann does things by the API. */
async function setup(): Promise<Scene> {
  const testApp = await createTestApp()
  const [ann, bea] = (await chatPeople(testApp, 'Ann', 'Bea')) as [ChatPerson, ChatPerson]
  const body = { type: 'direct', participantIds: [bea.userId] }
  const { id } = (await ann.call('POST', '/api/v1/conversations', { body })).body
  const jar = createJar(testApp)
  const line = { isUp: true }
  const account = createAccount({
    baseUrl: origin,
    locks: createLocks(),
    notes: createNotes(),
    announcements: null,
    pause: async () => {},
    fetch: async (...request) => {
      if (!line.isUp) throw new TypeError('The line is down.')
      return jar.fetch(...request)
    },
  })
  await account.logIn({ email: 'bea@example.com', password })
  const outbox = { locks: createLocks(), tabs: null, store: createOutboxStore }
  const chat = createChat({ account, openSocket: socketsOf(testApp, bea.userId, [id]), outbox })
  stops.push(() => chat.stop())
  return { testApp, ann, bea, id, account, chat, line }
}

const say = async ({ ann, id }: Scene, text: string) =>
  (await ann.call('POST', `/api/v1/conversations/${id}/messages`, { body: { text } })).body

/** Listened to until the test ends. */
function opened({ chat, id }: Scene) {
  const conversation = chat.conversation(id)
  stops.push(conversation.onChange(() => {}))
  return conversation
}
const until = (look: () => void) => vi.waitFor(look, 10_000)
const texts = (conversation: ReturnType<Chat['conversation']>) =>
  conversation.state().messages.map(({ text }) => text)

describe('a conversation', () => {
  test('is loaded when somebody listens, and what happens in it is shown', async () => {
    const scene = await setup()
    await say(scene, 'one')
    const conversation = scene.chat.conversation(scene.id)
    expect(conversation.state()).toMatchObject({ status: 'loading', messages: [] })
    opened(scene)
    await until(() => expect(conversation.state()).toMatchObject({ status: 'ready', live: 'live' }))
    expect(texts(conversation)).toEqual(['one'])
    expect(conversation.state().details?.participants).toHaveLength(2)

    const two = await say(scene, 'two')
    await until(() => expect(texts(conversation)).toEqual(['one', 'two']))
    const { ann, bea, id } = scene
    await ann.call('PATCH', `/api/v1/messages/${two.id}`, { body: { text: 'zwei' } })
    await until(() => expect(texts(conversation)).toEqual(['one', 'zwei']))
    await ann.call('PUT', `/api/v1/messages/${two.id}/reactions/${encodeURIComponent('👍')}`)
    await until(() =>
      expect(conversation.state().messages[1]?.reactions).toEqual({ '👍': [scene.ann.userId] }),
    )
    await ann.call('DELETE', `/api/v1/messages/${two.id}/reactions/${encodeURIComponent('👍')}`)
    await until(() => expect(conversation.state().messages[1]?.reactions).toEqual({}))
    await ann.call('POST', `/api/v1/conversations/${id}/typing`, { body: { state: 'start' } })
    await until(() => expect(conversation.state().typing).toEqual([ann.userId]))
    await ann.call('DELETE', `/api/v1/messages/${two.id}`)
    await until(() => expect(conversation.state().messages[1]).toMatchObject({ text: '' }))
    expect(conversation.state().messages[1]?.deletedAt).toBeTruthy()
    await say(scene, 'three')
    await until(() => expect(conversation.state().typing).toEqual([]))

    conversation.markRead()
    const seen = async () =>
      (await ann.call('GET', `/api/v1/conversations/${id}`)).body.readPositions[bea.userId]?.seq
    await vi.waitFor(async () => expect(await seen()).toBe(conversation.state().messages.at(-1)?.seq), 10_000)
  })

  test('what is written is shown at once, goes out when the line is back, and stands there once', async () => {
    const scene = await setup()
    const conversation = opened(scene)
    await until(() => expect(conversation.state().status).toBe('ready'))
    scene.line.isUp = false
    conversation.send('later')
    conversation.send({ text: 'and this', attachments: [] }, ['shown'])
    await until(() => expect(conversation.state().outgoing).toHaveLength(2))
    scene.line.isUp = true
    scene.account.line.comeBack()
    const seenTwice: string[] = []
    stops.push(
      conversation.onChange(() => {
        const all = [
          ...texts(conversation),
          ...conversation.state().outgoing.map(({ message }) => message.text),
        ]
        if (new Set(all).size < all.length) seenTwice.push(all.join())
      }),
    )
    await until(() => expect(texts(conversation)).toEqual(['later', 'and this']))
    await until(() => expect(conversation.state().outgoing).toEqual([]))
    expect(seenTwice).toEqual([])
  })

  test('what is refused waits to be sent again or given up', async () => {
    const scene = await setup()
    const conversation = opened(scene)
    await until(() => expect(conversation.state().status).toBe('ready'))
    conversation.send('x'.repeat(20_000))
    await until(() => expect(conversation.state().outgoing).toMatchObject([{ status: 'not_sent' }]))
    const [entry] = conversation.state().outgoing
    const seen: (string | undefined)[] = []
    stops.push(conversation.onChange(() => seen.push(conversation.state().outgoing[0]?.status)))
    conversation.sendAgain(entry?.clientMessageId ?? '')
    await until(() => expect(seen.slice(seen.indexOf('sending'))).toContain('not_sent'))
    expect(await conversation.cancel(entry?.clientMessageId ?? '')).toBe('cancelled')
    await until(() => expect(conversation.state().outgoing).toEqual([]))
  })

  test('goes on where it ends, and begins with the newest', async () => {
    const scene = await setup()
    for (let n = 1; n <= 90; n++) await say(scene, `no ${n}`)
    const conversation = opened(scene)
    await until(() => expect(conversation.state().status).toBe('ready'))
    expect([texts(conversation)[0], texts(conversation).at(-1)]).toEqual(['no 51', 'no 90'])
    expect(conversation.state().hasOlder).toBe(true)
    conversation.loadOlder()
    conversation.loadOlder()
    await until(() => expect(texts(conversation)).toHaveLength(80))
    conversation.loadOlder()
    await until(() => expect(conversation.state().hasOlder).toBe(false))
    expect(texts(conversation)).toEqual(Array.from({ length: 90 }, (_, at) => `no ${at + 1}`))
    conversation.loadOlder()
    expect(conversation.state().isLoadingOlder).toBe(false)
  })

  test('that could not be loaded says why, and is loaded when the line is back', async () => {
    const scene = await setup()
    await say(scene, 'one')
    scene.line.isUp = false
    const conversation = opened(scene)
    await until(() => expect(conversation.state()).toMatchObject({ status: 'loading', isUnreachable: true }))
    scene.line.isUp = true
    await scene.account.client.api.healthz.$get()
    await until(() => expect(texts(conversation)).toEqual(['one']))
    expect(conversation.state()).toMatchObject({ isUnreachable: false, problem: null })
  })

  test('of other people is gone, and so is one that I was taken out of, with all that was in it', async () => {
    const scene = await setup()
    const { ann, bea, chat, testApp } = scene
    const [cleo] = await chatPeople(testApp, 'Cleo')
    const group = { type: 'group', participantIds: [bea.userId, cleo?.userId], name: 'Bus' }
    const { id } = (await ann.call('POST', '/api/v1/conversations', { body: group })).body
    await say({ ...scene, id }, 'one')
    const conversation = opened({ ...scene, id })
    await until(() => expect(texts(conversation)).toEqual(['one']))
    expect(
      (await ann.call('DELETE', `/api/v1/conversations/${id}/members?userId=${bea.userId}`)).status,
    ).toBe(204)
    await until(() =>
      expect(conversation.state()).toMatchObject({ status: 'gone', messages: [], details: null }),
    )
    const other = chat.conversation('0198a6f0-0000-7000-8000-0000000000f1')
    stops.push(other.onChange(() => {}))
    await until(() => expect(other.state().status).toBe('gone'))
  })

  test('nothing of it is left when the person has left, and whoever comes next sees their own', async () => {
    const scene = await setup()
    await say(scene, 'for Bea')
    const conversation = opened(scene)
    await until(() => expect(texts(conversation)).toEqual(['for Bea']))
    await scene.account.logOut()
    expect(conversation.state()).toMatchObject({ status: 'loading', messages: [], details: null })
    await chatPeople(scene.testApp, 'Cleo')
    await scene.account.logIn({ email: 'cleo@example.com', password })
    await until(() => expect(conversation.state().status).toBe('gone'))
    await scene.account.logOut()
    await scene.account.logIn({ email: 'bea@example.com', password })
    await until(() => expect(texts(conversation)).toEqual(['for Bea']))
  })

  test('nobody listens: nothing is asked, and what comes later is there when somebody does', async () => {
    const scene = await setup()
    const conversation = scene.chat.conversation(scene.id)
    const stop = conversation.onChange(() => {})
    await until(() => expect(conversation.state().status).toBe('ready'))
    stop()
    expect(conversation.state()).toMatchObject({ status: 'loading', messages: [] })
    await say(scene, 'meanwhile')
    opened(scene)
    await until(() => expect(texts(conversation)).toEqual(['meanwhile']))
  })

  test('a session that is ended elsewhere ends here', async () => {
    const scene = await setup()
    const conversation = opened(scene)
    await until(() => expect(conversation.state().live).toBe('live'))
    expect((await scene.bea.call('DELETE', '/api/v1/auth/sessions')).status).toBeLessThan(300)
    await until(() => expect(scene.account.state().status).toBe('signed_out'))
  })
})
