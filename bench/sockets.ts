import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass, setImmediate } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { WebSocketServer } from 'ws'
import { createMemoryLog } from '../src/adapters/memory/log.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import {
  acknowledge,
  type Protocol,
  plainProtocol,
  reliableProtocol,
} from '../src/adapters/web-pubsub-local/connection.ts'
import { createLocalRealtime } from '../src/adapters/web-pubsub-local/realtime.ts'
import { createWebPubSubServer } from '../src/adapters/web-pubsub-local/server.ts'
import { start } from './measure.ts'

/*
 * Fan-out of one message to 1,000 sockets, as a ratio to a loop over bare `ws` sockets in the same process and run: rounds take
 * turns, medians. And what one idle socket costs: in the server alone, after garbage is collected, and in the whole API, where
 * each connection asks for leave, is told of and becomes present, as the process grows. Clients are TCP
 * sockets of another process that count bytes; their acknowledgements, one a second each, are made here between rounds. At last
 * what compression would save and cost.
 */

const sockets = 1_000
const rounds = 15
const messagesPerRound = 20
const event = {
  event: 'message.new',
  conversationId: '0192f0c1-2b7e-7c7a-9d5b-3f1e6f0a1b2c',
  seq: 1042,
  at: '2026-11-01T10:00:00.000Z',
  data: { id: 'm', senderId: '0192f0c1-2b7e-7c7a-9d5b-3f1e6f0a1b2d', text: 'x'.repeat(200) },
}

const texts = [
  'ok',
  'When do we meet?',
  'I will be ten minutes late, the bus is stuck at the bridge again.',
  'Could you send me the worksheet for lesson four? I cannot find it any more, and the library closes at six today.',
]

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

interface Opening {
  readonly port: number
  readonly path: string
  readonly protocol: string
  readonly count: number
}

/** In the other process: opens sockets when told so, and says when so many more bytes have come. */
function beClients(): void {
  let awaited = 0
  let isAsked = false
  const sayWhenThere = () => {
    if (!isAsked || awaited > 0) return
    isAsked = false
    process.send?.('there')
  }
  process.on('message', async (wanted: Opening | number) => {
    if (typeof wanted === 'number') {
      awaited += wanted
      isAsked = true
      return sayWhenThere()
    }
    const { port, path, protocol, count } = wanted
    for (let n = 0; n < count; n++) {
      const socket = connect(port, '127.0.0.1')
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
      )
      await once(socket, 'data')
      socket.on('data', (data) => {
        awaited -= data.length
        sayWhenThere()
      })
    }
    // What comes besides the answer to the handshake is not awaited.
    setTimeout(() => {
      awaited = 0
      process.send?.('open')
    }, 500)
  })
}

/** What the API grows by for each socket, between the first thousand and the third. */
async function growthInApp(ask: (wanted: Opening) => Promise<void>): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'))
  const api = await start('entry/node.ts', {
    DATA_DIR: directory,
    PORT: '0',
    HOST: '127.0.0.1',
    RATE_LIMIT_SCALE: '1e9',
    LOG_LEVEL: 'info',
  })
  const headers = { 'content-type': 'application/json' }
  const post = (path: string, body: object, more = {}) =>
    fetch(`${api.url}/api/v1${path}`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    }).then((answer) => answer.json() as any)
  const person = { email: 'ann@example.com', password: 'SecurePass123!', name: 'Ann' }
  const { accessToken } = await post('/auth/signup', person)
  const { url } = await post('/realtime/negotiate', {}, { authorization: `Bearer ${accessToken}` })
  const { pathname, search } = new URL(url)
  const port = Number(new URL(api.url).port)
  const openInApp = async (count: number) => {
    await ask({ port, path: pathname + search, protocol: reliableProtocol, count })
    await pass(3_000)
    return residentKbOf(api.process.pid) * 1024
  }
  const before = await openInApp(sockets)
  const after = await openInApp(2 * sockets)
  api.process.kill('SIGKILL')
  await once(api.process, 'exit')
  rmSync(directory, { recursive: true })
  return (after - before) / (2 * sockets)
}

const residentKbOf = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

/** Frames as they go to one device: with a dictionary that is kept for each connection, and each for itself. */
function compression(): { readonly kept: number; readonly alone: number; readonly microseconds: number } {
  const frames = Array.from({ length: 2_000 }, (_, n) =>
    Buffer.from(
      JSON.stringify({
        sequenceId: n,
        type: 'message',
        from: 'group',
        group: `c.${event.conversationId}`,
        dataType: 'json',
        data: {
          ...event,
          seq: n,
          data: {
            id: randomUUID(),
            senderId: event.data.senderId,
            text: texts[n % texts.length],
            reactions: [],
            attachments: [],
          },
        },
      }),
    ),
  )
  const plain = frames.reduce((sum, { length }) => sum + length, 0)
  const startedAt = performance.now()
  const alone = frames.reduce((sum, frame) => sum + deflateRawSync(frame, { level: 1 }).length, 0)
  const microseconds = ((performance.now() - startedAt) * 1e3) / frames.length
  // Flushed behind each, as the extension does: what the dictionary of a connection knows, and eight frames stand for many.
  const kept = deflateRawSync(Buffer.concat(frames), { level: 1 }).length + frames.length * 5
  return { kept: kept / plain, alone: alone / plain, microseconds }
}

async function measure(): Promise<void> {
  const clients = fork(import.meta.filename, ['clients'])
  const ask = async (wanted: Opening | number): Promise<void> => {
    clients.send(wanted)
    await once(clients, 'message')
  }

  const http = createServer()
  const server = createWebPubSubServer({
    keys: ['k'],
    origin: () => 'http://localhost',
    clock: systemClock,
    log: createMemoryLog(),
    limits: { connectionsPerUser: sockets, connections: 10 * sockets, heartbeatMs: 1e9 },
  })
  const hub = 'bench'
  const realtime = createLocalRealtime({ server, hub, origin: () => 'http://localhost', clock: systemClock })
  const bare = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => plainProtocol,
  })
  http.on('upgrade', (request, socket, head) =>
    request.url === '/bare'
      ? bare.handleUpgrade(request, socket, head, () => {})
      : server.upgrade(request, socket, head),
  )
  // `clientTracking` collects the sockets, as a broadcast loop would.
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo

  const residentBytes = () => {
    for (let n = 0; n < 3; n++) globalThis.gc?.()
    return process.memoryUsage.rss()
  }
  const open = async (group: string, protocol: Protocol, count = sockets) => {
    const { url } = await realtime.clientAccess({ userId: group, groups: [group], ttlSeconds: 600 })
    const { pathname, search } = new URL(url)
    await ask({ port, path: pathname + search, protocol, count })
  }
  await open('warm', reliableProtocol, 50)
  const before = residentBytes()
  await open('idle', reliableProtocol)
  const bytesPerSocket = (residentBytes() - before) / sockets
  await realtime.disconnect('idle', 'measured')
  await realtime.disconnect('warm', 'measured')
  await open('plain', plainProtocol)
  await open('reliable', reliableProtocol)
  await ask({ port, path: '/bare', protocol: plainProtocol, count: sockets })

  const message = JSON.stringify({
    type: 'message',
    from: 'group',
    group: 'plain',
    dataType: 'json',
    data: event,
  })
  const headerBytes = 4
  const plainBytes = Buffer.byteLength(message) + headerBytes
  let sequenceId = 0
  const ways = {
    bare() {
      for (const ws of bare.clients) ws.send(message)
      return plainBytes
    },
    plain() {
      void realtime.publish('plain', event)
      return plainBytes
    },
    reliable() {
      void realtime.publish('reliable', event)
      return plainBytes + 'reliable'.length - 'plain'.length + `"sequenceId":${++sequenceId},`.length
    },
  }
  /** Deliveries a second, until the last byte of the round was read at the other side, and for a second of CPU time here. */
  async function play(publish: () => number, isBurst: boolean): Promise<{ wall: number; cpu: number }> {
    const startedAt = performance.now()
    const cpuBefore = process.cpuUsage()
    let bytes = 0
    for (let n = 0; n < messagesPerRound; n++) {
      bytes += publish()
      if (!isBurst) await setImmediate()
    }
    const { user, system } = process.cpuUsage(cpuBefore)
    await ask(sockets * bytes)
    for (const connection of server.registry.everywhere()) acknowledge(connection, sequenceId)
    const deliveries = sockets * messagesPerRound
    return {
      wall: deliveries / ((performance.now() - startedAt) / 1e3),
      cpu: deliveries / ((user + system) / 1e6),
    }
  }
  const row = (name: string, value: string, wanted: string) =>
    console.log(`| ${name} | ${value} | ${wanted} |`)
  row('what', 'measured', 'wanted')
  row('---', '---', '---')
  type Way = keyof typeof ways
  for (const isBurst of [false, true]) {
    const played: Record<Way, { wall: number; cpu: number }[]> = { bare: [], plain: [], reliable: [] }
    for (let round = -2; round < rounds; round++)
      for (const way of ['bare', 'plain', 'reliable'] as const) {
        const rates = await play(ways[way], isBurst)
        if (round >= 0) played[way].push(rates)
      }
    const ratioOf = (way: Way, clock: 'wall' | 'cpu') =>
      median(played[way].map((rates, round) => rates[clock] / (played.bare[round]?.[clock] ?? Number.NaN)))
    for (const [way, protocol, wanted] of [
      ['plain', plainProtocol, '≥ 1.10'],
      ['reliable', reliableProtocol, '≥ 0.85'],
    ] as const) {
      const rates = `${Math.round(median(played[way].map(({ wall }) => wall)))} ÷ ${Math.round(median(played.bare.map(({ wall }) => wall)))}/s`
      const what = `\`${protocol}\` ÷ bare \`ws\`, ${isBurst ? `${messagesPerRound} messages in one turn` : 'one message in a turn'}`
      row(`${what}, to the last byte read`, `${ratioOf(way, 'wall').toFixed(2)} (${rates})`, wanted)
      row(`${what}, CPU time of the sender`, ratioOf(way, 'cpu').toFixed(2), wanted)
    }
  }
  row('memory of an idle socket, the server alone', `${(bytesPerSocket / 1024).toFixed(1)} KB`, '< 30 KB')
  const bytesInApp = await growthInApp(ask)
  row('growth of the API for an idle socket', `${(bytesInApp / 1024).toFixed(1)} KB`, '')
  clients.kill()
  const { kept, alone, microseconds } = compression()
  const percent = (share: number) => `${Math.round(share * 100)} %`
  row('frames compressed, a dictionary for each connection', percent(kept), '')
  row('frames compressed, each for itself', `${percent(alone)}, ${microseconds.toFixed(0)} µs each`, '')
  process.exit(0)
}

if (process.argv[2] === 'clients') beClients()
else await measure()
