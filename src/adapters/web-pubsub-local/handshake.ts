import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { type Connection, type Protocol, plainProtocol, reliableProtocol } from './connection.ts'
import type { EventHandlerClient } from './event-handler.ts'
import type { Claims } from './tokens.ts'

const ConnectAnswer = z.object({
  userId: z.string().optional(),
  groups: z.array(z.string()).default([]),
  roles: z.array(z.string()).default([]),
})

export const protocols: readonly string[] = [reliableProtocol, plainProtocol] satisfies Protocol[]
export const clientPath = /^\/client\/hubs\/([A-Za-z][\w`,.[\]]{0,127})\/?$/
export const headerSafe = /^[\x20-\x7e]*$/

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
}

/** Answers a request for a WebSocket with plain HTTP; `why` is for whoever writes a client, in ASCII. */
export function refuse(socket: Duplex, status: number, why = ''): void {
  const text = statusTexts[status] ?? 'Refused'
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nCache-Control: private, no-store\r\nContent-Type: text/plain\r\nContent-Length: ${why.length}\r\n\r\n${why}`,
    () => socket.destroy(),
  )
}

export const offeredProtocols = (request: IncomingMessage): readonly string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())

export function isSameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}

/** Null when the handler let it in; else the status of its refusal. */
export async function askHandler(
  handler: EventHandlerClient | null,
  connection: Connection,
  request: IncomingMessage,
  url: URL,
  claims: Claims,
): Promise<number | null> {
  if (!handler?.wants('connect')) return null
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())]
      .filter((name) => name !== 'access_token')
      .map((name) => [name, url.searchParams.getAll(name)]),
  )
  const { authorization: _, ...headers } = request.headers
  const answer = await handler.tell(connection, 'connect', {
    claims: Object.fromEntries(
      Object.entries(claims).map(([name, value]) => [name, [value].flat().map(String)]),
    ),
    query,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat()])),
    subprotocols: offeredProtocols(request),
    clientCertificates: [],
  })
  if (!answer) return 503
  if (answer.status >= 300) return answer.status
  if (!answer.payload) return null
  const { success, data } = ConnectAnswer.safeParse(JSON.parse(answer.payload.json))
  if (!success) return 500
  for (const group of data.groups) connection.groups.add(group)
  for (const role of data.roles) connection.roles.add(role)
  return null
}
