import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryLog } from '../memory/log.ts'
import { listen } from './server.ts'

const log = createMemoryLog()
let server: Awaited<ReturnType<typeof listen>>
beforeAll(async () => {
  server = await listen({
    fetch: async (request) => new Response(await request.text().catch(() => 'cut off')),
    maySendSlowly: (target) => target === '/film',
    maxBodyBytes: 1_000,
    port: 0,
    hostname: '127.0.0.1',
    log,
  })
})
afterAll(() => server.close(100))

async function say(text: string): Promise<{ status: number; headers: string; body: string }> {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk
  const end = answer.indexOf('\r\n\r\n')
  return {
    status: Number(answer.split(' ')[1]),
    headers: answer.slice(0, end),
    body: answer.slice(end + 4),
  }
}

const get = (...headers: readonly string[]) => ['GET / HTTP/1.1', ...headers, '', ''].join('\r\n')
const post = (path: string, ...headers: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers, '', ''].join('\r\n')
const long = 'x'.repeat(20_000)

test.each([
  ['an address of 20 KB', `GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, 'request_header_fields_too_large'],
  ['cookies of 20 KB', get('Host: a', `Cookie: a=${long}`), 431, 'request_header_fields_too_large'],
  ['a header without a name', get('Host: a', ': b'), 400, 'validation_error'],
  ['a space before the colon', get('Host: a', 'X-A : b'), 400, 'validation_error'],
  ['two lengths', get('Host: a', 'Content-Length: 1', 'Content-Length: 2'), 400, 'validation_error'],
  [
    'a length and chunks',
    get('Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
    400,
    'validation_error',
  ],
  ['no host', get('Connection: close'), 400, 'validation_error'],
  ['a host that is none', get('Host: a/b@c', 'Connection: close'), 400, 'validation_error'],
  ['an expectation that nobody has', get('Host: a', 'Expect: cake'), 417, 'expectation_failed'],
  [
    'a body that says that it is too long',
    post('/', 'Content-Length: 1001', 'Expect: 100-continue'),
    413,
    'payload_too_large',
  ],
  ['what is no request', 'hello\r\n\r\n', 400, 'validation_error'],
])(
  '%s is refused in the shape of every other error, with a line in the log',
  async (_, text, status, code) => {
    const before = log.events.length
    const answer = await say(text)
    expect(answer.status).toBe(status)
    const { error } = JSON.parse(answer.body)
    expect(error).toEqual({
      code,
      message: expect.any(String),
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect(answer.headers).toContain(`X-Request-Id: ${error.requestId}`)
    expect(answer.headers.toLowerCase()).toContain('content-type: application/json')
    expect(answer.headers.toLowerCase()).toContain('connection: close')
    expect(log.events.slice(before)).toMatchObject([
      { level: 'info', event: 'request_refused', fields: { status, code, requestId: error.requestId } },
    ])
  },
)

test('whoever goes away in the middle is no error of ours', async () => {
  const before = log.events.length
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nx', () => socket.destroy())
  await once(socket, 'close')
  await say(get('Host: a', 'Connection: close'))
  expect(log.events.slice(before).filter(({ level }) => level === 'error')).toEqual([])
})

test.each([
  ['/', 'Content-Length: 3'],
  ['/film', 'Content-Length: 3000'],
  ['/', 'Transfer-Encoding: chunked'],
])('at %s, %s is sent for', async (path, length) => {
  const socket = connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(post(path, length, 'Expect: 100-Continue'))
  const [begun] = await once(socket.setEncoding('utf8'), 'data')
  expect(begun).toMatch(/^HTTP\/1\.1 100 Continue/)
  socket.write(
    length.startsWith('T') ? '3\r\nabc\r\n0\r\n\r\n' : 'abc'.padEnd(Number(length.split(' ')[1]), 'x'),
  )
  let answer = ''
  for await (const chunk of socket) answer += chunk
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer).toContain('abc')
})
