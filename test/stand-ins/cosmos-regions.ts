import { once } from 'node:events'
import {
  type Agent,
  createServer,
  Agent as HttpAgent,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { startCosmosStandIn } from './cosmos.ts'

/*
 * One account of Cosmos DB in several regions, of which one takes writes, behind one endpoint of the account. What was
 * written is in all regions at once, as with Strong, or a region stays behind, as with anything weaker.
 */

/** How a region answers: as it should, with this status, not at all, or its port is closed. */
export type Condition = 'up' | 'closed' | 'silent' | { readonly status: number; readonly substatus?: number }

export interface RegionRequest {
  readonly region: string
  readonly method: string
  readonly kind: 'account' | 'read' | 'write'
  /** 0 when it was left without an answer. */
  readonly status: number
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

const isTrue = (value: unknown) => /^true$/i.test(String(value ?? ''))

function kindOf({ method, url, headers }: IncomingMessage): RegionRequest['kind'] {
  if (new URL(url ?? '/', 'http://region').pathname === '/') return 'account'
  return method === 'GET' || isTrue(headers['x-ms-documentdb-isquery']) ? 'read' : 'write'
}

const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function startCosmosRegions({
  names = ['East US', 'West Europe'],
  consistency,
}: {
  readonly names?: readonly string[]
  readonly consistency?: NonNullable<Parameters<typeof startCosmosStandIn>[0]>['consistency']
} = {}) {
  const store = await startCosmosStandIn(consistency === undefined ? {} : { consistency })
  const agent: Agent = new HttpAgent({ keepAlive: true })
  const requests: RegionRequest[] = []
  let writer = names[0] ?? ''
  const conditions = new Map<string, Condition>()
  /** What a region that stays behind still has, by resource id; null where it has nothing yet. */
  const behind = new Map<string, Map<string, unknown>>()
  const held = new Set<ServerResponse>()

  const ask = async (
    method: string,
    path: string,
    headers: IncomingMessage['headers'],
    body?: Buffer,
  ): Promise<Answer> => {
    const forwarded = send(store.endpoint + path, { method, headers, agent })
    forwarded.end(body)
    const [response] = (await once(forwarded, 'response')) as [IncomingMessage]
    return { status: response.statusCode ?? 0, headers: response.headers, body: await bodyOf(response) }
  }

  const origins = new Map<string, string>()
  const account = async (path: string, headers: IncomingMessage['headers']): Promise<Answer> => {
    const answer = await ask('GET', path, headers)
    const place = (name: string) => ({ name, databaseAccountEndpoint: `${origins.get(name)}/` })
    const body = Buffer.from(
      JSON.stringify({
        ...JSON.parse(String(answer.body)),
        writableLocations: [place(writer)],
        readableLocations: [writer, ...names.filter((name) => name !== writer)].map(place),
      }),
    )
    return { ...answer, headers: { 'content-type': 'application/json' }, body }
  }

  /** Keeps what those that stay behind are about to miss, also where the answer gets lost. */
  async function remember(request: IncomingMessage, body: Buffer, carryOut: () => Promise<Answer>) {
    if (behind.size === 0) return carryOut()
    const path = request.url ?? ''
    const partition = request.headers['x-ms-documentdb-partitionkey']
    const asked = body.length > 0 ? JSON.parse(String(body)) : {}
    const steps: { id?: string; resourceBody?: { id: string } }[] = Array.isArray(asked) ? asked : [asked]
    const paths =
      request.method === 'POST'
        ? steps.map(({ id, resourceBody }) => `${path}/${encodeURIComponent(resourceBody?.id ?? id ?? '')}`)
        : [path]
    const readAll = () =>
      Promise.all(
        paths.map(async (each) => {
          const headers = {
            'x-ms-documentdb-partitionkey': partition,
            // Without it the library stumbles over what is absent.
            'x-ms-documentdb-query-enablecrosspartition': 'true',
          }
          const { status, body } = await ask('GET', each, headers)
          return status === 200 ? JSON.parse(String(body)) : null
        }),
      )
    const before = await readAll()
    try {
      return await carryOut()
    } finally {
      const after = await readAll()
      for (const seen of behind.values())
        for (const [i, old] of before.entries()) {
          const rid = old?._rid ?? after[i]?._rid
          if (rid !== undefined && !seen.has(rid)) seen.set(rid, old)
        }
    }
  }

  /** An answer as a region has it that stays behind. */
  function asSeen(region: string, { status, headers, body }: Answer): Answer {
    const seen = behind.get(region)
    if (!seen || status !== 200 || body.length === 0) return { status, headers, body }
    const answer = JSON.parse(String(body))
    const plain = { ...headers }
    for (const name of ['content-length', 'etag', 'transfer-encoding']) delete plain[name]
    const json = (value: unknown, withStatus = status): Answer => ({
      status: withStatus,
      headers: plain,
      body: Buffer.from(JSON.stringify(value)),
    })
    if (Array.isArray(answer.Documents)) {
      const Documents = answer.Documents.flatMap((each: any) =>
        seen.has(each._rid) ? (seen.get(each._rid) ?? []) : [each],
      )
      return json({ ...answer, Documents, _count: Documents.length })
    }
    if (!seen.has(answer._rid)) return { status, headers, body }
    const old = seen.get(answer._rid)
    return old === null ? json({ code: 'NotFound', message: 'not here yet' }, 404) : json(old)
  }

  /** `region` is undefined at the endpoint of the account, which leads to whatever region takes writes. */
  async function serve(region: string | undefined, request: IncomingMessage, response: ServerResponse) {
    const at = region ?? writer
    const condition = conditions.get(region ?? 'account') ?? conditions.get(at) ?? 'up'
    const kind = kindOf(request)
    const method = request.method ?? ''
    const note = (status: number) => void requests.push({ region: region ?? 'account', method, kind, status })
    const body = await bodyOf(request)
    const answer = ({ status, headers, body: bytes }: Answer) => {
      note(status)
      const { connection: _, 'transfer-encoding': __, ...kept } = headers
      response.writeHead(status, kept)
      response.end(bytes)
    }
    const refuse = (status: number, substatus?: number) =>
      answer({
        status,
        headers: {
          'content-type': 'application/json',
          ...(substatus !== undefined && { 'x-ms-substatus': String(substatus) }),
        },
        body: Buffer.from(JSON.stringify({ code: String(status), message: 'refused by the region' })),
      })
    if (condition === 'closed') {
      note(0)
      return request.socket.destroy()
    }
    if (condition === 'silent') {
      note(0)
      held.add(response)
      response.once('close', () => held.delete(response))
      return
    }
    if (condition !== 'up') return refuse(condition.status, condition.substatus)
    const path = request.url ?? '/'
    if (kind === 'account') return answer(await account(path, request.headers))
    if (kind === 'write' && at !== writer) return refuse(403, 3)
    const forward = () => ask(method, path, request.headers, body)
    if (kind === 'write') return answer(await remember(request, body, forward))
    answer(asSeen(at, await forward()))
  }

  const servers = await Promise.all(
    [undefined, ...names].map(async (region) => {
      const server = createServer((request, response) => {
        serve(region, request, response).catch(() => request.socket.destroy())
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      if (region !== undefined) origins.set(region, `http://127.0.0.1:${port}`)
      return { region: region ?? 'account', server, port }
    }),
  )

  return {
    endpoint: `http://127.0.0.1:${servers[0]?.port}`,
    key: store.key,
    /** What holds the data of all regions. */
    store,
    /** Every request so far, in order. */
    requests,
    /** How many wait for an answer that will not come. */
    unanswered: () => held.size,
    /** Lets another region take writes. */
    failOver(to: string): void {
      writer = to
    },
    /** `account` is the endpoint of the account; while nothing is said of it, it shares the fate of the writing region. */
    async become(region: string, condition: Condition): Promise<void> {
      const found = servers.find((each) => each.region === region)
      if (!found) throw new Error(`no region ${region}`)
      const wasClosed = conditions.get(region) === 'closed'
      conditions.set(region, condition)
      if (condition === 'closed') {
        found.server.closeAllConnections()
        if (!wasClosed) {
          found.server.close()
          await once(found.server, 'close')
        }
      } else if (wasClosed) {
        found.server.listen(found.port, '127.0.0.1')
        await once(found.server, 'listening')
      }
    },
    /** From now on it sees nothing that is written. */
    stayBehind: (region: string) => void behind.set(region, new Map()),
    catchUp: (region: string) => void behind.delete(region),
    async close(): Promise<void> {
      for (const response of held) response.destroy()
      for (const { server } of servers) {
        server.closeAllConnections()
        server.close()
      }
      agent.destroy()
      await store.close()
    },
  }
}
