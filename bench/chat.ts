import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { demoPassword } from '../entry/demo.ts'
import { freePort } from '../test/free-port.ts'
import { measureSearch, searchOptions } from './chat/search.ts'

/*
 * Sending through HTTP on SQLite, every message flushed to the disk before it is answered; and how long a message takes
 * from the request of its sender to the socket of a peer, with the embedded server. One process serves, this one loads it.
 */

const people = 50
const port = await freePort()
const url = `http://localhost:${port}`
const directory = mkdtempSync(join(tmpdir(), 'bench-chat-'))

const server: ChildProcess = spawn(
  process.execPath,
  ['--import', './entry/compile-cache.mjs', 'entry/node.ts'],
  {
    env: {
      PATH: process.env['PATH'] ?? '',
      DATA_DIR: directory,
      PORT: String(port),
      HOST: 'localhost',
      PUBLIC_URL: url,
      RATE_LIMIT_SCALE: '1e9',
      DEMO_DATA: 'on',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
await new Promise<void>((resolve, reject) => {
  server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  createInterface({ input: server.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (line.includes('"server_started"')) resolve()
  })
})

async function call(method: string, path: string, token: string | null, body?: object): Promise<any> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`)
  return text ? JSON.parse(text) : null
}
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

const admin = await call('POST', '/api/v1/auth/login', null, {
  email: 'admin@example.org',
  password: demoPassword,
})
const senders: { readonly id: string; readonly token: string }[] = []
for (let i = 0; i < people; i++) {
  const account = { email: `sender${i}@example.com`, password: 'SecurePass123!', name: `Sender ${i}` }
  const { user, accessToken } = await call('POST', '/api/v1/auth/signup', null, account)
  senders.push({ id: user.id, token: accessToken })
}
const { id } = await call('POST', '/api/v1/conversations', admin.accessToken, {
  type: 'group',
  participantIds: senders.map((sender) => sender.id),
})
const path = `/api/v1/conversations/${id}/messages`
async function send(sender: { readonly token: string }): Promise<number> {
  const startedAt = performance.now()
  await call('POST', path, sender.token, { text: `at ${performance.timeOrigin + startedAt}` })
  return performance.now() - startedAt
}

/** Sends one after the other, each sender. */
async function sendBy(count: number, each: number): Promise<readonly number[]> {
  const all = await Promise.all(
    senders.slice(0, count).map(async (sender) => {
      const times: number[] = []
      for (let i = 0; i < each; i++) times.push(await send(sender))
      return times
    }),
  )
  return all.flat()
}
await sendBy(10, 30)
const alone = await sendBy(1, 300)
const startedAt = performance.now()
const together = await sendBy(people, 20)
const perSecond = (people * 20) / ((performance.now() - startedAt) / 1000)

const { url: socketUrl } = await call('POST', '/api/v1/realtime/negotiate', admin.accessToken, {})
const socket = new WebSocket(socketUrl, 'json.webpubsub.azure.v1')
await new Promise((resolve) => socket.addEventListener('open', resolve))
await pause(500)
const delays: number[] = []
socket.addEventListener('message', ({ data }) => {
  const { type, data: event } = JSON.parse(String(data))
  if (type !== 'message' || event.event !== 'message.new') return
  delays.push(performance.timeOrigin + performance.now() - Number(event.data.text.slice(3)))
})
const ratePerSecond = 200
const total = 5 * ratePerSecond
const sending: Promise<number>[] = []
const began = performance.now()
for (let i = 0; i < total; i++) {
  const due = began + (i * 1000) / ratePerSecond
  while (performance.now() < due) await pause(1)
  sending.push(send(senders[i % people] as { readonly token: string }))
}
await Promise.all(sending)
for (let waited = 0; delays.length < total && waited < 5_000; waited += 50) await pause(50)
socket.close()
server.kill('SIGKILL')
rmSync(directory, { recursive: true })

const ms = (value: number) => `${value.toFixed(1)} ms`
const row = (name: string, value: string, wanted: string) => console.log(`| ${name} | ${value} | ${wanted} |`)
row('what', 'measured', 'wanted')
row('---', '---', '---')
row('send, 1 sender, p50 and p95', `${ms(at(alone, 0.5))}, ${ms(at(alone, 0.95))}`, '')
row(
  `send, ${people} senders in one conversation, p50 and p95`,
  `${ms(at(together, 0.5))}, ${ms(at(together, 0.95))} (${Math.round(perSecond)} a second)`,
  '',
)
row(
  `from request to a connected peer at ${ratePerSecond} a second, p50 and p95`,
  `${ms(at(delays, 0.5))}, ${ms(at(delays, 0.95))}, ${delays.length} of ${total} arrived`,
  'p95 < 100 ms',
)
await measureSearch(searchOptions())
process.exit(0)
