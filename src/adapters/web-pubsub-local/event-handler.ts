import type { Connection } from './connection.ts'
import type { Limits } from './limits.ts'
import type { DataType, Payload } from './message.ts'

export interface EventHandler {
  readonly url: string
  readonly systemEvents: readonly ('connect' | 'connected' | 'disconnected')[]
  /** Names of events from clients, or `*` for all. */
  readonly userEvents: readonly string[] | '*'
}

export interface HandlerAnswer {
  readonly status: number
  readonly payload: Payload | null
}

type SystemEvent = EventHandler['systemEvents'][number]
export type Send = (request: Request) => Response | Promise<Response>

const contentTypes = {
  json: 'application/json; charset=utf-8',
  text: 'text/plain; charset=utf-8',
  binary: 'application/octet-stream',
} as const satisfies Record<DataType, string>

export function dataTypeOf(contentType: string): DataType {
  if (/^application\/json\b/i.test(contentType)) return 'json'
  return /^text\/plain\b/i.test(contentType) ? 'text' : 'binary'
}

/** Null when it is said to be JSON and is not. */
export function readPayload(contentType: string, bytes: Uint8Array): Payload | null {
  const dataType = dataTypeOf(contentType)
  if (dataType === 'binary')
    return {
      dataType,
      json: JSON.stringify(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')),
    }
  const text = new TextDecoder().decode(bytes)
  if (dataType === 'text') return { dataType, json: JSON.stringify(text) }
  try {
    JSON.parse(text)
    return { dataType, json: text }
  } catch {
    return null
  }
}

/** The body of an event, from what stands in a frame. */
function bodyOf({ dataType, json }: Payload): string | Uint8Array<ArrayBuffer> {
  if (dataType === 'json') return json
  const text = JSON.parse(json) as string
  return dataType === 'text' ? text : new Uint8Array(Buffer.from(text, 'base64'))
}

/**
 * Tells the handler what happens to connections, as CloudEvents in binary mode. Asks it once whether it wants to be
 * told (abuse protection), and again after it said no.
 */
export function createEventHandlerClient({
  handler,
  send,
  sign,
  host,
  now,
  limits,
}: {
  readonly handler: EventHandler
  readonly send: Send
  readonly sign: (connectionId: string) => Promise<string>
  /** Our own name, which the handler has to know. */
  readonly host: () => string
  readonly now: () => number
  readonly limits: Limits
}) {
  let validated: Promise<boolean> | undefined

  /** What is read of the answer; null when it is not all there in time. */
  async function ask<T>(request: Request, read: (answer: Response) => Promise<T>): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined
    const silence = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), limits.eventTimeoutMs)
    })
    const answered = async () => read(await send(request))
    try {
      return await Promise.race([answered(), silence])
    } catch {
      return null
    } finally {
      clearTimeout(timer)
    }
  }

  async function validate(): Promise<boolean> {
    const answer = await ask(
      new Request(handler.url, {
        method: 'OPTIONS',
        headers: { 'webhook-request-origin': host(), 'ce-awpsversion': '1.0' },
      }),
      async ({ ok, headers }) => ({ ok, headers }),
    )
    const allowed = (answer?.headers.get('webhook-allowed-origin') ?? '')
      .split(',')
      .map((name) => name.trim())
    return answer?.ok === true && (allowed.includes('*') || allowed.includes(host()))
  }
  async function isValidated(): Promise<boolean> {
    validated ??= validate()
    const isAllowed = await validated
    if (!isAllowed) validated = undefined
    return isAllowed
  }

  async function post(
    connection: Connection,
    event: string,
    kind: 'sys' | 'user',
    payload: Payload,
  ): Promise<HandlerAnswer | null> {
    if (!(await isValidated())) return null
    const eventId = event === 'connect' && kind === 'sys' ? 0 : ++connection.lastEventId
    const answer = await ask(
      new Request(handler.url, {
        method: 'POST',
        headers: {
          'content-type': contentTypes[payload.dataType],
          'webhook-request-origin': host(),
          'ce-specversion': '1.0',
          'ce-awpsversion': '1.0',
          'ce-type': `azure.webpubsub.${kind}.${event}`,
          'ce-source': `/hubs/${connection.hub}/client/${connection.id}`,
          'ce-id': String(eventId),
          'ce-time': new Date(now()).toISOString(),
          'ce-signature': await sign(connection.id),
          'ce-connectionid': connection.id,
          'ce-hub': connection.hub,
          'ce-eventname': event,
          'ce-subprotocol': connection.protocol,
          ...(connection.userId === undefined ? {} : { 'ce-userid': connection.userId }),
          ...(connection.state ? { 'ce-connectionstate': connection.state } : {}),
        },
        body: bodyOf(payload),
      }),
      async (given) => ({
        ok: given.ok,
        status: given.status,
        headers: given.headers,
        bytes: new Uint8Array(await given.arrayBuffer()),
      }),
    )
    if (!answer) return null
    const { bytes } = answer
    const state = answer.headers.get('ce-connectionstate')
    if (answer.ok && state !== null) connection.state = state
    return {
      status: answer.status,
      payload: bytes.length === 0 ? null : readPayload(answer.headers.get('content-type') ?? '', bytes),
    }
  }

  return {
    wants: (event: SystemEvent): boolean => handler.systemEvents.includes(event),
    wantsFromClient: (event: string): boolean =>
      handler.userEvents === '*' || handler.userEvents.includes(event),
    tell: (connection: Connection, event: SystemEvent, body: object) =>
      post(connection, event, 'sys', { dataType: 'json', json: JSON.stringify(body) }),
    passOn: (connection: Connection, event: string, payload: Payload) =>
      post(connection, event, 'user', payload),
  }
}

export type EventHandlerClient = ReturnType<typeof createEventHandlerClient>
