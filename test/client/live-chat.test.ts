import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { createLine, type Page } from '../../src/client/line.ts'
import { createLiveChat, type LiveChatOptions, type LiveSocket } from '../../src/client/live-chat.ts'

const family = '0198a6f0-0000-7000-8000-0000000000f1'
const second = 1_000

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A page that can be turned away from, and whose cable can be pulled. */
function createPage() {
  const listeners: Record<string, (() => void)[]> = {}
  const state = { isVisible: true, isOnline: true }
  const page: Page = {
    isVisible: () => state.isVisible,
    isOnline: () => state.isOnline,
    listen(signal, listener) {
      listeners[signal] = [...(listeners[signal] ?? []), listener]
      return () => {}
    },
  }
  const say = (signal: string) => {
    for (const listener of listeners[signal] ?? []) listener()
  }
  return { page, state, say }
}

/** A socket as `WebPubSubClient` is one, whose line a test holds. */
function createSockets() {
  const sockets: FakeSocket[] = []
  interface FakeSocket extends LiveSocket {
    readonly tell: (name: string, event?: unknown) => void
    isStopped: boolean
    readonly pings: number[]
    /** As that client does by itself when a server closes the connection: with a new address. */
    readonly comeBack: () => Promise<void>
  }
  const settings = { connects: true, answers: true }
  const open = (accessUrl: () => Promise<string>): LiveSocket => {
    const listeners: Record<string, ((event?: any) => void)[]> = {}
    const tell = (name: string, event?: unknown) => {
      for (const listener of listeners[name] ?? []) listener(event)
    }
    const socket: FakeSocket = {
      isStopped: false,
      pings: [],
      tell,
      on(name: string, listener: (event?: any) => void) {
        listeners[name] = [...(listeners[name] ?? []), listener]
      },
      async start() {
        await accessUrl()
        if (settings.connects) tell('connected')
      },
      comeBack() {
        tell('disconnected')
        return socket.start()
      },
      stop() {
        socket.isStopped = true
      },
      sendEvent() {
        socket.pings.push(Date.now())
        return settings.answers ? Promise.resolve({}) : new Promise(() => {})
      },
    }
    sockets.push(socket)
    return socket
  }
  return { sockets, settings, open, last: () => sockets.at(-1) as FakeSocket }
}

function setup(options: Partial<LiveChatOptions> = {}) {
  const { page, state, say } = createPage()
  const { sockets, settings, open, last } = createSockets()
  const api = {
    asked: [] as { readonly path: string; readonly at: number }[],
    answer: (path: string): Response | 'silence' | 'broken' =>
      path.endsWith('/negotiate')
        ? Response.json({ url: 'ws://x', protocol: 'x', expiresAt: 'x' })
        : Response.json({ streams: {} }),
  }
  const line = createLine({ page })
  const client = createClient({
    baseUrl: 'http://api.invalid',
    line,
    locks: null,
    notes: null,
    fetch: async (input) => {
      const path = new URL(String(input)).pathname
      api.asked.push({ path, at: Date.now() })
      const answer = api.answer(path)
      if (answer === 'broken') throw new TypeError('Failed to fetch')
      return answer === 'silence' ? new Promise<never>(() => {}) : answer
    },
  })
  const heard: unknown[] = []
  const states: string[] = []
  const missed = vi.fn()
  const live = createLiveChat({
    client,
    line,
    openSocket: open,
    onEvent: (event) => heard.push(event),
    onReload: () => {},
    onMissed: missed,
    onState: (next) => states.push(next),
    random: () => 0.5,
    ...options,
  })
  const asked = (name: string) => api.asked.filter(({ path }) => path.endsWith(name)).length
  return { page: state, say, sockets, settings, last, api, asked, line, live, heard, states, missed }
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('a line that went silent is noticed within half a minute, however the connection looks', async () => {
  const { live, settings, states, sockets, missed } = setup()
  live.start()
  await pass(60 * second)
  expect([live.state(), sockets.length, missed.mock.calls.length]).toEqual(['live', 1, 0])
  settings.answers = false
  settings.connects = false
  states.length = 0
  await pass(30 * second)
  expect(states[0]).not.toBe('live')
  expect(sockets[0]?.isStopped).toBe(true)
  settings.answers = true
  settings.connects = true
  await pass(30 * second)
  expect(live.state()).toBe('live')
  // What came on the own stream meanwhile makes no gap.
  expect(missed).toHaveBeenCalled()
  live.stop()
})

test('whose server has gone comes back within a while of their own, not at once with everybody', async () => {
  const { live, last, asked } = setup({ random: () => 0.5 })
  live.start()
  await pass(second)
  const before = asked('/negotiate')
  void last().comeBack()
  await pass(1.4 * second)
  expect(asked('/negotiate')).toBe(before)
  await pass(0.2 * second)
  expect(asked('/negotiate')).toBe(before + 1)
  expect(live.state()).toBe('live')
})

test('a request that failed is reason enough to ask the connection', async () => {
  const { live, settings, line, sockets } = setup()
  live.start()
  await pass(second)
  settings.answers = false
  line.note('silence')
  expect(sockets[0]?.pings).toHaveLength(1)
  await pass(5 * second + 1)
  expect(sockets[0]?.isStopped).toBe(true)
  live.stop()
})

test('the cable is pulled: it is said at once, and gone on with as soon as it is back', async () => {
  const { live, settings, page, say, sockets, api } = setup()
  live.start()
  await pass(second)
  settings.answers = false
  api.answer = () => 'broken'
  page.isOnline = false
  say('offline')
  await pass(6 * second)
  expect(live.state()).toBe('offline')
  const before = api.asked.length
  await pass(60 * second)
  // Asking without a cable is of no use; the socket of the client library goes on by its own rules.
  expect(api.asked.length - before).toBeLessThan(10)
  settings.answers = true
  api.answer = (path) =>
    path.endsWith('/negotiate') ? Response.json({ url: 'ws://x' }) : Response.json({ streams: {} })
  page.isOnline = true
  say('online')
  await pass(second)
  expect(live.state()).toBe('live')
  expect(sockets.length).toBeGreaterThan(1)
  live.stop()
})

test('where no connection stays open it is asked every few seconds, less when nobody looks, and said that it is slower', async () => {
  const { live, settings, asked, page, say, missed } = setup()
  settings.connects = false
  live.follow(family, 7)
  live.start()
  await pass(10 * second)
  expect(live.state()).toBe('slow')
  let before = asked('/sync')
  await pass(60 * second)
  expect(asked('/sync') - before).toBeGreaterThanOrEqual(12)
  expect(asked('/sync') - before).toBeLessThanOrEqual(20)
  expect(missed.mock.calls.length).toBeGreaterThanOrEqual(2)
  page.isVisible = false
  say('hidden')
  await pass(10 * second)
  before = asked('/sync')
  await pass(120 * second)
  expect(asked('/sync') - before).toBeLessThanOrEqual(3)
  page.isVisible = true
  say('visible')
  await pass(100)
  expect(asked('/sync') - before).toBeGreaterThanOrEqual(1)
  // Ten a minute are allowed to a session.
  before = asked('/negotiate')
  await pass(120 * second)
  expect(asked('/negotiate') - before).toBeLessThanOrEqual(16)
  live.stop()
})

test('a sync that hangs holds up nothing for ever', async () => {
  const { live, api, asked } = setup()
  const answer = api.answer
  api.answer = (path) => (path.endsWith('/sync') ? 'silence' : answer(path))
  live.start()
  live.follow(family, 7)
  await pass(60 * second)
  const before = asked('/sync')
  api.answer = answer
  await pass(31 * second)
  expect(asked('/sync')).toBeGreaterThan(before)
  await live.check()
  live.stop()
})

test('however long nothing is answered, what waits to be asked again does not pile up', async () => {
  const { live, settings, api, asked } = setup()
  settings.connects = false
  live.start()
  live.follow(family, 7)
  api.answer = () => 'broken'
  await pass(10 * 60 * second)
  const before = asked('/sync')
  await pass(60 * second)
  expect(asked('/sync') - before).toBeLessThan(25)
  live.stop()
  const stopped = api.asked.length
  await pass(60 * second)
  expect(api.asked.length).toBe(stopped)
})

test('after the computer slept everything is asked at once', async () => {
  const { live, asked, last } = setup()
  live.start()
  live.follow(family, 7)
  await pass(2 * second)
  const [syncs, pings] = [asked('/sync'), last().pings.length]
  vi.setSystemTime(Date.now() + 3_600_000)
  await pass(5 * second)
  expect(asked('/sync')).toBeGreaterThan(syncs)
  expect(last().pings.length).toBeGreaterThan(pings)
  live.stop()
})

test('it begins without a line, and is live when there is one', async () => {
  const { live, page, say, api, settings } = setup()
  const answer = api.answer
  page.isOnline = false
  api.answer = () => 'broken'
  settings.connects = true
  live.start()
  live.follow(family, 7)
  await pass(60 * second)
  expect(live.state()).not.toBe('live')
  page.isOnline = true
  api.answer = answer
  say('online')
  await pass(2 * second)
  expect(live.state()).toBe('live')
  live.stop()
})

test('a session that is over ends it, and it says so; the next start begins anew', async () => {
  const { live, api, states, asked } = setup()
  const answer = api.answer
  api.answer = () =>
    new Response('{"error":{"code":"token_revoked","message":"","requestId":""}}', { status: 401 })
  live.start()
  await pass(60 * second)
  expect([live.state(), states.at(-1), asked('/negotiate')]).toEqual(['signed_out', 'signed_out', 1])
  api.answer = answer
  live.start()
  await pass(second)
  expect(live.state()).toBe('live')
  live.stop()
})

test('events of a kind that this client does not know pass on: numbered ones in their place, and activity elsewhere at once', async () => {
  const { live, heard, last, asked } = setup()
  live.start()
  await pass(second)
  live.follow(family, 1)
  await pass(second)
  const syncs = asked('/sync')
  const come = (event: object) => last().tell('group-message', { message: { data: event } })
  come({ event: 'message.starred', conversationId: family, seq: 3, at: '', data: {} })
  come({ event: 'conversation.active', conversationId: family, seq: 9, at: '', data: {} })
  come({ event: 'conversation.settings', conversationId: family, at: '', data: {} })
  come({ event: 'message.starred', conversationId: family, seq: 2, at: '', data: {} })
  come({ event: 'message.starred', conversationId: family, seq: 2, at: '', data: {} })
  expect(
    (heard as { event: string; seq?: number }[]).map(({ event, seq }) => `${event} ${seq ?? ''}`),
  ).toEqual(['conversation.active 9', 'conversation.settings ', 'message.starred 2', 'message.starred 3'])
  expect(live.positionIn(family)).toBe(3)
  await pass(100)
  expect(asked('/sync')).toBeGreaterThan(syncs)
  live.stop()
})

test('stopped while a number was missing, and started again: the next one that is missing is asked for', async () => {
  const { live, last, asked } = setup()
  live.start()
  await pass(second)
  live.follow(family, 1)
  const come = (seq: number) =>
    last().tell('group-message', {
      message: { data: { event: 'x', conversationId: family, seq, at: '', data: {} } },
    })
  come(3)
  live.stop()
  live.start()
  await pass(second)
  come(4)
  const syncs = asked('/sync')
  await pass(second)
  expect(asked('/sync')).toBe(syncs + 1)
  live.stop()
})

test('one’s own message that came as an event is no longer on its way', async () => {
  const arrived = vi.fn(async () => {})
  const { live, last } = setup({ outbox: { arrived } })
  live.start()
  await pass(second)
  live.follow(family, 0)
  const data = { clientMessageId: 'mine', senderId: 'me' }
  last().tell('group-message', {
    message: { data: { event: 'message.new', conversationId: family, seq: 1, at: '', data } },
  })
  expect(arrived).toHaveBeenCalledWith('mine')
  live.stop()
})
