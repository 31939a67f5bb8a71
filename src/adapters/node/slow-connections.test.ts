import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { createMemoryLog } from '../memory/log.ts'
import { systemClock } from '../system/clock.ts'
import { createWebPubSubServer } from '../web-pubsub-local/server.ts'
import { listen } from './server.ts'

/* A thousand connections that are held and not used, of every kind there is, and somebody who just asks. Timers are virtual, sockets are real. */

const secondMs = 1_000
const held = 1_000
const body = 'x'.repeat(1_048_576)
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

const upgradeTo = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1',
    '\r\n',
  ].join('\r\n')
const withBody = (method: string, path: string) =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nfirst`

/** What is sent at first, and then every five seconds; whether the answer is read. */
const kinds: readonly (readonly [name: string, first: string, drip: string, reads: boolean])[] = [
  ['a body', withBody('PUT', '/notes'), '.', true],
  ['a body of a GET', withBody('GET', '/notes'), '.', true],
  [
    'a body of a DELETE, in chunks',
    'DELETE /notes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n',
    'x',
    true,
  ],
  ['a signed upload', withBody('PUT', '/films/1'), '.', true],
  ['an answer nobody reads', 'GET /long HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(8), '', false],
  ['an answer to a HEAD and then nothing', 'HEAD /notes HTTP/1.1\r\nHost: a\r\n\r\n', '', true],
  ['a socket that is refused', upgradeTo('/client/hubs/chat'), '.', true],
  ['a socket that cannot be recovered', upgradeTo('/client/hubs/chat?awps_connection_id=x'), '.', true],
]

/** How many turns of the event loop it takes until somebody who asks is answered, on a connection of their own. */
async function turnsUntilAnswered(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1')
  let isAnswered = false
  socket.once('data', () => {
    isAnswered = true
  })
  socket.write('GET /notes HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let turns = 0
  while (!isAnswered && turns < 10_000) {
    await nextTurn()
    turns++
  }
  socket.destroy()
  return turns
}

test(`${held} that hold a connection cost others no turn, and are gone in a minute`, {
  timeout: 60_000,
}, async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  const log = createMemoryLog()
  const sockets = createWebPubSubServer({
    keys: ['k'.repeat(32)],
    origin: () => 'http://localhost',
    clock: systemClock,
    log,
  })
  const open = new Set<Socket>()
  const server = await listen({
    async fetch(request) {
      if (request.url.endsWith('/long')) return new Response(body)
      return new Response(request.method === 'GET' ? 'got' : await request.text())
    },
    upgrade(request, socket, head) {
      sockets.upgrade(request, socket, head)
    },
    maySendSlowly: (target) => target.startsWith('/films/'),
    port: 0,
    hostname: '127.0.0.1',
    log,
  })
  try {
    const alone = await turnsUntilAnswered(server.port)
    const drips: (() => void)[] = []
    const ends: Promise<unknown>[] = []
    for (let n = 0; n < held; n++) {
      const [, first, drip, reads] = kinds[n % kinds.length]!
      const socket = connect(server.port, '127.0.0.1')
      open.add(socket)
      ends.push(new Promise((resolve) => socket.once('close', () => resolve(open.delete(socket)))))
      socket.on('error', () => {})
      await once(socket, 'connect')
      if (reads) socket.resume()
      socket.write(first)
      drips.push(() => socket.writable && drip !== '' && socket.write(drip))
    }
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    const beside = [await turnsUntilAnswered(server.port), await turnsUntilAnswered(server.port)]
    expect(Math.min(...beside)).toBeLessThan(alone + 20)

    for (let second = 0; second < 60; second += 5) {
      for (const drip of drips) drip()
      for (let turn = 0; turn < 10; turn++) await nextTurn()
      vi.advanceTimersByTime(5 * secondMs)
    }
    // Whoever reads nothing learns of the end when there is nothing left to read.
    for (const socket of open) socket.resume()
    await Promise.all(ends)
    expect(open.size).toBe(0)
    expect(log.events.filter(({ level }) => level === 'error')).toEqual([])
  } finally {
    vi.useRealTimers()
    for (const socket of open) socket.destroy()
    await sockets.close()
    await server.close(100)
  }
})
