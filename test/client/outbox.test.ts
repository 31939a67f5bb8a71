import 'fake-indexeddb/auto'
import { beforeEach, expect, test, vi } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { createLine } from '../../src/client/line.ts'
import { createOutbox, type OutboxEntry, type OutboxOptions } from '../../src/client/outbox.ts'
import { createMemoryOutboxStore, createOutboxStore } from '../../src/client/outbox-store.ts'
import type { Tabs } from '../../src/client/tabs.ts'
import { createLocks } from './browser.ts'

const ann = '0198a6f0-0000-7000-8000-00000000000a'
const ben = '0198a6f0-0000-7000-8000-00000000000b'
const family = '0198a6f0-0000-7000-8000-0000000000f1'
const work = '0198a6f0-0000-7000-8000-0000000000f2'

const answer = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ error: { code, message: `${code}.`, requestId: 'r' } }), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  })

/** An API that stores messages as ours does, behind a network that can be told how to behave. */
function createServer() {
  const stored: { readonly by: string; readonly to: string; readonly text: string; readonly id: string }[] =
    []
  const asked: string[] = []
  const server = {
    stored,
    asked,
    signedIn: ann as string | null,
    /** What becomes of a message instead; `lost`: it is stored, and nobody learns of it. */
    fate: (_text: string): Response | 'lost' | 'silence' | null => null,
    texts: (to: string) => stored.filter((each) => each.to === to).map(({ text }) => text),
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const [, to = ''] = /conversations\/([^/]+)\/messages$/.exec(String(input)) ?? []
    const { text, clientMessageId } = JSON.parse(String(init?.body))
    asked.push(text)
    const fate = server.fate(text)
    if (fate instanceof Response) return fate
    if (fate === 'silence') return new Promise<never>(() => {})
    if (server.signedIn === null) return answer(401, 'token_revoked')
    const headers = new Headers(init?.headers)
    if (headers.get('x-expected-user') !== server.signedIn) return answer(403, 'account_mismatch')
    const isNew = !stored.some(({ id }) => id === clientMessageId)
    if (isNew) stored.push({ by: server.signedIn, to, text, id: clientMessageId })
    if (fate === 'lost') throw new TypeError('Failed to fetch')
    return Response.json({ id: clientMessageId, text }, { status: isNew ? 201 : 200 })
  }
  return Object.assign(server, { fetch })
}

function setup(options: Partial<OutboxOptions> = {}) {
  const server = createServer()
  const line = createLine()
  const sent: string[] = []
  const signedOut: string[] = []
  const client = createClient({
    baseUrl: 'http://api.invalid',
    fetch: server.fetch,
    line,
    locks: null,
    notes: null,
  })
  const open = (more: Partial<OutboxOptions> = {}) =>
    createOutbox({
      client,
      userId: ann,
      line,
      locks: null,
      tabs: null,
      random: () => 0.5,
      onSent: (entry) => sent.push(String(entry.message.text)),
      onSignedOut: (reason) => signedOut.push(reason),
      ...options,
      ...more,
    })
  return { server, line, sent, signedOut, open, client }
}
const shownIn = (entries: readonly OutboxEntry[]) =>
  entries.map(({ message, status, problem }) => [message.text, status, problem?.code ?? null])
const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })

beforeEach(async () => {
  await createOutboxStore(() => {}).forget()
})

test('what was written without a line goes out in the order it was written, each once, when the line is back', async () => {
  const { server, line, sent, open } = setup()
  const outbox = open()
  await outbox.start()
  server.fate = (text) => (text === '3' ? 'lost' : answer(503, 'unavailable', { 'Retry-After': '60' }))
  for (const text of ['1', '2', '3', '4', '5', '6']) outbox.add(family, { text })
  expect(shownIn(outbox.entriesOf(family)).map(([text]) => text)).toEqual(['1', '2', '3', '4', '5', '6'])
  await until(() => expect(shownIn(outbox.entriesOf(family))[0]).toEqual(['1', 'waiting', 'unavailable']))
  expect(server.asked.every((text) => text === '1')).toBe(true)
  server.fate = (text) => (text === '3' && !server.texts(family).includes('3') ? 'lost' : null)
  line.comeBack()
  await until(() => expect(server.texts(family)).toEqual(['1', '2', '3', '4', '5', '6']))
  await until(() => expect(sent).toEqual(['1', '2', '3', '4', '5', '6']))
  expect(outbox.entriesOf(family)).toEqual([])
  outbox.stop()
})

test('conversations do not wait for one another', async () => {
  const { server, open } = setup()
  const outbox = open()
  await outbox.start()
  server.fate = (text) => (text === 'stuck' ? 'silence' : null)
  outbox.add(family, { text: 'stuck' })
  outbox.add(work, { text: 'through' })
  await until(() => expect(server.texts(work)).toEqual(['through']))
  expect(shownIn(outbox.entriesOf(family))).toEqual([['stuck', 'sending', null]])
  outbox.stop()
})

test('one that is refused holds up none behind it, says why, and is sent again behind the others', async () => {
  const { server, open } = setup()
  const outbox = open()
  await outbox.start()
  server.fate = (text) => (text === 'too long' ? answer(400, 'validation_error') : null)
  const { clientMessageId } = outbox.add(family, { text: 'too long' })
  outbox.add(family, { text: 'short' })
  await until(() => expect(server.texts(family)).toEqual(['short']))
  await until(() =>
    expect(shownIn(outbox.entriesOf(family))).toEqual([['too long', 'not_sent', 'validation_error']]),
  )
  server.fate = () => null
  await outbox.again(clientMessageId)
  await until(() => expect(server.texts(family)).toEqual(['short', 'too long']))
  outbox.stop()
})

test('a message over which the server fails each time is given back, and the next goes out', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { server, open } = setup({ store: () => createMemoryOutboxStore() })
    const outbox = open()
    await outbox.start()
    server.fate = (text) => (text === 'poison' ? answer(500, 'server_error') : null)
    outbox.add(family, { text: 'poison' })
    outbox.add(family, { text: 'next' })
    await vi.advanceTimersByTimeAsync(5 * 60_000)
    expect(shownIn(outbox.entriesOf(family))).toEqual([['poison', 'not_sent', 'server_error']])
    expect(server.texts(family)).toEqual(['next'])
    outbox.stop()
  } finally {
    vi.useRealTimers()
  }
})

test('slow mode: it waits as long as the API says, and says until when', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  try {
    const { server, line, open } = setup({ store: () => createMemoryOutboxStore() })
    const outbox = open()
    await outbox.start()
    server.fate = () => answer(429, 'rate_limit_exceeded', { 'Retry-After': '30' })
    outbox.add(family, { text: 'slowly' })
    await vi.advanceTimersByTimeAsync(1_000)
    const [entry] = outbox.entriesOf(family)
    expect(entry?.retryAt).toBeGreaterThan(Date.now() + 28_000)
    server.fate = () => null
    line.comeBack()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(server.asked).toEqual(['slowly'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.texts(family)).toEqual(['slowly'])
    outbox.stop()
  } finally {
    vi.useRealTimers()
  }
})

test('what waits outlives a reload, and is sent under the same name', async () => {
  const { server, open } = setup()
  const before = open()
  await before.start()
  server.fate = () => 'lost'
  before.add(family, { text: 'half way' }, ['plan.pdf'])
  before.add(family, { text: 'behind it' })
  await until(() => expect(server.texts(family)).toEqual(['half way']))
  before.stop()
  server.fate = () => null
  const after = open()
  await after.start()
  await until(() => expect(server.texts(family)).toEqual(['half way', 'behind it']))
  expect(after.isLasting()).toBe(true)
  after.stop()
})

test('what is under way when it is stopped goes out no more, and nothing behind it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { server, sent, open } = setup({ store: () => createMemoryOutboxStore() })
    const outbox = open()
    await outbox.start()
    server.fate = () => answer(503, 'unavailable')
    outbox.add(family, { text: 'private' })
    outbox.add(family, { text: 'more' })
    await vi.advanceTimersByTimeAsync(3_000)
    const before = server.asked.length
    expect(before).toBeGreaterThan(1)
    outbox.stop()
    server.signedIn = ben
    server.fate = () => null
    outbox.wake()
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect([server.asked.length, sent, server.stored]).toEqual([before, [], []])
  } finally {
    vi.useRealTimers()
  }
})

test('somebody else has signed in through another tab: nothing is sent under their name, and it goes out when the person is back', async () => {
  const { server, signedOut, open } = setup()
  const outbox = open()
  await outbox.start()
  server.signedIn = ben
  outbox.add(family, { text: 'mine' })
  await until(() => expect(signedOut).toEqual(['somebody_else']))
  expect(server.stored).toEqual([])
  server.signedIn = ann
  await outbox.start()
  await until(() => expect(server.stored).toMatchObject([{ by: ann, text: 'mine' }]))
  outbox.stop()
})

test('a session that is over: it waits for the person, and says so once', async () => {
  const { server, signedOut, open } = setup()
  const outbox = open()
  await outbox.start()
  server.signedIn = null
  outbox.add(family, { text: 'later' })
  await until(() => expect(signedOut).toEqual(['signed_out']))
  expect(shownIn(outbox.entriesOf(family))).toEqual([['later', 'waiting', null]])
  server.signedIn = ann
  await outbox.start()
  await until(() => expect(server.texts(family)).toEqual(['later']))
  outbox.stop()
})

test('what somebody left is neither shown nor sent nor kept for the next person', async () => {
  const { server, open } = setup()
  const first = open()
  await first.start()
  server.signedIn = null
  first.add(family, { text: 'secret' })
  await until(() => expect(server.asked.length).toBe(1))
  server.signedIn = ben
  const second = open({ userId: ben })
  await second.start()
  expect(second.conversationIds()).toEqual([])
  second.stop()
  server.signedIn = ann
  const again = open()
  await again.start()
  expect(again.conversationIds()).toEqual([])
  expect(server.stored).toEqual([])
  again.stop()
})

test('leaving removes everything, also from the tab that is still open', async () => {
  const { server, open } = setup()
  const [here, there] = [open(), open()]
  server.fate = () => answer(503, 'unavailable')
  await here.start()
  here.add(family, { text: 'secret' })
  await until(() => expect(server.asked.length).toBeGreaterThan(0))
  await there.start()
  expect(there.entriesOf(family)).toHaveLength(1)
  await here.forget()
  await until(() => expect(there.entriesOf(family)).toEqual([]))
  server.fate = () => null
  for (const tab of [here, there]) tab.wake()
  await new Promise((resolve) => setImmediate(resolve))
  expect(server.stored).toEqual([])
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('tools-inc-outbox')
})

test('given up before it was sent, it is gone; given up on the way, it is said that it may have arrived', async () => {
  const { server, open } = setup()
  const outbox = open()
  await outbox.start()
  server.fate = (text) => (text === 'first' ? 'silence' : null)
  const first = outbox.add(family, { text: 'first' })
  const second = outbox.add(family, { text: 'second' })
  outbox.add(family, { text: 'third' })
  await until(() => expect(shownIn(outbox.entriesOf(family))[0]?.[1]).toBe('sending'))
  expect(await outbox.cancel(second.clientMessageId)).toBe('cancelled')
  expect(await outbox.cancel(first.clientMessageId)).toBe('may_be_sent')
  expect(await outbox.cancel(first.clientMessageId)).toBe('gone')
  await until(() => expect(server.texts(family)).toEqual(['third']))
  outbox.stop()
})

test('its event came sooner than its answer: the next one waits no longer', async () => {
  const { server, sent, open } = setup()
  const outbox = open()
  await outbox.start()
  server.fate = (text) => (text === 'first' ? 'silence' : null)
  const { clientMessageId } = outbox.add(family, { text: 'first' })
  outbox.add(family, { text: 'second' })
  await until(() => expect(server.asked).toEqual(['first']))
  await outbox.arrived(clientMessageId)
  await until(() => expect(sent).toEqual(['first', 'second']))
  outbox.stop()
})

test('what waited for more than a day is not sent without being asked for', async () => {
  let time = Date.UTC(2026, 0, 1)
  const { server, open } = setup({ now: () => time })
  const before = open()
  await before.start()
  server.fate = () => 'lost'
  server.signedIn = null
  const { clientMessageId } = before.add(family, { text: 'yesterday' })
  await until(() => expect(server.asked).toHaveLength(1))
  before.stop()
  time += 25 * 60 * 60_000
  server.signedIn = ann
  server.fate = () => null
  const outbox = open()
  await outbox.start()
  await until(() => expect(shownIn(outbox.entriesOf(family))).toEqual([['yesterday', 'not_sent', 'expired']]))
  expect(server.stored).toEqual([])
  await outbox.again(clientMessageId)
  await until(() => expect(server.texts(family)).toEqual(['yesterday']))
  outbox.stop()
})

test.each([
  ['with locks', createLocks()],
  ['with a lease', null],
] as const)(
  'two tabs take turns, %s: no message is sent twice, and both see what waits',
  async (_, locks) => {
    const hearing = new Set<Parameters<Tabs['listen']>[0]>()
    const channel = (): Tabs => {
      let own: Parameters<Tabs['listen']>[0] | undefined
      return {
        say(said) {
          for (const each of hearing) if (each !== own) queueMicrotask(() => each(said))
        },
        listen(listener) {
          own = listener
          hearing.add(listener)
          return () => void hearing.delete(listener)
        },
      }
    }
    const { server, sent, open } = setup({ locks })
    const [one, two] = [open({ tabs: channel() }), open({ tabs: channel() })]
    await one.start()
    await two.start()
    const written: string[] = []
    for (let turn = 0; turn < 20; turn++) {
      const text = `${turn}`
      written.push(text)
      ;(turn % 2 ? one : two).add(family, { text })
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => expect(server.texts(family)).toHaveLength(20))
    expect(server.asked).toEqual(server.texts(family))
    for (const parity of [0, 1])
      expect(server.texts(family).filter((text) => Number(text) % 2 === parity)).toEqual(
        written.filter((text) => Number(text) % 2 === parity),
      )
    await until(() => expect([one.conversationIds(), two.conversationIds()]).toEqual([[], []]))
    // Each tab tells its page, so that neither goes on showing it as on its way.
    expect(new Set(sent).size).toBe(20)
    one.stop()
    two.stop()
  },
)

test('a browser that keeps nothing: it goes on in this page', async () => {
  const refused = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('not in a private window', 'InvalidStateError')
  })
  try {
    const { server, open } = setup()
    const outbox = open()
    await outbox.start()
    for (const text of ['1', '2', '3']) outbox.add(family, { text })
    await until(() => expect(server.texts(family)).toEqual(['1', '2', '3']))
    expect(outbox.isLasting()).toBe(false)
    outbox.stop()
  } finally {
    refused.mockRestore()
  }
})
