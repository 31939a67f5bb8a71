import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/*
 * Azure Front Door by the rules that it documents (learn.microsoft.com: front-door-caching, front-door-http-headers-protocol,
 * how-to-compression) and, where users have measured something worse, by that. Where it may do one thing or another it
 * does here what is worse for whoever stands behind it.
 */

export interface StoredAnswer {
  readonly path: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly until: number
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface FrontDoorOptions {
  /** Where the service is. */
  readonly origin: string
  /** Whether caching is enabled for a path: by a rule of the profile, whoever asks. */
  readonly isCached: (path: string) => boolean
  /** The id of the profile, which the origin knows. */
  readonly id?: string
  readonly now?: () => number
}

const cacheableStatus = new Set([200, 203, 206, 300, 301, 410, 416])
/** Without any header it keeps an answer for one to three days, at random. */
const keptWithoutHeaderSeconds = 3 * 86_400
const secondMs = 1_000

/** `stale-while-revalidate` and `Vary` mean nothing to it. */
function lifetimeSeconds({ status, headers }: Answer): number {
  if (!cacheableStatus.has(status)) return 0
  const control = headers['cache-control'] ?? ''
  if (/\b(?:private|no-cache|no-store)\b/i.test(control)) return 0
  const [, seconds] = /\bs-maxage=(\d+)/i.exec(control) ?? /(?<!-)\bmax-age=(\d+)/i.exec(control) ?? []
  if (seconds !== undefined) return Number(seconds)
  if (headers.expires !== undefined) return Math.max(0, (Date.parse(headers.expires) - Date.now()) / secondMs)
  return control === '' ? keptWithoutHeaderSeconds : 0
}

const hopByHop = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'te',
  'trailer',
]
/** Not passed on where caching is enabled; `Authorization` is on the older list, and missed by people since. */
const droppedWhenCached = [
  'authorization',
  'accept',
  'accept-charset',
  'accept-language',
  'content-length',
  'vary',
  // To fill the cache it asks for all of it.
  'if-none-match',
  'if-modified-since',
  'range',
]

const without = (headers: IncomingHttpHeaders, names: readonly string[]): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))

const compressible =
  /^(?:application\/(?:json|javascript|xml)|text\/(?:css|csv|html|javascript|plain|xml)|image\/svg\+xml)\b/

/** On the way out, where caching is enabled: Brotli before gzip, from 1 KB to 8 MB. */
function compressed({ headers, body }: Answer, accepted: string): { coding?: string; body: Buffer } {
  const mayBe =
    headers['content-encoding'] === undefined &&
    compressible.test(headers['content-type'] ?? '') &&
    body.length >= 1_024 &&
    body.length <= 8_388_608
  if (!mayBe) return { body }
  const takes = (coding: string) =>
    new RegExp(`\\b${coding}\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))`).test(accepted)
  if (takes('br')) return { coding: 'br', body: brotliCompressSync(body) }
  return takes('gzip') ? { coding: 'gzip', body: gzipSync(body) } : { body }
}

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const nothingOfTheCaller = /^(?:date|connection|keep-alive|content-length|transfer-encoding)$/

/** What differs between an answer and the one that somebody else gets who has nothing in common with whoever asked first. */
function differences(stored: Answer, stranger: Answer): readonly string[] {
  const names = new Set([...Object.keys(stored.headers), ...Object.keys(stranger.headers)])
  const isSameThing = stored.headers.etag === stranger.headers.etag
  const differing = [...names].filter(
    (name) =>
      !nothingOfTheCaller.test(name) &&
      (isSameThing || name !== 'etag') &&
      String(stored.headers[name]) !== String(stranger.headers[name]),
  )
  if (stored.status !== stranger.status) differing.push('status')
  if (isSameThing && !stored.body.equals(stranger.body)) differing.push('body')
  return differing
}

export async function startFrontDoor({
  origin,
  isCached,
  id = '11111111-2222-3333-4444-555555555555',
  now = Date.now,
}: FrontDoorOptions) {
  const kept = new Map<string, StoredAnswer>()
  const underWay = new Map<string, Promise<Answer>>()
  const everStored: StoredAnswer[] = []
  const leaks: string[] = []
  const { hostname, port } = new URL(origin)

  /** What a client says of itself by the names of Front Door is taken out; `X-Forwarded-For` is only added to. */
  function towardsOrigin(incoming: IncomingMessage): OutgoingHttpHeaders {
    const headers = Object.fromEntries(
      Object.entries(without(incoming.headers, hopByHop)).filter(
        ([name]) => !/^x-fd-|^x-azure-(?:fdid|socketip|clientip|ref)$/.test(name),
      ),
    ) as OutgoingHttpHeaders
    const peer = incoming.socket.remoteAddress ?? ''
    const [claimed] = String(incoming.headers['x-forwarded-for'] ?? peer).split(',')
    return {
      ...headers,
      via: '1.1 Azure',
      'x-azure-fdid': id,
      'x-azure-ref': crypto.randomUUID(),
      'x-azure-clientip': claimed?.trim(),
      'x-azure-socketip': peer,
      'x-forwarded-for': [incoming.headers['x-forwarded-for'], peer].filter(Boolean).join(', '),
      'x-forwarded-host': incoming.headers.host,
      'x-forwarded-proto': 'http',
    }
  }

  const open = (method: string, path: string, headers: OutgoingHttpHeaders) =>
    request({ hostname, port, method, path, headers, agent: false })

  async function ask(path: string, headers: OutgoingHttpHeaders): Promise<Answer> {
    const asking = open('GET', path, headers)
    asking.end()
    const [message] = (await once(asking, 'response')) as [IncomingMessage]
    return {
      status: message.statusCode ?? 0,
      headers: without(message.headers, hopByHop),
      body: await bodyOf(message),
    }
  }

  /** Somebody else, from elsewhere, without anything that the first one had, asks for the same. */
  async function askAsStranger(path: string, host: string | undefined): Promise<Answer> {
    const { status, headers, body } = await ask(path, {
      host,
      origin: 'https://stranger.example',
      'x-request-id': 'stranger-request-1',
      'user-agent': 'stranger',
      via: '1.1 Azure',
      'x-azure-fdid': id,
      'x-azure-socketip': '203.0.113.77',
      'x-azure-clientip': '203.0.113.77',
      'x-forwarded-for': '203.0.113.77',
      'x-forwarded-proto': 'http',
    })
    return { status, headers: without(headers, ['set-cookie']), body }
  }

  async function fill(key: string, incoming: IncomingMessage): Promise<Answer> {
    const path = incoming.url ?? '/'
    const stale = kept.get(key)
    const headers = without(towardsOrigin(incoming) as IncomingHttpHeaders, droppedWhenCached)
    const etag = stale?.headers.etag
    const fresh = await ask(path, { ...headers, ...(etag === undefined ? {} : { 'if-none-match': etag }) })
    const isUnchanged = stale !== undefined && fresh.status === 304
    const answer: Answer = isUnchanged
      ? { status: stale.status, headers: { ...stale.headers, ...fresh.headers }, body: stale.body }
      : { ...fresh, headers: without(fresh.headers, ['set-cookie']) }
    const seconds = lifetimeSeconds(answer)
    if (seconds === 0) {
      kept.delete(key)
      return answer
    }
    const stored = { ...answer, path, until: now() + seconds * 1_000 }
    kept.set(key, stored)
    everStored.push(stored)
    const differing = differences(answer, await askAsStranger(path, incoming.headers.host))
    if (differing.length > 0) leaks.push(`${path}: ${differing.join(', ')}`)
    return answer
  }

  async function answerCached(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const key = `${incoming.headers.host} ${incoming.url}`
    const known = kept.get(key)
    const isHit = known !== undefined && known.until > now()
    let answer: Answer | undefined = isHit ? known : undefined
    if (!answer) {
      // Whoever asks for the same at the same time may get the same, whatever its headers say.
      const work = underWay.get(key) ?? fill(key, incoming).finally(() => underWay.delete(key))
      underWay.set(key, work)
      answer = await work
    }
    const headers = {
      ...answer.headers,
      'x-cache': isHit ? 'TCP_HIT' : kept.has(key) ? 'TCP_MISS' : 'PRIVATE_NOSTORE',
    }
    const { etag } = answer.headers
    const wanted = String(incoming.headers['if-none-match'] ?? '').replaceAll('W/', '')
    if (
      answer.status === 200 &&
      etag !== undefined &&
      wanted.split(/\s*,\s*/).includes(etag.replace('W/', ''))
    ) {
      outgoing.writeHead(304, without(headers, ['content-length', 'content-type', 'content-encoding']))
      outgoing.end()
      return
    }
    const { coding, body } = compressed(answer, String(incoming.headers['accept-encoding'] ?? ''))
    outgoing.writeHead(answer.status, {
      ...without(headers, ['content-length']),
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
    })
    outgoing.end(body)
  }

  /** Where caching is not enabled everything goes through as it is, in both directions. */
  function passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { 'content-length': length, 'transfer-encoding': chunked } = incoming.headers
    const headers = {
      ...towardsOrigin(incoming),
      ...(chunked && length === undefined ? { 'transfer-encoding': chunked } : {}),
    }
    const asking = open(incoming.method ?? 'GET', incoming.url ?? '/', headers)
    asking.on('response', (message) => {
      const { statusCode = 502, headers: given } = message
      outgoing.writeHead(statusCode, {
        ...without(given, hopByHop),
        'x-cache': 'CONFIG_NOCACHE',
      } as OutgoingHttpHeaders)
      message.pipe(outgoing)
    })
    asking.on('error', () => outgoing.destroy())
    outgoing.on('close', () => asking.destroy())
    incoming.pipe(asking)
  }

  const server = createServer((incoming, outgoing) => {
    const [path = '/'] = (incoming.url ?? '/').split('?')
    // Only GET is ever kept; a part of something is passed on.
    if (incoming.method !== 'GET' || incoming.headers.range !== undefined || !isCached(path))
      passOn(incoming, outgoing)
    else answerCached(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.on('upgrade', (incoming, near, head) => {
    const far = connect(Number(port), hostname, () => {
      const headers = { ...towardsOrigin(incoming), connection: 'Upgrade', upgrade: incoming.headers.upgrade }
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
      far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      far.write(head)
      near.pipe(far).pipe(near)
    })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    id,
    /** Everything that it has ever kept. */
    stored: everStored as readonly StoredAnswer[],
    /** What it kept and somebody else would not have got: by path, with the names of the headers. */
    leaks: leaks as readonly string[],
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
