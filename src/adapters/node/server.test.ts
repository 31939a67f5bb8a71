import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listen } from './server.ts'

const secondMs = 1_000

describe('a body that comes slowly', () => {
  const sockets: Socket[] = []
  let begun = Promise.withResolvers<void>()
  let server: Awaited<ReturnType<typeof listen>>

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    begun = Promise.withResolvers()
    server = await listen({
      async fetch(request) {
        begun.resolve()
        return new Response(await request.text())
      },
      maySendSlowly: (target) => target.startsWith('/films/'),
      port: 0,
      hostname: '127.0.0.1',
    })
  })
  afterEach(async () => {
    vi.useRealTimers()
    for (const socket of sockets.splice(0)) socket.destroy()
    await server.drain(100)
  })

  /** Sends the head and half of the body; answers when the app has it. */
  async function begin(path: string): Promise<Socket> {
    const socket = connect(server.port, '127.0.0.1')
    sockets.push(socket)
    socket.write(`PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst`)
    await begun.promise
    return socket
  }
  async function finish(socket: Socket): Promise<string> {
    socket.write('other')
    const [data] = await once(socket, 'data')
    return String(data)
  }

  test('is cut off after 30 seconds', async () => {
    const socket = await begin('/notes')
    const closed = once(socket, 'close')
    vi.advanceTimersByTime(30 * secondMs)
    await closed
    expect(socket.readyState).not.toBe('open')
  })

  test('is taken when it is complete before', async () => {
    const socket = await begin('/notes')
    vi.advanceTimersByTime(29 * secondMs)
    expect(await finish(socket)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*firstother$/)
    vi.advanceTimersByTime(60 * secondMs)
    begun = Promise.withResolvers()
    socket.write('PUT /again HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nfirst')
    await begun.promise
    expect(await finish(socket)).toMatch(/firstother$/)
  })

  test('may take its time where that is expected', async () => {
    const socket = await begin('/films/1')
    vi.advanceTimersByTime(60 * 60 * secondMs)
    expect(await finish(socket)).toMatch(/firstother$/)
  })
})
