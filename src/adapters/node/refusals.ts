import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../../ports/log.ts'
import type { Floor } from './floor.ts'

/** What is refused before there is a request that the app could answer. */
const refusals = {
  400: { code: 'validation_error', message: 'This is not a request that can be read.' },
  403: {
    code: 'forbidden_origin',
    message: 'This server is not called directly. Use its public address.',
  },
  408: { code: 'request_timeout', message: 'The request took too long to arrive.' },
  413: { code: 'payload_too_large', message: 'The request body is too large.' },
  417: { code: 'expectation_failed', message: 'This server meets no expectation but 100-continue.' },
  431: {
    code: 'request_header_fields_too_large',
    message:
      'The address or the headers are too long. A browser may have to clear its cookies for this site.',
  },
  500: { code: 'server_error', message: 'Something went wrong on our side.' },
} as const satisfies Record<number, { readonly code: string; readonly message: string }>

export type Refusal = keyof typeof refusals

const statusByParserError: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

export interface Refuse {
  /** Answers on a connection on which no answer has begun, and ends it. */
  readonly socket: (socket: Duplex, status: Refusal) => void
  readonly response: (status: Refusal) => Response
}

/** Answers in the shape of every other error, and leaves a line in the log. */
export function createRefuse(log: Log): Refuse {
  function refuse(status: Refusal) {
    const requestId = randomUUID()
    const { code, message } = refusals[status]
    log.info('request_refused', { requestId, status, code })
    const body = JSON.stringify({ error: { code, message, requestId } })
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      'Cache-Control': 'private, no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId,
      Connection: 'close',
    }
    return { headers, body }
  }
  return {
    socket(socket, status) {
      const { headers, body } = refuse(status)
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
        socket.destroy(),
      )
    },
    response(status) {
      const { headers, body } = refuse(status)
      return new Response(body, { status, headers })
    },
  }
}

const isReset = (error: NodeJS.ErrnoException): boolean =>
  error.code === 'ECONNRESET' || error.code === 'EPIPE'

/** Takes what the parser of HTTP refuses, which never becomes a request. */
export function answerRefused(
  server: Server,
  refuse: Refuse,
  withFloor: Floor,
  /** How long a body may be, by path and query. */
  mostBytes: (target: string) => number,
): void {
  function answer(error: NodeJS.ErrnoException, socket: Duplex): void {
    const { _httpMessage: begun } = socket as Duplex & { _httpMessage?: ServerResponse }
    if (isReset(error) || !socket.writable || begun?.headersSent) socket.destroy()
    else refuse.socket(socket, statusByParserError[error.code ?? ''] ?? 400)
  }
  server.on('clientError', (error, socket) => withFloor(socket, () => answer(error, socket)))
  // What says that it is too long is told so before it is sent.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
    withFloor(request.socket, () => {
      if (Number(request.headers['content-length']) > mostBytes(request.url ?? ''))
        return refuse.socket(request.socket, 413)
      response.writeContinue()
      server.emit('request', request, response)
    }),
  )
  server.on('checkExpectation', ({ socket }: IncomingMessage) =>
    withFloor(socket, () => refuse.socket(socket, 417)),
  )
}
