import { EventEmitter, once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createMemoryLog } from '../memory/log.ts'
import { requireProgress } from './least-progress.ts'
import { listen } from './server.ts'

/* Timers are virtual, sockets are real. */

const secondMs = 1_000
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const mebibyte = 1_048_576

const sockets: Socket[] = []
const log = createMemoryLog()
let begun = Promise.withResolvers<void>()
let server: Awaited<ReturnType<typeof listen>>
let most = 1_000

/** One piece, and then nothing, or one each minute. */
const pausing = (goesOn: boolean) =>
  new ReadableStream({
    start(controller) {
      const piece = new TextEncoder().encode('piece')
      controller.enqueue(piece)
      if (goesOn) setInterval(() => controller.enqueue(piece), 60 * secondMs)
    },
  })

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  begun = Promise.withResolvers()
  most = 1_000
  server = await listen({
    async fetch(request) {
      begun.resolve()
      const { pathname } = new URL(request.url)
      if (pathname === '/long') return new Response('x'.repeat(64 * mebibyte))
      if (pathname === '/slow-work') return new Promise(() => {})
      if (pathname === '/stuck' || pathname === '/pauses')
        return new Response(pausing(pathname === '/pauses'))
      if (pathname === '/films/refused') return new Response('no', { status: 403 })
      return new Response(request.method === 'GET' ? 'got' : await request.text())
    },
    maySendSlowly: (target) => target.startsWith('/films/'),
    connectionsOf: () => ({ address: 'somewhere', most }),
    port: 0,
    hostname: '127.0.0.1',
    log,
  })
})
afterEach(async () => {
  vi.useRealTimers()
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close(100)
  const failures = log.events.filter(({ level }) => level === 'error')
  expect(failures).toEqual([])
})

async function open(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Sends the head and a part of the body; answers when the app has it. */
async function begin(method: string, path: string, length = 100_000): Promise<Socket> {
  const socket = await open()
  begun = Promise.withResolvers()
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\nfirst`)
  await begun.promise
  return socket
}
async function pass(seconds: number, each: () => void = () => {}): Promise<void> {
  for (let second = 0; second < seconds; second += 5) {
    each()
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    vi.advanceTimersByTime(5 * secondMs)
    for (let turn = 0; turn < 20; turn++) await nextTurn()
  }
}
/** All that comes until the end. */
async function restOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return String(Buffer.concat(chunks))
}

describe.each([
  ['PUT', '/notes', /^HTTP\/1\.1 408 /],
  ['POST', '/films/1', /^HTTP\/1\.1 408 /],
  ['DELETE', '/notes', /^HTTP\/1\.1 408 /],
  // It was answered at once; what is cut off is the rest that nobody needs.
  ['GET', '/notes', /^HTTP\/1\.1 200 [\s\S]*got$/],
])('a body sent with %s %s', (method, path, answer) => {
  test('of which nothing more comes ends within 35 seconds', async () => {
    const socket = await begin(method, path)
    const rest = restOf(socket)
    await pass(35)
    expect(await rest).toMatch(answer)
  })

  test('that comes byte by byte ends as well', async () => {
    const socket = await begin(method, path)
    const rest = restOf(socket)
    await pass(35, () => socket.write('.'))
    expect(await rest).toMatch(answer)
  })
})

test('a body that is complete in time is taken, and the connection serves the next one', async () => {
  const socket = await open()
  for (const body of ['first', 'again']) {
    begun = Promise.withResolvers()
    socket.write(`PUT /notes HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n${body}`)
    await begun.promise
    await pass(25)
    const answered = once(socket, 'data')
    socket.write('other')
    expect(String((await answered)[0])).toMatch(new RegExp(`^HTTP/1\\.1 200 OK\\r\\n[\\s\\S]*${body}other$`))
  }
})

test('a body that moves is cut off after two minutes, and a film is not', async () => {
  const kibibyte = 'x'.repeat(1_024)
  const [note, film] = [await begin('PUT', '/notes', mebibyte), await begin('PUT', '/films/1', mebibyte)]
  const cut = once(note.resume(), 'close')
  await pass(110, () => {
    if (note.writable) note.write(kibibyte)
    film.write(kibibyte)
  })
  expect(note.readyState).toBe('open')
  await pass(20, () => film.write(kibibyte))
  await cut
  await pass(600, () => film.write(kibibyte))
  expect(film.readyState).toBe('open')
})

test('an answer that nobody takes is given up, and one that somebody takes slowly is not', async () => {
  const [deaf, slow] = [await open(), await open()]
  for (const socket of [deaf, slow]) {
    socket.pause()
    socket.write('GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n')
  }
  await begun.promise
  const closed = once(deaf, 'close')
  await pass(100, () => {
    // What the system has taken is read as it comes; more than the least, and far from all.
    for (let n = 0; n < 8; n++) slow.read(262_144)
    slow.read(0)
  })
  deaf.resume()
  await closed
  expect(slow.readyState).toBe('open')
  slow.destroy()
})

test('work that takes its time holds nobody up', async () => {
  const socket = await open()
  socket.write('GET /slow-work HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await begun.promise
  await pass(600)
  expect(socket.readyState).toBe('open')
})

test('an answer that brings nothing more is cut off after two minutes, and one that pauses is not', async () => {
  const [stuck, pauses] = [await open(), await open()]
  const arrived = [stuck, pauses].map((socket) => once(socket, 'data'))
  stuck.write('GET /stuck HTTP/1.1\r\nHost: localhost\r\n\r\n')
  pauses.write('GET /pauses HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await Promise.all(arrived)
  const closed = once(stuck, 'close')
  await pass(110)
  expect(stuck.readyState).toBe('open')
  await pass(20)
  await closed
  await pass(300)
  expect(pauses.readyState).toBe('open')
})

test('what still comes after the answer has two minutes, wherever it is sent to', async () => {
  const kibibyte = 'x'.repeat(1_024)
  const socket = await begin('PUT', '/films/refused', mebibyte)
  const closed = once(socket.resume(), 'close')
  await pass(130, () => {
    if (socket.writable) socket.write(kibibyte)
  })
  await closed
})

describe('by the figures of a socket', () => {
  /** What is looked at of a socket and a request; the network in between moves what the test says. */
  function watchOne(target: string) {
    const incoming = new EventEmitter()
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress: '192.0.2.1',
      bytesRead: 0,
      bytesWritten: 0,
      writableLength: 0,
      writableEnded: false,
      isCut: false,
      destroy: () => {
        socket.isCut = true
      },
      end: () => socket.destroy(),
    })
    const outgoing = Object.assign(new EventEmitter(), {
      headersSent: false,
      writableEnded: false,
      destroyed: false,
    })
    const watching = new EventEmitter() as unknown as Server
    requireProgress(watching, {
      maySendSlowly: (path) => path.startsWith('/films/'),
      withFloor: (_, work) => work(),
      refuse: { socket: () => socket.destroy(), response: () => new Response() },
    })
    watching.emit('connection', socket)
    watching.emit('request', Object.assign(incoming, { socket, complete: false, url: target }), outgoing)
    return { socket, incoming: incoming as EventEmitter & { complete: boolean }, outgoing }
  }
  const look = () => vi.advanceTimersByTime(5 * secondMs)

  test('an answer that is taken drop by drop is given up after two minutes', () => {
    const { socket, incoming, outgoing } = watchOne('/long')
    Object.assign(incoming, { complete: true })
    Object.assign(outgoing, { headersSent: true })
    socket.writableLength = 10 * mebibyte
    socket.bytesWritten = 10 * mebibyte
    for (let n = 0; n < 23; n++) {
      socket.writableLength -= 2_000
      look()
    }
    expect(socket.isCut).toBe(false)
    look()
    expect(socket.isCut).toBe(true)
  })

  test('one that is taken slowly, as over the weakest line, is not', () => {
    const { socket, incoming, outgoing } = watchOne('/long')
    Object.assign(incoming, { complete: true })
    Object.assign(outgoing, { headersSent: true })
    socket.writableLength = 100 * mebibyte
    socket.bytesWritten = 100 * mebibyte
    for (let n = 0; n < 2_000; n++) {
      socket.writableLength -= 5_000
      look()
    }
    expect(socket.isCut).toBe(false)
  })

  test('a connection that was ended here is not left open by the other side', () => {
    const { socket, incoming } = watchOne('/socket')
    Object.assign(incoming, { complete: true })
    for (let n = 0; n < 100; n++) look()
    expect(socket.isCut).toBe(false)
    socket.writableEnded = true
    for (let n = 0; n < 7; n++) {
      socket.bytesRead += 60_000
      look()
    }
    expect(socket.isCut).toBe(true)
  })

  test('a film has twelve hours, however it moves', () => {
    const { socket } = watchOne('/films/1')
    const hourly = 720
    for (let n = 0; n < 12 * hourly - 1; n++) {
      socket.bytesRead += 60_000
      look()
    }
    expect(socket.isCut).toBe(false)
    look()
    expect(socket.isCut).toBe(true)
  })
})

test('so many connections of one address at a time', async () => {
  most = 2
  const [first] = [await open(), await open()]
  const third = await open()
  await once(third, 'close')
  first?.destroy()
  await vi.waitFor(
    async () => {
      const again = await open()
      again.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
      const [answer] = await Promise.race([once(again, 'data'), once(again, 'close')])
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200/)
    },
    { timeout: 20_000 },
  )
})
