import { spawnSync } from 'node:child_process'
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

describe('what nobody caught', () => {
  const server = JSON.stringify(new URL('server.ts', import.meta.url).href)
  /** A process that stops in good order, in which something happens. */
  const run = (happens: string) => {
    const program = `
      import { stopInGoodOrder } from ${server}
      const say = (name) => (...facts) => console.log(JSON.stringify([name, facts[0], String(facts[1] ?? '')]))
      const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
      stopInGoodOrder(log, [
        () => { throw new Error('this step fails') },
        async () => say('closed')('in good order'),
      ])
      setInterval(() => {}, 1_000)
      ${happens}`
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    return {
      status,
      events: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).slice(0, 2).join(' ')),
    }
  }

  test.each([
    ['uncaught_exception', "queueMicrotask(() => { throw new Error('thrown') })"],
    ['uncaught_exception', "setTimeout(() => { throw new Error('thrown') })"],
    ['uncaught_exception', "process.nextTick(() => { throw 'no error' })"],
    ['unhandled_rejection', "Promise.reject(new Error('rejected'))"],
  ])('%s is logged, then the process stops in good order and leaves with 1: %s', (name, happens) => {
    const { status, events } = run(happens)
    expect(events).toEqual([
      `error ${name}`,
      'info server_stopping',
      'error stop_step_failed',
      'closed in good order',
    ])
    expect(status).toBe(1)
  })

  test('another one while the process stops is logged, and the stop goes on', () => {
    const { status, events } = run("Promise.reject(new Error('first')); Promise.reject(new Error('second'))")
    expect(events.filter((event) => event === 'error unhandled_rejection')).toHaveLength(2)
    expect(events).toContain('closed in good order')
    expect(status).toBe(1)
  })
})
