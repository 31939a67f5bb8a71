import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { headerMap, type Received } from '../contracts/mailer.contract.ts'
import { createCertificate } from './certificate.ts'
import { isSignedFor } from './communication-signature.ts'

export interface ReceivedByAcs extends Received {
  readonly operationId: string
  readonly from: string
}

export interface RunningCommunicationEmail {
  readonly url: string
  readonly certificate: string
  readonly received: readonly ReceivedByAcs[]
  /** Addresses that the service drops, as those on its suppression list. */
  readonly suppressed: Set<string>
  /** Answers the next sends with this instead. */
  fail(times: number, status: number): void
  goAway(): Promise<void>
  comeBack(): Promise<void>
}

/**
 * The part of Azure Communication Services that sends mail: a request signed with the access key, or with a bearer
 * token, begins an operation that is asked after until it is done; the same operation again is not a second mail.
 */
export async function startCommunicationEmail({
  key,
  token,
}: {
  /** Base64, as the portal shows it. */
  readonly key: string
  readonly token: string
}): Promise<RunningCommunicationEmail> {
  const { certificate, privateKey } = await createCertificate(['localhost', '127.0.0.1'])
  const received: ReceivedByAcs[] = []
  const suppressed = new Set<string>()
  const faults: number[] = []
  const operations = new Map<string, { status: 'Running' | 'Succeeded' | 'Failed' }>()
  let server: Server | undefined
  let port = 0

  const answer = (response: ServerResponse, status: number, body: object, headers: object = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0', ...headers })
    response.end(JSON.stringify(body))
  }
  const refuse = (response: ServerResponse, status: number, code: string) =>
    answer(response, status, { error: { code, message: 'The stand-in refuses <somebody@example.com>.' } })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { pathname } = new URL(request.url ?? '', 'https://localhost')
    if (!isSignedFor(request, body, { key, token })) return refuse(response, 401, 'Denied')
    const operation = /^\/emails\/operations\/([\w-]+)$/.exec(pathname)?.[1]
    if (request.method === 'GET' && operation !== undefined) {
      const { status } = operations.get(operation) ?? { status: 'Failed' as const }
      const error = { code: 'EmailDroppedAllRecipientsSuppressed', message: 'All recipients are suppressed.' }
      return answer(response, 200, { id: operation, status, ...(status === 'Failed' ? { error } : {}) })
    }
    if (request.method !== 'POST' || pathname !== '/emails:send') return refuse(response, 404, 'NotFound')
    const fault = faults.shift()
    if (fault !== undefined) return refuse(response, fault, 'Fault')
    const id = String(request.headers['operation-id'])
    if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(id))
      return refuse(response, 400, 'InvalidOperationId')
    const {
      senderAddress,
      recipients,
      content,
      headers = {},
    } = JSON.parse(body) as {
      senderAddress: string
      recipients: { to: { address: string }[] }
      content: { subject: string; plainText: string; html: string }
      headers?: Record<string, string>
    }
    const to = recipients.to.map(({ address }) => address)
    if (!operations.has(id)) {
      const isDropped = to.every((address) => suppressed.has(address))
      operations.set(id, { status: isDropped ? 'Failed' : 'Succeeded' })
      if (!isDropped)
        received.push({
          to,
          subject: content.subject,
          text: content.plainText,
          html: content.html,
          headers: headerMap(headers),
          operationId: id,
          from: senderAddress,
        })
    }
    answer(
      response,
      202,
      { id, status: 'Running' },
      {
        'operation-location': `https://localhost:${port}/emails/operations/${id}?api-version=2023-03-31`,
      },
    )
  }
  const start = async () => {
    server = createServer(
      { cert: certificate, key: privateKey },
      (request, response) => void serve(request, response),
    )
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  await start()
  return {
    url: `https://localhost:${port}`,
    certificate,
    received,
    suppressed,
    fail: (times, status) => void faults.push(...Array<number>(times).fill(status)),
    async goAway() {
      server?.closeAllConnections()
      server?.close()
    },
    comeBack: start,
  }
}
