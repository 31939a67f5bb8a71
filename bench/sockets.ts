import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
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

/*
 * Fan-out of one message to 1,000 sockets, as a ratio to a loop over bare `ws` sockets in the same process and run: rounds take
 * turns, medians. And what one idle socket costs. Clients are TCP
 * sockets of another process that count bytes; their acknowledgements, one a second each, are made here between rounds.
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
    limits: { connectionsPerUser: sockets, heartbeatMs: 1e9 },
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
  clients.kill()

  row('memory of an idle socket', `${(bytesPerSocket / 1024).toFixed(1)} KB`, '< 30 KB')
  process.exit(0)
}

if (process.argv[2] === 'clients') beClients()
else await measure()
