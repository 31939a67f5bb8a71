import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { demoPassword } from '../../entry/demo.ts'
import { plainProtocol, reliableProtocol } from '../../src/adapters/web-pubsub-local/connection.ts'
import { createTokens } from '../../src/adapters/web-pubsub-local/tokens.ts'
import { createEventSignatures } from '../../src/dialects/event-signature.ts'
import { createBrowser, origin } from '../app.ts'
import { type RunningServer, startServer } from '../server.ts'
import {
  type Chance,
  closeFrame,
  createChance,
  framesForOne,
  lastingFrames,
  pingText,
  requestOf,
} from './damaged-frames.ts'

/*
 * 20,000 frames and requests with every kind of damage against a started process. It has to live, and to answer others
 * all the while. FRAMES_SEED repeats a run.
 */

const framesEach = 8_000
const perConnection = 10
const requests = 4_000
const attackers = 8
const seed = Number(process.env['FRAMES_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const key = 'a-key-of-this-test-that-is-long-enough-for-it'
const eventsPath = '/api/v1/realtime/events'
const directory = mkdtempSync(join(tmpdir(), 'frames-'))
let server: RunningServer
let learner: Awaited<ReturnType<typeof signIn>>
let mentor: Awaited<ReturnType<typeof signIn>>

async function signIn(email: string) {
  const browser = createBrowser((path, init) => fetch(server.url + path, init))
  const answer = await browser.call('POST', '/api/v1/auth/login', { body: { email, password: demoPassword } })
  const access = async () => {
    const { url } = (await browser.call('POST', '/api/v1/realtime/negotiate')).body
    const { pathname, search } = new URL(url)
    return pathname + search
  }
  return { ...browser, userId: answer.body.user.id as string, access }
}

beforeAll(async () => {
  server = await startServer({
    DATA_DIR: directory,
    DEMO_DATA: 'on',
    PUBLIC_URL: origin,
    RATE_LIMIT_SCALE: '1000000',
    REALTIME_KEY: key,
  })
  learner = await signIn('learner@example.org')
  mentor = await signIn('mentor@example.org')
})
afterAll(async () => {
  await server?.stop('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** Somebody else, who must be answered whatever happens. */
async function openWitness(protocol: string) {
  const ws = new WebSocket(server.url.replace('http', 'ws') + (await mentor.access()), protocol)
  let isClosed = false
  const waiting: PromiseWithResolvers<void>[] = []
  const heard: any[] = []
  ws.on('close', () => {
    isClosed = true
    for (const each of waiting.splice(0)) each.reject(new Error('somebody else was cut off'))
  })
  ws.on('message', (data) => {
    const frame = JSON.parse(String(data))
    heard.push(frame)
    if (frame.type === 'pong') waiting.shift()?.resolve()
  })
  await once(ws, 'open')
  return {
    ws,
    heard,
    isClosed: () => isClosed,
    /** Milliseconds until it was answered. */
    async ask(): Promise<number> {
      const startedAt = performance.now()
      const answered = Promise.withResolvers<void>()
      waiting.push(answered)
      ws.send('{"type":"ping"}')
      await answered.promise
      return performance.now() - startedAt
    },
  }
}
type Witness = Awaited<ReturnType<typeof openWitness>>

/**
 * Sends these over one connection, then a ping and a goodbye in case it was not closed yet; until it is over. Whether the
 * ping was answered.
 */
async function attack(path: string, protocol: string, frames: readonly Buffer[]): Promise<boolean> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  )
  const [head] = await Promise.race([once(socket, 'data'), over.then(() => [''])])
  expect(String(head)).toMatch(/^HTTP\/1\.1 101 /)
  // What the server sends begins each frame at the start of a write or behind another frame: a close frame ends it all.
  let rest = Buffer.alloc(0)
  let isAnswered = false
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 2) {
      const [first = 0, second = 0] = rest
      if ((first & 15) === 8) return void socket.destroy()
      const head = second < 126 ? 2 : second === 126 ? 4 : 10
      if (rest.length < head) return
      const length =
        second < 126 ? second : second === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2))
      if (rest.length < head + length) return
      if (rest.subarray(head, head + length).includes('{"type":"pong"}')) isAnswered = true
      rest = rest.subarray(head + length)
    }
  })
  for (const frame of frames) {
    if (!socket.writable) break
    if (!socket.write(frame)) await Promise.race([once(socket, 'drain'), over])
  }
  // After a frame that is declared longer than it is, this is taken for a part of it: then nobody says goodbye.
  if (socket.writable) socket.end(Buffer.concat([pingText, closeFrame]))
  await over
  return isAnswered
}

/** While `work` is done everybody else is answered; how long that took at the longest. */
async function meanwhile(witnesses: readonly Witness[], work: Promise<unknown>): Promise<number> {
  let isOver = false
  const done = work.finally(() => {
    isOver = true
  })
  let longestMs = 0
  while (!isOver) {
    for (const witness of witnesses) longestMs = Math.max(longestMs, await witness.ask())
    const startedAt = performance.now()
    const health = await fetch(`${server.url}/api/healthz`)
    expect(health.status).toBe(200)
    longestMs = Math.max(longestMs, performance.now() - startedAt)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await done
  return longestMs
}

/** Several at a time, each with a chance of its own. */
const inParallel = (first: number, work: (chance: Chance, share: number) => Promise<void>, total: number) =>
  Promise.all(
    Array.from({ length: attackers }, (_, n) =>
      work(createChance(seed + first + n), Math.ceil(total / attackers)),
    ),
  )

test.each([plainProtocol, reliableProtocol])(
  'what is wrong only in its data cuts nobody off, by %s',
  async (protocol) => {
    const access = await learner.access()
    const chance = createChance(seed)
    for (let n = 0; n < 50; n++) {
      const frames = lastingFrames(chance, perConnection)
      const at = `FRAMES_SEED=${seed}, connection ${n}: ${frames.map(String).join('\n')}`
      expect(await attack(access, protocol, frames), at).toBe(true)
    }
  },
)

test('20,000 damaged frames and requests: the process lives, and others are answered', {
  timeout: 240_000,
}, async () => {
  console.log(`FRAMES_SEED=${seed}`)
  const conversation = await mentor.call('POST', '/api/v1/conversations', {
    body: { type: 'direct', participantIds: [learner.userId] },
  })
  expect(conversation.status).toBeLessThan(300)
  const witnesses = [await openWitness(plainProtocol), await openWitness(reliableProtocol)]
  const waits: Record<string, number> = {}
  let sent = 0

  for (const [n, protocol] of [plainProtocol, reliableProtocol].entries()) {
    const access = await learner.access()
    waits[protocol] = await meanwhile(
      witnesses,
      inParallel(
        n * attackers,
        async (chance, share) => {
          for (let left = share; left > 0; left -= perConnection) {
            const frames = framesForOne(chance, perConnection)
            sent += frames.length
            await attack(access, protocol, frames)
          }
        },
        framesEach,
      ),
    )
  }

  const tokens = createTokens([key], Date.now)
  const signatures = createEventSignatures([key])
  const statuses = new Map<number, number>()
  waits['rest'] = await meanwhile(
    witnesses,
    inParallel(
      2 * attackers,
      async (chance, share) => {
        for (let left = share; left > 0; left--) {
          const { target, method, type, body } = requestOf(chance)
          const isEvent = chance.isLucky(0.25)
          const url = new URL(isEvent ? eventsPath : `/api/hubs/mackchat${target}`, server.url)
          const isSigned = chance.isLucky(0.95)
          const exp = Math.floor(Date.now() / 1000) + 60
          const connectionId = `c${chance.upTo(99)}`
          const headers: Record<string, string> = isEvent
            ? {
                'content-type': type,
                'webhook-request-origin': new URL(origin).host,
                'ce-hub': 'mackchat',
                'ce-connectionid': connectionId,
                'ce-id': String(chance.upTo(2 ** 31)),
                'ce-userid': learner.userId,
                'ce-type': `azure.webpubsub.${chance.oneOf(['user.message', 'user.read', 'user.', 'sys.connect', 'sys.connected', 'x'])}`,
                'ce-signature': isSigned ? await signatures.sign(connectionId) : 'sha256=00',
              }
            : {
                'content-type': type,
                authorization: isSigned ? `Bearer ${tokens.sign({ aud: url.href, exp })}` : 'Bearer a.b.c',
              }
          const answer = await fetch(url, {
            method: isEvent ? 'POST' : method,
            headers,
            body: isEvent ? (body ?? '{}') : body,
          })
          await answer.arrayBuffer()
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
          sent++
        }
      },
      requests,
    ),
  )

  expect(sent).toBeGreaterThanOrEqual(20_000)
  console.log(
    'the longest that somebody else waited, in ms:',
    waits,
    'answers by REST:',
    Object.fromEntries(statuses),
  )
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
  expect(server.process.exitCode).toBeNull()
  expect(witnesses.map(({ isClosed }) => isClosed())).toEqual([false, false])

  // And what people do with it still works.
  const text = 'after all that'
  const stored = await learner.call('POST', `/api/v1/conversations/${conversation.body.id}/messages`, {
    body: { text },
  })
  expect(stored.status).toBe(201)
  for (const { ask, heard } of witnesses) {
    await ask()
    expect(heard.map(({ data }) => data?.data?.text)).toContain(text)
  }
  const surprises = server.lines.filter((line) =>
    /uncaught|unhandled|_listener_failed|"level":"error"/.test(line),
  )
  expect(surprises).toEqual([])
  expect(await server.stop()).toBe(0)
})
