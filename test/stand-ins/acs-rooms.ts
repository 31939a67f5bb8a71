import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createCertificate } from './certificate.ts'
import { isSignedFor } from './communication-signature.ts'

type Role = 'Presenter' | 'Collaborator' | 'Attendee' | 'Consumer'

interface Room {
  readonly id: string
  readonly validFrom: string
  readonly validUntil: string
  readonly pstnDialOutEnabled: boolean
  readonly roles: Map<string, Role>
  readonly present: Set<string>
}

/** `slow`: it takes the request and says nothing. `cut`: it does what it was asked, and the connection breaks. */
export type AcsFault = number | 'slow' | 'cut' | 'none'

const roles: readonly unknown[] = ['Presenter', 'Collaborator', 'Attendee', 'Consumer']
const scopes: readonly unknown[] = ['chat', 'voip', 'chat.join', 'chat.join.limited', 'voip.join']
const halfYearMs = 180 * 86_400_000

class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string) {
    super(`${code} for <somebody@example.com>`)
    this.status = status
    this.code = code
  }
}

/**
 * Rooms and identities of Azure Communication Services, by what its REST reference says (Rooms 2025-03-13, Identity 2023-10-01): requests signed with
 * the access key or a bearer token, tokens of an hour at least, rooms that let in whom they list and while they are valid. Deleting an
 * identity ends its tokens and no call.
 */
export async function startAcsRooms({ key, token }: { readonly key: string; readonly token: string }) {
  const { certificate, privateKey } = await createCertificate(['localhost', '127.0.0.1'])
  const rooms = new Map<string, Room>()
  const identities = new Set<string>()
  const tokens = new Map<
    string,
    { readonly seat: string; readonly scopes: readonly unknown[]; readonly untilMs: number }
  >()
  const faults: AcsFault[] = []
  const seen: string[] = []
  let count = 0

  function issue(seat: string, asked: readonly unknown[] | undefined, minutes: unknown = 1440) {
    if (!asked?.length || !asked.every((each) => scopes.includes(each)))
      throw new Refused(400, 'InvalidScopes')
    if (!Number.isInteger(minutes) || Number(minutes) < 60 || Number(minutes) > 1440)
      throw new Refused(400, 'InvalidExpiration')
    const untilMs = Date.now() + Number(minutes) * 60_000
    const made = `eyJ.${crypto.randomUUID()}`
    tokens.set(made, { seat, scopes: asked, untilMs })
    return { token: made, expiresOn: new Date(untilMs).toISOString() }
  }

  const roomOf = (id: string): Room => {
    const room = rooms.get(id)
    if (!room) throw new Refused(404, 'NotFound')
    return room
  }
  const shown = ({ roles: _, present: __, ...room }: Room) => ({ ...room, createdAt: room.validFrom })

  interface Body {
    readonly createTokenWithScopes?: readonly unknown[]
    readonly scopes?: readonly unknown[]
    readonly expiresInMinutes?: unknown
    readonly validUntil?: string
    readonly pstnDialOutEnabled?: boolean
    readonly participants?: Readonly<Record<string, { readonly role?: unknown } | null>>
  }
  type Answer = readonly [status: number, body?: object]
  type Route = readonly [
    method: string,
    path: RegExp,
    version: string,
    answer: (id: string, body: Body, request: IncomingMessage) => Answer,
  ]
  const identityApi = '2023-10-01'
  const roomsApi = '2025-03-13'
  const routes: readonly Route[] = [
    [
      'POST',
      /^\/identities$/,
      identityApi,
      (_, { createTokenWithScopes: asked, expiresInMinutes }) => {
        const id = `8:acs:019b76da-a80c-7a3e-9f50-7b9c1d3e5f70_${String(++count).padStart(8, '0')}-0000`
        const accessToken = asked && issue(id, asked, expiresInMinutes)
        identities.add(id)
        return [201, { identity: { id }, accessToken }]
      },
    ],
    [
      'DELETE',
      /^\/identities\/([^/]+)$/,
      identityApi,
      (id) => {
        if (!identities.delete(id)) throw new Refused(404, 'NotFound')
        return [204]
      },
    ],
    [
      'POST',
      /^\/identities\/([^/]+)\/:issueAccessToken$/,
      identityApi,
      (id, body) => {
        if (!identities.has(id)) throw new Refused(404, 'NotFound')
        return [200, issue(id, body.scopes, body.expiresInMinutes)]
      },
    ],
    [
      'POST',
      /^\/rooms$/,
      roomsApi,
      (_, { validUntil, pstnDialOutEnabled = false }, { headers }) => {
        if (!headers['repeatability-request-id'] || !headers['repeatability-first-sent'])
          throw new Refused(400, 'BadRequest')
        const untilMs = Date.parse(validUntil ?? new Date(Date.now() + halfYearMs).toISOString())
        if (!(untilMs > Date.now() && untilMs <= Date.now() + halfYearMs))
          throw new Refused(400, 'BadRequest')
        const id = `9919969036266${++count}`
        const room = {
          id,
          validFrom: new Date().toISOString(),
          validUntil: new Date(untilMs).toISOString(),
          pstnDialOutEnabled,
          roles: new Map(),
          present: new Set<string>(),
        }
        rooms.set(id, room)
        return [201, shown(room)]
      },
    ],
    [
      'DELETE',
      /^\/rooms\/([^/]+)$/,
      roomsApi,
      (id) => {
        rooms.delete(roomOf(id).id)
        return [204]
      },
    ],
    [
      'GET',
      /^\/rooms\/([^/]+)\/participants$/,
      roomsApi,
      (id, _, request) => {
        // Two to a page, so that whoever reads one page alone is found out.
        const from = Number(new URL(request.url ?? '/', 'https://x').searchParams.get('skip') ?? 0)
        const all = [...roomOf(id).roles].map(([rawId, role]) => ({ rawId, role }))
        const nextLink = `${url}/rooms/${id}/participants?skip=${from + 2}&api-version=${roomsApi}`
        return [200, { value: all.slice(from, from + 2), ...(all.length > from + 2 && { nextLink }) }]
      },
    ],
    [
      'PATCH',
      /^\/rooms\/([^/]+)\/participants$/,
      roomsApi,
      (id, { participants = {} }, { headers }) => {
        if (headers['content-type'] !== 'application/merge-patch+json')
          throw new Refused(415, 'UnsupportedMediaType')
        const room = roomOf(id)
        for (const [seat, given] of Object.entries(participants)) {
          const role = given === null ? null : (given.role ?? 'Attendee')
          if (!/^8:acs:/.test(seat) || (role !== null && !roles.includes(role)))
            throw new Refused(400, 'BadRequest')
          if (role === null) {
            room.roles.delete(seat)
            room.present.delete(seat)
          } else room.roles.set(seat, role as Role)
        }
        return [200, {}]
      },
    ],
  ]

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const body = await text(request)
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://x')
    const route = routes.find(([method, path]) => method === request.method && path.test(pathname))
    seen.push(`${request.method} ${pathname.replace(/(?<=\/)[^/]*\d[^/]*/, ':id')}`)
    const fault = faults.shift()
    if (fault === 'slow') return null
    const say = ([status, said]: Answer) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(said && JSON.stringify(said))
    const refuse = ({ status, code, message }: Refused) => say([status, { error: { code, message } }])
    if (typeof fault === 'number') return refuse(new Refused(fault, 'Fault'))
    if (!isSignedFor(request, body, { key, token })) return refuse(new Refused(401, 'Denied'))
    if (!route) return refuse(new Refused(404, 'NotFound'))
    const [, path, version, answer] = route
    if (searchParams.get('api-version') !== version) return refuse(new Refused(400, 'InvalidApiVersion'))
    try {
      const id = decodeURIComponent(path.exec(pathname)?.[1] ?? '')
      const said = answer(id, body === '' ? {} : JSON.parse(body), request)
      return fault === 'cut' ? request.socket.destroy() : say(said)
    } catch (error) {
      return refuse(error instanceof Refused ? error : new Refused(400, 'BadRequest'))
    }
  }

  const server = createServer({ cert: certificate, key: privateKey }, serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  return {
    url,
    certificate,
    seen: seen as readonly string[],
    identities: identities as ReadonlySet<string>,
    rooms: rooms as ReadonlyMap<string, unknown>,
    fail: (...given: readonly AcsFault[]) => void faults.push(...given),
    /** As a device would, by the calling SDK. */
    join(id: string, given: string): boolean {
      const said = tokens.get(given)
      const room = rooms.get(id)
      if (!said || !room || !identities.has(said.seat) || said.untilMs <= Date.now()) return false
      if (!said.scopes.some((each) => each === 'voip' || each === 'voip.join')) return false
      if (Date.parse(room.validUntil) <= Date.now() || !room.roles.has(said.seat)) return false
      room.present.add(said.seat)
      return true
    },
    /** Null for whoever is not in. */
    roleOf(id: string, seat: string): Role | null {
      const room = rooms.get(id)
      return room?.present.has(seat) ? (room.roles.get(seat) ?? null) : null
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
