import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an untrustworthy service did, by number. */
export interface Wrongs {
  messagesLost: number
  messagesDoubled: number
  completionsLost: number
  formsLost: number
  formsDoubled: number
}

const uuid = '019b76da-a80c-7a3e-9f50-7b9c1d3e5f70'

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * Stands before the API, and of what it is sent acknowledges the first of each kind without handing it on, and hands the third on twice. Every
 * other thing it does as it should.
 */
export async function startUntrustworthy(apiUrl: string) {
  const wrongs: Wrongs = {
    messagesLost: 0,
    messagesDoubled: 0,
    completionsLost: 0,
    formsLost: 0,
    formsDoubled: 0,
  }
  const seen = new Map<string, number>()
  const server = createServer(async (request, response): Promise<void> => {
    const path = request.url ?? '/'
    const body = await bodyOf(request)
    const handOn = (sent: Buffer, more: Readonly<Record<string, string>> = {}) => {
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
      return fetch(apiUrl + path, {
        method: request.method ?? 'GET',
        headers: { ...(headers as Record<string, string>), 'accept-encoding': 'identity', ...more },
        ...(sent.length > 0 ? { body: new Uint8Array(sent) } : {}),
      })
    }
    const answer = (status: number, said: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
    }
    const kind =
      request.method === 'POST'
        ? /\/messages$|\/complete$|\/forms\/(?:contact|interest|referral)$/.exec(path)?.[0]
        : undefined
    const turn = kind === undefined ? 0 : (seen.get(kind) ?? 0) + 1
    if (kind) seen.set(kind, turn)
    if (kind === '/messages') {
      const said = JSON.parse(body.toString())
      if (turn === 1) {
        wrongs.messagesLost++
        return answer(201, { id: uuid, seq: 1_000_000, ...said })
      }
      if (turn === 3) {
        wrongs.messagesDoubled++
        const again = { ...said, clientMessageId: `${said.clientMessageId}-again` }
        await handOn(Buffer.from(JSON.stringify(again)))
      }
    } else if (kind === '/complete' && turn === 1) {
      wrongs.completionsLost++
      return answer(200, { message: 'Lesson completed.' })
    } else if (kind && turn === 1) {
      wrongs.formsLost++
      return answer(201, { id: uuid, submittedAt: '2026-03-02T18:00:00.000Z' })
    } else if (kind && kind !== '/complete' && turn === 3) {
      wrongs.formsDoubled++
      await handOn(body, { 'idempotency-key': 'another' })
    }
    const taken = await handOn(body)
    const bytes = Buffer.from(await taken.arrayBuffer())
    const etag = taken.headers.get('etag')
    response.writeHead(taken.status, {
      'content-type': taken.headers.get('content-type') ?? 'text/plain',
      ...(etag ? { etag } : {}),
    })
    response.end(bytes)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wrongs,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
