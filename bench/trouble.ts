import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as ask } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pass } from 'node:timers/promises'
import { type RunningServer, startServer } from '../test/server.ts'

/*
 * How soon a process in trouble says that it is alive: the median, the 99th of 100 and the slowest of some hundred `GET /api/healthz`, 20 ms apart,
 * each on a connection of its own. Beside it the resident memory, before and after.
 */

const seconds = 6
const held = 1_000
const day = 24 * 60 * 60_000

const directory = mkdtempSync(join(tmpdir(), 'trouble-'))
const folderOf = (name: string) => join(directory, name)
const start = (
  name: string,
  extra: Record<string, string> = {},
  ...rest: [program?: string[], through?: string[]]
) => startServer({ DATA_DIR: folderOf(name), RATE_LIMIT_SCALE: '1000000', ...extra }, ...rest)

function residentMb({ process: { pid } }: RunningServer): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kb) / 1024
}

const healthMs = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now()
    ask(`${url}/api/healthz`, { agent: false, headers: { connection: 'close' } }, (answer) => {
      answer.resume().once('end', () => resolve(performance.now() - startedAt))
      if (answer.statusCode !== 200) reject(new Error(`not alive: ${answer.statusCode}`))
    })
      .once('error', reject)
      .end()
  })

async function measure(name: string, server: RunningServer, before: number): Promise<void> {
  const times: number[] = []
  const endAt = performance.now() + seconds * 1_000
  while (performance.now() < endAt) {
    times.push(await healthMs(server.url))
    await pass(20)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1)
  const memory = `${before.toFixed(0)} → ${residentMb(server).toFixed(0)} MB`
  console.log(`${name.padEnd(34)} median ${at(0.5)} ms  99 % ${at(0.99)} ms  slowest ${at(1)} ms  ${memory}`)
}

/** Submits ten forms a second in each of so many lines until told to stop; whether they are stored does not matter. */
function write(url: string, lines: number): () => Promise<unknown> {
  let isOver = false
  const body = JSON.stringify({
    name: 'Ann Example',
    email: 'ann@example.com',
    subject: 'A question',
    message: 'When does the next course begin? '.repeat(100),
  })
  const headers = { 'content-type': 'application/json' }
  const writing = Promise.all(
    Array.from({ length: lines }, async () => {
      while (!isOver) {
        await fetch(`${url}/api/v1/forms/contact`, { method: 'POST', headers, body }).then(
          (answer) => answer.text(),
          String,
        )
        await pass(100)
      }
    }),
  )
  return () => {
    isOver = true
    return writing
  }
}

/** Connections that are held and not used, by what they send at first and drip. */
const slowly: readonly (readonly [first: string, reads: boolean])[] = [
  [
    'POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    true,
  ],
  ['GET /api/v1/courses HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{', true],
  ['PUT /api/blobs/documents/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{', true],
  ['GET /api/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4), false],
  ['GET /api/v1/courses HTTP/1.1\r\nX-', true],
  [
    'GET /client/hubs/mackchat?awps_connection_id=x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: json.reliable.webpubsub.azure.v1\r\n\r\n',
    true,
  ],
]
function hold(url: string): () => void {
  const sockets: Socket[] = []
  for (let n = 0; n < held; n++) {
    const [first, reads] = slowly[n % slowly.length] ?? ['', true]
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    if (reads) socket.resume()
    socket.write(first)
    sockets.push(socket)
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x')
  }, 5_000)
  return () => {
    clearInterval(drip)
    for (const socket of sockets) socket.destroy()
  }
}

let server = await start('alone')
await measure('alone', server, residentMb(server))

let before = residentMb(server)
const letGo = hold(server.url)
await pass(4_000)
await measure(`${held} connections that are held`, server, before)
letGo()

before = residentMb(server)
const other = new DatabaseSync(join(folderOf('alone'), 'tools-inc.db'))
other.exec('begin immediate')
const stopWaiting = write(server.url, 20)
await measure('database locked, 20 wait to write', server, before)
other.exec('rollback')
other.close()
await stopWaiting()
await server.stop()

server = await start('full', {}, ['entry/node.ts'], ['sh', '-c', 'ulimit -f 9000; exec "$@"', 'sh'])
before = residentMb(server)
const stopFilling = write(server.url, 20)
await pass(5_000)
await measure('disk full, 20 write', server, before)
await stopFilling()
await server.stop()

const shifted = ['--import', './test/entry/shifted-clock.ts', 'entry/node.ts']
server = await start('alone', { CLOCK_SHIFT_MS: String(-day) }, shifted)
await measure('clock a day back', server, residentMb(server))
await server.stop('SIGKILL')
server = await start('alone')
await measure('killed and started again', server, residentMb(server))
await server.stop()
rmSync(directory, { recursive: true, force: true })
