import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import pLimit from 'p-limit'
import { describe, expect, test } from 'vitest'
import { createMemoryLog } from '../memory/log.ts'
import { listen } from './server.ts'

type Fetch = Parameters<typeof listen>[0]['fetch']

const slow = { timeout: 120_000 }
const hello: Fetch = () => new Response('hello')

async function start(fetch: Fetch = hello) {
  const log = createMemoryLog()
  const server = await listen({ fetch, port: 0, hostname: '127.0.0.1', log })
  const stop = async (graceMs = 50, drainMs = 10_000) => {
    await server.windDown(graceMs)
    await server.close(drainMs)
  }
  return { ...server, log, stop }
}

type Outcome = 'answered' | 'refused' | 'cut'
/** `refused`: the connection never came about. */
const ask = (port: number, agent: Agent | undefined) =>
  new Promise<{ outcome: Outcome; isLast: boolean }>((resolve) => {
    let isConnected = false
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent, path: '/' }, (answer) => {
      answer.resume()
      answer.once('end', () =>
        resolve({ outcome: 'answered', isLast: answer.headers.connection === 'close' }),
      )
      answer.once('error', () => resolve({ outcome: 'cut', isLast: true }))
    })
    sent.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (isConnected = true))
      else isConnected = true
    })
    sent.once('error', () => resolve({ outcome: isConnected ? 'cut' : 'refused', isLast: true }))
    sent.end('body')
  })

async function askUntilRefused(port: number, isKept: boolean): Promise<Record<Outcome, number>> {
  const counted = { answered: 0, refused: 0, cut: 0 }
  for (;;) {
    const agent = isKept ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined
    let isLast = false
    while (!isLast) {
      const asked = await ask(port, agent ?? new Agent())
      counted[asked.outcome]++
      isLast = !isKept || asked.isLast
      if (asked.outcome === 'refused') return counted
    }
    agent?.destroy()
  }
}

describe('a server that stops', () => {
  test(
    'a thousand stops while others ask, on new connections and on kept ones: nothing is cut',
    slow,
    async () => {
      const some = pLimit(20)
      const counts = await Promise.all(
        Array.from({ length: 1_000 }, () =>
          some(async () => {
            const { port, stop } = await start(async () => {
              await pass(2)
              return new Response('hello')
            })
            const asking = [true, false, true, false].map((isKept) => askUntilRefused(port, isKept))
            await pass(10)
            await stop()
            return Promise.all(asking)
          }),
        ),
      )
      const all = counts.flat()
      expect(all.reduce((sum, { cut }) => sum + cut, 0)).toBe(0)
      // On a busy machine some of them come too late.
      expect(all.filter(({ answered }) => answered > 0).length).toBeGreaterThan(all.length / 10)
    },
  )

  test('what runs is finished, and says that its connection ends', async () => {
    let answer = () => {}
    const asked = Promise.withResolvers<void>()
    const { port, stop } = await start(async () => {
      asked.resolve()
      await new Promise<void>((resolve) => (answer = resolve))
      return new Response('hello')
    })
    const running = ask(port, new Agent({ keepAlive: true }))
    await asked.promise
    const stopped = stop()
    await pass(200)
    answer()
    expect(await running).toEqual({ outcome: 'answered', isLast: true })
    await stopped
  })

  test('an answer that somebody takes slowly arrives whole', async () => {
    const size = 20_000_000
    const { port, stop } = await start(() => new Response('x'.repeat(size)))
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
    await once(socket, 'readable')
    const stopped = stop()
    await pass(500)
    let read = 0
    for await (const chunk of socket) read += chunk.length
    expect(read).toBeGreaterThan(size)
    await stopped
  })

  test('connections at rest end at once, and one that never asked anything soon', async () => {
    const { port, stop } = await start()
    const silent = connect(port, '127.0.0.1')
    const kept = new Agent({ keepAlive: true })
    await Promise.all([once(silent, 'connect'), ask(port, kept)])
    // What is still under way is given an hour: nothing is.
    await Promise.all([stop(0, 3_600_000), once(silent.resume(), 'close')])
  })

  test('what is cut in the end is logged', async () => {
    const { port, log, stop } = await start(() => new Promise(() => {}))
    const endless = ask(port, undefined)
    await pass(50)
    await stop(0, 100)
    expect((await endless).outcome).toBe('cut')
    expect(log.events.filter(({ event }) => event === 'connections_cut')).toMatchObject([
      { level: 'warn', fields: { count: 1, requests: 1 } },
    ])
  })

  test(
    'requests that came while the process slept are answered, though it wakes to be stopped',
    slow,
    async () => {
      const module = JSON.stringify(new URL('server.ts', import.meta.url).href)
      const program = `
      import { listen, stopInGoodOrder } from ${module}
      const log = { debug() {}, info() {}, warn: console.error, error: console.error }
      const fetch = () => new Response('hello')
      const server = await listen({ fetch, port: 0, hostname: '127.0.0.1', log })
      stopInGoodOrder(log, [() => server.windDown(0), () => server.close(10_000)])
      console.log(server.port)`
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [first] = await once(child.stdout, 'data')
      child.kill('SIGSTOP')
      const asked = Array.from({ length: 48 }, () => ask(Number(String(first)), new Agent()))
      await pass(200)
      child.kill('SIGTERM')
      child.kill('SIGCONT')
      const outcomes = await Promise.all(asked)
      expect(outcomes.filter(({ outcome }) => outcome === 'answered')).toHaveLength(48)
      expect(await once(child, 'exit')).toEqual([0, null])
    },
  )
})
