import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, ErrorReply, RESP_TYPES } from 'redis'

type Reply = Buffer | string | number | null | ErrorReply | readonly Reply[]
type Command = readonly [string, ...unknown[]]

const toText = (argument: unknown): string =>
  typeof argument === 'object' ? JSON.stringify(argument) : String(argument)

/** `OK` alone is never encoded: it is a status, not a value. */
function toJson(reply: Reply, isBase64: boolean, isTop = true): unknown {
  if (Array.isArray(reply)) return reply.map((element: Reply) => toJson(element, isBase64, false))
  if (reply instanceof Error) return reply.message
  if (Buffer.isBuffer(reply)) return reply.toString(isBase64 ? 'base64' : 'utf8')
  if (typeof reply === 'string')
    return isBase64 && !(isTop && reply === 'OK') ? Buffer.from(reply).toString('base64') : reply
  return reply
}

const isCommand = (value: unknown): value is Command => Array.isArray(value) && value.length > 0

export interface RunningUpstashBridge {
  readonly url: string
  readonly token: string
  /** How many HTTP requests it has answered, whatever the number of commands in them. */
  readonly requests: () => number
  stop(): Promise<void>
}

/**
 * The REST face of Upstash over a Redis server: one command at `/`, many at `/pipeline` and, in one transaction, at
 * `/multi-exec`. Answers 500 while the server is down.
 */
export async function startUpstashBridge({
  redisUrl,
  token = 'bridge-token',
}: {
  readonly redisUrl: string
  readonly token?: string
}): Promise<RunningUpstashBridge> {
  // RESP 2 and Buffers: flat arrays, numbers with a point as text, and values byte for byte, as Upstash answers.
  const connection = createClient({
    url: redisUrl,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: () => 20 },
  })
  connection.on('error', () => {})
  await connection.connect()
  const client = connection.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })

  const send = (command: Command): Promise<Reply> => client.sendCommand(command.map(toText))
  const settle = (commands: readonly Command[]): Promise<Reply[]> =>
    Promise.all(
      commands.map((command) =>
        send(command).catch((error: unknown) => {
          if (error instanceof ErrorReply) return error
          throw error
        }),
      ),
    )
  const answer = (reply: Reply, isBase64: boolean) =>
    reply instanceof Error ? { error: reply.message } : { result: toJson(reply, isBase64) }

  async function respond(path: string, body: unknown, isBase64: boolean): Promise<[number, unknown]> {
    if (path === '/') {
      if (!isCommand(body)) return [400, { error: 'ERR empty command' }]
      const [reply] = await settle([body])
      return [reply instanceof Error ? 400 : 200, answer(reply ?? null, isBase64)]
    }
    if (!Array.isArray(body) || body.length === 0 || !body.every(isCommand))
      return [400, { error: 'ERR empty pipeline request' }]
    if (path === '/pipeline') return [200, (await settle(body)).map((reply) => answer(reply, isBase64))]
    if (path === '/multi-exec') {
      // Written in one tick on one connection: nothing comes between MULTI and EXEC.
      const results = (await settle([['MULTI'], ...body, ['EXEC']])).at(-1)
      if (!Array.isArray(results)) return [400, answer(results ?? null, isBase64)]
      return [200, results.map((reply: Reply) => answer(reply, isBase64))]
    }
    return [404, { error: `ERR the bridge has no ${path}` }]
  }

  let requests = 0
  const server = createServer(async (request, response) => {
    requests++
    const reply = (status: number, json: unknown) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'upstash-sync-token': `bridge:${requests}`,
      })
      response.end(JSON.stringify(json))
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.headers.authorization !== `Bearer ${token}`) return reply(401, { error: 'Unauthorized' })
    if (request.method !== 'POST') return reply(405, { error: 'ERR only POST is bridged' })
    let body: unknown
    try {
      body = JSON.parse(Buffer.concat(chunks).toString())
    } catch {
      return reply(400, { error: 'ERR failed to parse request body' })
    }
    const path = new URL(request.url ?? '/', 'http://bridge').pathname
    try {
      reply(...(await respond(path, body, request.headers['upstash-encoding'] === 'base64')))
    } catch (error) {
      reply(500, { error: `ERR bridge: ${error instanceof Error ? error.message : 'failed'}` })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: () => requests,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      connection.destroy()
    },
  }
}
