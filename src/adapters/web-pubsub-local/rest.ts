import { z } from 'zod'
import type { Connection } from './connection.ts'
import { readPayload } from './event-handler.ts'
import { type Filter, InvalidFilter, parseFilter } from './filter.ts'
import type { Limits } from './limits.ts'
import { createMessage, type Sender } from './message.ts'
import type { Registry } from './registry.ts'
import type { Sockets } from './sockets.ts'
import type { Tokens } from './tokens.ts'

const apiVersions = new Set(['2021-10-01', '2022-11-01', '2023-07-01', '2024-01-01', '2024-12-01'])
const maxTtlSeconds = 300
const maxPage = 200

const Regrouping = z.object({ groups: z.array(z.string().min(1)).min(1), filter: z.string().optional() })

class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

interface Call {
  readonly request: Request
  readonly url: URL
  readonly hub: string
  /** What the pattern of the route names. */
  readonly names: readonly string[]
}

type Answer = (call: Call) => Response | Promise<Response>

const done = (status: 200 | 202 | 204): Response => new Response(null, { status })
const missing = (code: string): Response =>
  Response.json({ code, message: 'It does not exist.' }, { status: 404 })

const everybody: Filter = () => true
const filterOf = (text: string | null | undefined): Filter => (text ? parseFilter(text) : everybody)

/** No more of it than the limit is kept, whatever length it says. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > maxBytes) throw new BadRequest('The body is too long.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The data plane of the service by HTTP, as its SDK calls it. */
export function createRest({
  registry,
  sockets,
  tokens,
  origin,
  now,
  limits,
  isStopping,
}: {
  readonly registry: Registry
  readonly sockets: Sockets
  readonly tokens: Tokens
  readonly origin: () => string
  readonly now: () => number
  readonly limits: Limits
  readonly isStopping: () => boolean
}) {
  const chosen = ({ url }: Call, from: Iterable<Connection>): Connection[] => {
    const excluded = new Set(url.searchParams.getAll('excluded'))
    const filter = filterOf(url.searchParams.get('filter'))
    return [...from].filter((connection) => !excluded.has(connection.id) && filter(connection))
  }
  const one = (hub: string, id: string | undefined): Connection[] => {
    const connection = registry.find(hub, id ?? '')
    return connection ? [connection] : []
  }
  const exists = (found: Iterable<Connection>): Response =>
    new Response(null, { status: [...found].length > 0 ? 200 : 404 })

  const sendTo = async (call: Call, to: Iterable<Connection>, sender: Sender): Promise<Response> => {
    const { request, url } = call
    const bytes = await readBytes(request, limits.requestBytes)
    const payload = readPayload(request.headers.get('content-type') ?? '', bytes)
    if (!payload) throw new BadRequest('The body is not valid JSON.')
    const ttlSeconds = Number(url.searchParams.get('messageTtlSeconds') ?? 0)
    if (!(ttlSeconds >= 0 && ttlSeconds <= maxTtlSeconds))
      throw new BadRequest('messageTtlSeconds is 0 to 300.')
    const expiresAtMs = ttlSeconds > 0 ? now() + ttlSeconds * 1000 : Number.POSITIVE_INFINITY
    sockets.send(chosen(call, to), createMessage(sender, payload, expiresAtMs))
    return done(202)
  }
  const close = (call: Call, which: Iterable<Connection>): Response => {
    const reason = call.url.searchParams.get('reason') ?? ''
    for (const connection of chosen(call, which)) sockets.end(connection, reason)
    return done(204)
  }
  const regroup = async (
    call: Call,
    change: (connection: Connection, group: string) => void,
  ): Promise<Response> => {
    const text = new TextDecoder().decode(await readBytes(call.request, limits.requestBytes))
    const { success, data } = Regrouping.safeParse(JSON.parse(text))
    if (!success) throw new BadRequest('The body needs groups.')
    const filter = filterOf(data.filter)
    for (const connection of [...registry.all(call.hub)].filter(filter))
      for (const group of data.groups) change(connection, group)
    return done(200)
  }
  const roleOf = ({ url, names: [permission] }: Call): string => {
    if (permission !== 'joinLeaveGroup' && permission !== 'sendToGroup')
      throw new BadRequest('The permission is not known.')
    const group = url.searchParams.get('targetName')
    return `webpubsub.${permission}${group ? `.${group}` : ''}`
  }

  const routes: readonly (readonly [string, Answer])[] = [
    ['POST :send', (call) => sendTo(call, registry.all(call.hub), { from: 'server' })],
    [
      'POST users/*/:send',
      (call) => sendTo(call, registry.ofUser(call.hub, call.names[0] ?? ''), { from: 'server' }),
    ],
    ['POST connections/*/:send', (call) => sendTo(call, one(call.hub, call.names[0]), { from: 'server' })],
    [
      'POST groups/*/:send',
      (call) => {
        const [group = ''] = call.names
        return sendTo(call, registry.inGroup(call.hub, group), { from: 'group', group })
      },
    ],
    ['POST :closeConnections', (call) => close(call, registry.all(call.hub))],
    ['POST users/*/:closeConnections', (call) => close(call, registry.ofUser(call.hub, call.names[0] ?? ''))],
    [
      'POST groups/*/:closeConnections',
      (call) => close(call, registry.inGroup(call.hub, call.names[0] ?? '')),
    ],
    ['DELETE connections/*', (call) => close(call, one(call.hub, call.names[0]))],
    ['HEAD connections/*', ({ hub, names }) => exists(one(hub, names[0]))],
    ['HEAD users/*', ({ hub, names }) => exists(registry.ofUser(hub, names[0] ?? ''))],
    ['HEAD groups/*', ({ hub, names }) => exists(registry.inGroup(hub, names[0] ?? ''))],
    [
      'GET groups/*/connections',
      ({ hub, names, url }) => {
        const all = [...registry.inGroup(hub, names[0] ?? '')]
        const top = Number(url.searchParams.get('top') ?? all.length)
        const from = Number(url.searchParams.get('continuationToken') ?? 0)
        const end = from + Math.min(top, Number(url.searchParams.get('maxpagesize') ?? maxPage), maxPage)
        const next = new URL(url.pathname + url.search, origin())
        next.searchParams.set('continuationToken', String(end))
        return Response.json({
          value: all
            .slice(from, end)
            .map(({ id, userId }) => ({ connectionId: id, ...(userId === undefined ? {} : { userId }) })),
          ...(end < all.length && end - from < top ? { nextLink: next.href } : {}),
        })
      },
    ],
    [
      'PUT groups/*/connections/*',
      ({ hub, names: [group = '', id] }) => {
        const connection = registry.find(hub, id ?? '')
        if (!connection) return missing('Error.Connection.NotExisted')
        registry.join(connection, group)
        return done(200)
      },
    ],
    [
      'DELETE groups/*/connections/*',
      ({ hub, names: [group = '', id] }) => {
        for (const connection of one(hub, id)) registry.leave(connection, group)
        return done(204)
      },
    ],
    [
      'DELETE connections/*/groups',
      ({ hub, names: [id] }) => {
        for (const connection of one(hub, id)) registry.leaveAll(connection)
        return done(204)
      },
    ],
    [
      'PUT users/*/groups/*',
      ({ hub, names: [userId = '', group = ''] }) => {
        const theirs = registry.ofUser(hub, userId)
        if (theirs.size === 0) return missing('Error.User.NotExisted')
        for (const connection of theirs) registry.join(connection, group)
        return done(200)
      },
    ],
    [
      'DELETE users/*/groups/*',
      ({ hub, names: [userId = '', group = ''] }) => {
        for (const connection of registry.ofUser(hub, userId)) registry.leave(connection, group)
        return done(204)
      },
    ],
    [
      'DELETE users/*/groups',
      ({ hub, names: [userId = ''] }) => {
        for (const connection of registry.ofUser(hub, userId)) registry.leaveAll(connection)
        return done(204)
      },
    ],
    ['POST :addToGroups', (call) => regroup(call, registry.join)],
    ['POST :removeFromGroups', (call) => regroup(call, registry.leave)],
    [
      'PUT permissions/*/connections/*',
      (call) => {
        const [connection] = one(call.hub, call.names[1])
        if (!connection) return missing('Error.Connection.NotExisted')
        connection.roles.add(roleOf(call))
        return done(200)
      },
    ],
    [
      'DELETE permissions/*/connections/*',
      (call) => {
        for (const connection of one(call.hub, call.names[1])) connection.roles.delete(roleOf(call))
        return done(204)
      },
    ],
    [
      'HEAD permissions/*/connections/*',
      (call) => {
        const role = roleOf(call)
        const [connection] = one(call.hub, call.names[1])
        const general = `webpubsub.${call.names[0]}`
        return new Response(null, {
          status: connection?.roles.has(role) || connection?.roles.has(general) ? 200 : 404,
        })
      },
    ],
    [
      'POST :generateToken',
      ({ hub, url: { searchParams: query } }) => {
        const minutes = Number(query.get('minutesToExpire') ?? 60)
        if (!(minutes > 0)) throw new BadRequest('minutesToExpire is more than 0.')
        const iat = Math.floor(now() / 1000)
        const userId = query.get('userId')
        const token = tokens.sign({
          role: query.getAll('role'),
          'webpubsub.group': query.getAll('group'),
          iat,
          exp: iat + minutes * 60,
          aud: `${origin()}/client/hubs/${hub}`,
          ...(userId === null ? {} : { sub: userId }),
        })
        return Response.json({ token })
      },
    ],
  ]
  const answers = new Map(routes)

  async function answer(request: Request, url: URL): Promise<Response> {
    if (url.pathname === '/api/health') return new Response(null, { status: isStopping() ? 503 : 200 })
    const token = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    if (!tokens.verify(token, url.pathname)) return new Response(null, { status: 401 })
    if (!apiVersions.has(url.searchParams.get('api-version') ?? ''))
      throw new BadRequest('The api-version is not known.')
    const [, , , hub = '', ...rest] = url.pathname.split('/').map(decodeURIComponent)
    const isName = (part: string, at: number) => at % 2 === 1 && !part.startsWith(':')
    const pattern = rest.map((part, at) => (isName(part, at) ? '*' : part)).join('/')
    const handle = answers.get(`${request.method} ${pattern}`)
    if (!handle) return missing('Error.NotFound')
    return handle({ request, url, hub, names: rest.filter(isName) })
  }

  /** Some caches keep for days what does not say how long. */
  const keptByNobody = (response: Response): Response => {
    response.headers.set('Cache-Control', 'private, no-store')
    return response
  }

  return async (request: Request): Promise<Response> => {
    try {
      return keptByNobody(await answer(request, new URL(request.url)))
    } catch (error) {
      if (
        !(
          error instanceof BadRequest ||
          error instanceof InvalidFilter ||
          error instanceof SyntaxError ||
          error instanceof URIError
        )
      )
        throw error
      return keptByNobody(
        Response.json({ code: 'Error.BadRequest', message: error.message }, { status: 400 }),
      )
    }
  }
}
