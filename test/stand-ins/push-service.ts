import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { decodeBase64url, encodeBase64url } from '../../src/ports/base64url.ts'
import { createCertificate } from './certificate.ts'
import { decryptPush, type UserAgentKeys } from './push-decryption.ts'

const { subtle } = crypto
const authority = createCertificate(['localhost'])
const daySeconds = 86_400
const bytesOf = (text: string) => decodeBase64url(text) ?? new Uint8Array(0)

/** What a browser that subscribed here says. */
export interface SubscribedBrowser {
  readonly id: string
  readonly json: {
    readonly endpoint: string
    readonly expirationTime: null
    readonly keys: { readonly p256dh: string; readonly auth: string }
  }
}

export interface ReceivedPush {
  readonly text: string
  readonly bytes: number
  readonly topic: string | null
  readonly urgency: string
  readonly ttlSeconds: number
}

/** What it does with the next pushes of a browser instead of taking them. */
export type Mood =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'silent'
  | 'cut'
  | null

interface Agent extends UserAgentKeys {
  readonly applicationServerKey: string
  mood: Mood
}

interface Kept {
  readonly body: Uint8Array<ArrayBuffer>
  readonly topic: string | null
  readonly urgency: string
  readonly ttlSeconds: number
}

export interface RunningPushService {
  /** `localhost` and its port: for the hosts that are called. */
  readonly host: string
  readonly certificate: string
  /** What was wrong with what was refused, in words; of all of them. */
  readonly complaints: readonly string[]
  /** How many requests reached it, whatever became of them, by path. */
  readonly requests: readonly string[]
  /** The tokens that were shown, each once. */
  readonly tokens: ReadonlySet<string>
  subscribe(applicationServerKey: string): Promise<SubscribedBrowser>
  be(id: string, mood: Mood): void
  /** What waits for a browser, decrypted with its own keys: it has it then. */
  receive(id: string): Promise<readonly ReceivedPush[]>
  stop(): Promise<void>
}

/** Something that the RFCs forbid. */
class Refused extends Error {
  readonly status: number
  constructor(status: number, complaint: string) {
    super(complaint)
    this.status = status
  }
}

const single = (request: IncomingMessage, name: string): string | undefined => {
  const all = request.headersDistinct[name] ?? []
  if (all.length > 1) throw new Refused(400, `${name} twice`)
  return all[0]
}

/**
 * A push service as strict as RFC 8030 (TTL, Urgency, Topic, 4,096 bytes), RFC 8188 and 8291 (one `aes128gcm` record) and RFC 8292
 * (who signs, for whom, until when, and that it is who the browser subscribed with) allow, over TLS.
 */
export async function startPushService({
  now = Date.now,
}: {
  readonly now?: () => number
} = {}): Promise<RunningPushService> {
  const { certificate, privateKey } = await authority
  const agents = new Map<string, Agent>()
  const queues = new Map<string, Kept[]>()
  const complaints: string[] = []
  const requests: string[] = []
  const tokens = new Set<string>()
  const sockets = new Set<Duplex>()
  let origin = ''

  async function verifyVapid(authorization: string | undefined, { applicationServerKey }: Agent) {
    const [, token, k] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization ?? '') ?? []
    if (!token || !k) throw new Refused(401, 'no vapid token')
    const [head = '', body = '', signature = '', ...more] = token.split('.')
    if (more.length > 0) throw new Refused(401, 'no JWT')
    const header = JSON.parse(new TextDecoder().decode(bytesOf(head)))
    const claims = JSON.parse(new TextDecoder().decode(bytesOf(body)))
    if (header.alg !== 'ES256' || header.typ !== 'JWT') throw new Refused(401, 'not ES256')
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
    const key = await subtle.importKey('raw', bytesOf(k), algorithm, false, ['verify'])
    const signed = new TextEncoder().encode(`${head}.${body}`)
    if (!(await subtle.verify(algorithm, key, bytesOf(signature), signed)))
      throw new Refused(403, 'signed by another key')
    if (claims.aud !== origin) throw new Refused(403, 'for another push service')
    const leftSeconds = claims.exp - now() / 1_000
    if (!(leftSeconds > 0)) throw new Refused(403, 'expired')
    if (leftSeconds > daySeconds) throw new Refused(403, 'lasts for more than a day')
    const isMail = /^mailto:[^@\s]+@(?!localhost$)[^@\s]+\.[^@\s]+$/.test(claims.sub ?? '')
    const isSite = /^https:\/\/(?!localhost|127\.|\[)/.test(claims.sub ?? '')
    if (!isMail && !isSite) throw new Refused(403, 'nobody to write to')
    if (k !== applicationServerKey) throw new Refused(403, 'not who the browser subscribed with')
    tokens.add(token)
  }

  function readHeaders(request: IncomingMessage) {
    const ttl = single(request, 'ttl')
    if (ttl === undefined || !/^\d+$/.test(ttl)) throw new Refused(400, 'no TTL')
    const urgency = single(request, 'urgency') ?? 'normal'
    if (!/^(?:very-low|low|normal|high)$/.test(urgency)) throw new Refused(400, 'no urgency of RFC 8030')
    const topic = single(request, 'topic') ?? null
    if (topic !== null && !/^[\w-]{1,32}$/.test(topic)) throw new Refused(400, 'no topic of RFC 8030')
    if (single(request, 'content-encoding') !== 'aes128gcm') throw new Refused(415, 'not aes128gcm')
    for (const older of ['crypto-key', 'encryption'])
      if (single(request, older) !== undefined) throw new Refused(400, `${older} is of the draft`)
    return { ttlSeconds: Number(ttl), urgency, topic }
  }

  function checkRecord(body: Uint8Array) {
    if (body.length > 4_096) throw new Refused(413, 'more than 4,096 bytes')
    if (body.length < 4_096) throw new Refused(400, 'its length says something')
    const size = new DataView(body.buffer, body.byteOffset + 16, 4).getUint32(0)
    if (size !== 4_096) throw new Refused(400, 'another record size')
    if (body[20] !== 65 || body[21] !== 4) throw new Refused(400, 'the sender has no key in the header')
  }

  async function take(request: IncomingMessage): Promise<{ status: number; headers?: object }> {
    const id = request.url?.split('/').at(-1) ?? ''
    const agent = agents.get(id)
    if (request.method !== 'POST') throw new Refused(405, 'not POST')
    if (!agent) throw new Refused(404, 'nobody subscribed there')
    if (typeof agent.mood === 'object' && agent.mood !== null) return agent.mood
    const headers = readHeaders(request)
    const body = new Uint8Array(await buffer(request))
    checkRecord(body)
    await verifyVapid(single(request, 'authorization'), agent)
    const waiting = (queues.get(id) ?? []).filter(({ topic }) => topic === null || topic !== headers.topic)
    queues.set(id, [...waiting, { body, ...headers }])
    return { status: 201, headers: { location: `${origin}/m/${crypto.randomUUID()}` } }
  }

  const server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
    requests.push(request.url ?? '')
    const agent = agents.get(request.url?.split('/').at(-1) ?? '')
    if (agent?.mood === 'silent') return
    if (agent?.mood === 'cut') return void request.socket.destroy()
    try {
      const { status, headers } = await take(request)
      response.writeHead(status, { ...headers }).end()
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(400, String(error))
      complaints.push(refused.message)
      response.writeHead(refused.status).end(refused.message)
    }
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const host = `localhost:${(server.address() as AddressInfo).port}`
  origin = `https://${host}`

  return {
    host,
    certificate,
    complaints,
    requests,
    tokens,
    async subscribe(applicationServerKey) {
      const pair = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
      const p256dh = new Uint8Array(await subtle.exportKey('raw', pair.publicKey))
      const auth = crypto.getRandomValues(new Uint8Array(16))
      const id = crypto.randomUUID()
      agents.set(id, { privateKey: pair.privateKey, p256dh, auth, applicationServerKey, mood: null })
      const keys = { p256dh: encodeBase64url(p256dh), auth: encodeBase64url(auth) }
      return { id, json: { endpoint: `${origin}/p/${id}`, expirationTime: null, keys } }
    },
    be(id, mood) {
      const agent = agents.get(id)
      if (agent) agent.mood = mood
    },
    async receive(id) {
      const agent = agents.get(id)
      if (!agent) return []
      const waiting = queues.get(id) ?? []
      queues.delete(id)
      return Promise.all(
        waiting.map(async ({ body, ...headers }) => ({
          text: await decryptPush(body, agent),
          bytes: body.length,
          ...headers,
        })),
      )
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
