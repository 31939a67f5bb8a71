import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ForeignAnswer } from '../../src/client/answers.ts'
import { createClient, prepared } from '../../src/client/client.ts'
import { createLine } from '../../src/client/line.ts'
import { randomId } from '../../src/client/random-id.ts'
import { createReceipts } from '../../src/client/receipts.ts'
import { createTestApp } from '../app.ts'
import { staffMember } from '../core/learning/course-people.ts'

const second = 1_000
const family = '0198a6f0-0000-7000-8000-0000000000f1'

/** A client whose requests meet what the test says, one after the other; the last goes on for ever. */
function setup(...fates: (Response | 'silence' | 'broken')[]) {
  const sent: Request[] = []
  const line = createLine()
  const client = createClient({
    baseUrl: 'http://api.invalid',
    line,
    locks: null,
    notes: null,
    expectedUser: () => 'ann',
    fetch: async (input, init) => {
      sent.push(new Request(String(input), { ...init, signal: null }))
      const fate = fates.length > 1 ? fates.shift() : fates[0]
      if (fate === 'broken') throw new TypeError('Failed to fetch')
      if (fate === 'silence' || !fate) return new Promise<never>(() => {})
      return fate.clone()
    },
  })
  return { client, line, sent }
}
const me = () => Response.json({ id: 'ann' })
const portal = (status: number) =>
  new Response('<html>Sign in</html>', { status, headers: { 'Content-Type': 'text/html' } })

describe('a request', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test.each([204, 205])(
    'whose answer has none of a body is answered, whatever a browser makes of it: %i',
    async (status) => {
      // As Chromium does, where the connection is closed behind the answer.
      const { headers, body } = new Response('', { headers: { 'X-Request-Id': 'r' } })
      const answer = { status, ok: true, headers, body, clone: () => answer }
      const { client } = setup(answer as unknown as Response)
      expect((await client.api.v1.users.me.$delete({ query: {} })).status).toBe(status)
    },
  )

  test('that nobody answers fails within 25 seconds; what reads is sent three times until then', async () => {
    const { client, line, sent } = setup('silence')
    const reading = expect(client.api.v1.users.me.$get()).rejects.toThrow('Nothing was answered')
    const writing = expect(client.api.v1.users.me.$patch({ json: { name: 'A' } })).rejects.toThrow(
      'Nothing was answered',
    )
    await vi.advanceTimersByTimeAsync(26 * second)
    await Promise.all([reading, writing])
    expect(sent.map(({ method }) => method).toSorted()).toEqual(['GET', 'GET', 'GET', 'PATCH'])
    expect(line.state()).toBe('down')
  })

  test('whose answer stops in the middle fails too', async () => {
    const begun = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"id":')),
    })
    const { client } = setup(new Response(begun, { headers: { 'Content-Type': 'application/json' } }))
    const response = await client.api.v1.users.me.$get()
    const reading = expect(response.json()).rejects.toThrow('Nothing was answered')
    await vi.advanceTimersByTimeAsync(11 * second)
    await reading
  })

  test('may be slow for as long as something comes', async () => {
    const slow = new ReadableStream({
      async start(stream) {
        for (const part of ['{"id"', ':"a', 'nn', '"}']) {
          await new Promise((resolve) => setTimeout(resolve, 9 * second))
          stream.enqueue(new TextEncoder().encode(part))
        }
        stream.close()
      },
    })
    const { client } = setup(new Response(slow, { headers: { 'Content-Type': 'application/json' } }))
    const reading = client.api.v1.users.me.$get().then((response) => response.json())
    await vi.advanceTimersByTimeAsync(40 * second)
    expect(await reading).toEqual({ id: 'ann' })
  })

  test('that reads outlives two losses; one that changes something is not sent twice', async () => {
    const reading = setup('broken', portal(502), me())
    const answer = reading.client.api.v1.users.me.$get()
    await vi.advanceTimersByTimeAsync(5 * second)
    expect((await answer).status).toBe(200)
    expect([reading.sent.length, reading.line.state()]).toEqual([3, 'up'])

    const writing = setup('broken', me())
    await expect(writing.client.api.v1.users.me.$patch({ json: { name: 'A' } })).rejects.toThrow(
      'Failed to fetch',
    )
    expect(writing.sent).toHaveLength(1)
  })

  test('of a caller who gives up is given up', async () => {
    const { client, sent } = setup('silence')
    const controller = new AbortController()
    const asked = client.api.v1.users.me.$get(undefined, { init: { signal: controller.signal } })
    const failing = expect(asked).rejects.toThrow('enough')
    await vi.advanceTimersByTimeAsync(second)
    controller.abort(new Error('enough'))
    await failing
    expect(sent).toHaveLength(1)
  })
})

describe('somebody else’s answer', () => {
  test.each([200, 401, 403, 404, 407, 408, 413, 511])('a page with status %i', async (status) => {
    const { client, line } = setup(portal(status))
    const asked = client.api.v1.users.me.$patch({ json: { name: 'A' } })
    await expect(asked).rejects.toThrow(ForeignAnswer)
    expect(line.state()).toBe(status < 500 ? 'foreign' : 'down')
  })

  test.each([
    [204, null, { 'X-Request-Id': 'abcdefgh' }],
    [200, '{}', { 'Content-Type': 'application/json' }],
    [
      404,
      '{"error":{"code":"not_found","message":"","requestId":""}}',
      { 'Content-Type': 'application/json' },
    ],
  ] as const)('is told from one of the API: %i', async (status, body, headers) => {
    const { client, line } = setup(new Response(body, { status, headers }))
    const answer = await client.api.v1.users.me.$patch({ json: { name: 'A' } })
    expect([answer.status, line.state()]).toEqual([status, 'up'])
  })
})

test('every request says for whom it speaks, and a session of somebody else signs the page out', async () => {
  const body = '{"error":{"code":"account_mismatch","message":"","requestId":""}}'
  const signedOut = vi.fn()
  const headersSeen: (string | null)[] = []
  const client = createClient({
    baseUrl: 'http://api.invalid',
    locks: null,
    notes: null,
    expectedUser: () => 'ann',
    onSignedOut: signedOut,
    fetch: async (_, init) => {
      headersSeen.push(new Headers(init?.headers).get('x-expected-user'))
      return new Response(body, { status: 403 })
    },
  })
  await client.api.v1.users.me.$get()
  expect([headersSeen, signedOut.mock.calls.length]).toEqual([['ann'], 1])
})

test('a creation has a key, the same each time it is sent; the caller’s where there is one', async () => {
  const created = Response.json({ id: 'c' }, { status: 201 })
  const { client, sent } = setup('broken', created)
  const json = { type: 'direct' as const, participantIds: [family] }
  await client.api.v1.conversations.$post({ json })
  await client.api.v1.conversations.$post({ json }, { headers: { 'Idempotency-Key': 'mine' } })
  const keys = sent.map(({ headers }) => headers.get('idempotency-key'))
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/)
  expect(keys).toEqual([keys[0], keys[0], 'mine'])
})

test('a message without a name has a key, and one with a name has none besides', () => {
  const path = `/api/v1/conversations/${family}/messages`
  const keyOf = (body: object) => {
    const { request, mayRepeat } = prepared(path, { method: 'POST', body: JSON.stringify(body) })
    return [request.headers.has('idempotency-key'), mayRepeat]
  }
  expect(keyOf({ text: 'hello' })).toEqual([true, true])
  expect(keyOf({ text: 'what is a "clientMessageId": this?' })).toEqual([true, true])
  // The queue repeats it itself, in its order.
  expect(keyOf({ text: 'hello', clientMessageId: 'mine' })).toEqual([false, false])
})

/** Make something for each time they are sent, and heed no key. */
const unkeyed: Readonly<Record<string, string>> = {
  'POST /users/me/consents': 'decides the same once more',
  'POST /users/me/shares': 'its answer holds a secret',
  'POST /conversations/{id}/invitations': 'its answer holds a secret',
  'POST /admin/service-tokens': 'its answer holds a secret',
  'POST /messages/{id}/reports': 'is the same report once more',
}

test('every operation that creates heeds a key, or says why not', async () => {
  const { paths = {} } = (await createTestApp()).describe()
  const left = Object.entries(paths).flatMap(([path, methods]) => {
    const { post } = (methods ?? {}) as {
      post?: { responses?: object; parameters?: { name?: string }[] }
    }
    const heeds = post?.parameters?.some(({ name }) => name?.toLowerCase() === 'idempotency-key')
    const isWayIn = path.includes('/auth/')
    return post && '201' in (post.responses ?? {}) && !heeds && !isWayIn
      ? [`POST ${path.replace('/api/v1', '')}`]
      : []
  })
  expect(left.toSorted()).toEqual(Object.keys(unkeyed).toSorted())
})

test('what the client gives a key is what heeds one', async () => {
  const testApp = await createTestApp()
  const { paths = {} } = testApp.describe()
  const { call } = await staffMember(testApp, 'Ada', 'admin')
  const id = '00000000-0000-7000-8000-00000000ffff'
  for (const [path, methods] of Object.entries(paths)) {
    // Not ways in and out, where a key would have to keep a secret.
    if (!methods || !('post' in methods) || path.includes('/auth/')) continue
    const concrete = path.replaceAll(/\{\w+\}/g, id)
    const { body } = await call('POST', concrete, {
      body: {},
      headers: { 'idempotency-key': 'a'.repeat(300) },
    })
    const heeds = JSON.stringify(body?.error?.details ?? '')
      .toLowerCase()
      .includes('idempotency-key')
    const { request } = prepared(concrete, { method: 'POST' })
    expect([path, request.headers.has('idempotency-key')]).toEqual([path, heeds])
  }
})

test('an id needs no secure context', () => {
  const { getRandomValues } = crypto
  const plain = { getRandomValues: getRandomValues.bind(crypto) }
  const ids = Array.from({ length: 1_000 }, () => randomId(plain))
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(new Set(ids).size).toBe(1_000)
})

describe('receipts', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const noContent = () => new Response(null, { status: 204, headers: { 'X-Request-Id': 'abcdefgh' } })
  const bodies = (sent: readonly Request[], name: string) =>
    Promise.all(sent.filter(({ url }) => url.endsWith(name)).map((request) => request.clone().json()))

  test('of many marks the first and the newest are told, and none backwards', async () => {
    const { client, line, sent } = setup(noContent())
    const receipts = createReceipts({ client, userId: 'ann', line })
    for (let seq = 1; seq <= 120; seq++) receipts.read(family, seq)
    await vi.advanceTimersByTimeAsync(10)
    for (let seq = 121; seq <= 240; seq++) receipts.read(family, seq)
    receipts.read(family, 5)
    await vi.advanceTimersByTimeAsync(30 * second)
    expect(await bodies(sent, '/read')).toEqual([{ seq: 120 }, { seq: 240 }])
    expect(sent[0]?.headers.get('x-background')).toBe('true')
    receipts.stop()
  })

  test('a mark that did not get through is told when the line is back, with the newest number', async () => {
    const { client, line, sent } = setup('broken', 'broken', 'broken', noContent())
    const receipts = createReceipts({ client, userId: 'ann', line })
    receipts.read(family, 1)
    await vi.advanceTimersByTimeAsync(3 * second)
    receipts.read(family, 9)
    line.comeBack()
    await vi.advanceTimersByTimeAsync(second)
    expect((await bodies(sent, '/read')).at(-1)).toEqual({ seq: 9 })
    receipts.stop()
  })

  test('after 429 it waits as long as it was told', async () => {
    const later = new Response('{"error":{"code":"rate_limit_exceeded","message":"","requestId":""}}', {
      status: 429,
      headers: { 'Retry-After': '40' },
    })
    const { client, sent } = setup(later, noContent())
    const receipts = createReceipts({ client, userId: 'ann' })
    receipts.read(family, 1)
    await vi.advanceTimersByTimeAsync(39 * second)
    receipts.read(family, 2)
    expect(sent).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2 * second)
    expect(await bodies(sent, '/read')).toEqual([{ seq: 1 }, { seq: 2 }])
    receipts.stop()
  })

  test('typing is said once in three seconds, and that it stopped only where it was said', async () => {
    const { client, sent } = setup(noContent())
    const receipts = createReceipts({ client, userId: 'ann' })
    receipts.stoppedTyping(family)
    for (let letters = 0; letters < 40; letters++) {
      receipts.typing(family)
      await vi.advanceTimersByTimeAsync(100)
    }
    receipts.stoppedTyping(family)
    receipts.stop()
    receipts.typing(family)
    receipts.read(family, 3)
    await vi.advanceTimersByTimeAsync(10 * second)
    expect(await bodies(sent, '/typing')).toEqual([{ state: 'start' }, { state: 'start' }, { state: 'stop' }])
    expect(await bodies(sent, '/read')).toEqual([])
  })
})
