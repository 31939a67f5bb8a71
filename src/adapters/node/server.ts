import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex, Writable } from 'node:stream'
import { getRequestListener, RequestError } from '@hono/node-server'
import type { Log } from '../../ports/log.ts'
import { type Closing, createClosing } from './closing.ts'
import { type ConnectionsOf, requireProgress } from './least-progress.ts'
import { answerRefused, createRefuse } from './refusals.ts'

type Fetch = (request: Request, bindings: { remoteAddress?: string }) => Response | Promise<Response>

/** Whoever offers another protocol, as curl does HTTP/2, is answered in the one it came with. */
const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket'

type Received = Pick<IncomingMessage, 'destroyed' | 'complete' | 'errored'>

/** Whether the body that was being read broke off, which is what failed: its sender has gone, or was cut off. */
function isOfSender({ destroyed, complete, errored }: Received, error: unknown): boolean {
  if (!destroyed || complete) return false
  for (let at = error; at instanceof Error; at = at.cause)
    if (at === errored || at.message === 'Client connection prematurely closed.') return true
  return false
}

let endOfTurn: Promise<void> | undefined
/** The answer, when every request of this turn of the event loop was looked at: then all are written one after the other. */
async function atEndOfTurn(answer: Response | Promise<Response>): Promise<Response> {
  const response = await answer
  endOfTurn ??= new Promise((resolve) =>
    setImmediate(() => {
      endOfTurn = undefined
      resolve()
    }),
  )
  await endOfTurn
  return response
}

/** Listens, and answers a function that stops in good order. */
export function listen({
  fetch,
  port,
  hostname,
  upgrade,
  maySendSlowly,
  maxBodyBytes = Number.POSITIVE_INFINITY,
  connectionsOf,
  log,
}: {
  readonly fetch: Fetch
  /** Takes requests for a WebSocket; without it they are answered like any other. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Where a body may take its time, such as a film: by path and query. */
  readonly maySendSlowly?: (target: string) => boolean
  /** How long any other body may be. */
  readonly maxBodyBytes?: number
  /** How many connections whoever is at this address may have. */
  readonly connectionsOf?: ConnectionsOf
  readonly log: Log
  readonly port: number
  readonly hostname: string
}): Promise<Closing & { readonly port: number }> {
  /** What a listener throws would end the process: it ends this connection, with a line in the log. */
  function withFloor(socket: Duplex, work: () => void): void {
    try {
      work()
    } catch (error) {
      log.error('connection_listener_failed', error)
      socket.destroy()
    }
  }

  return new Promise((resolve, reject) => {
    const refuse = createRefuse(log)
    /** What the app throws nobody can answer whose request broke off. */
    async function answered(incoming: Received, ...asked: Parameters<Fetch>): Promise<Response> {
      try {
        return await fetch(...asked)
      } catch (error) {
        if (!isOfSender(incoming, error)) throw error
        log.info('request_aborted')
        return new Response(null, { status: 499 })
      }
    }
    const answer = getRequestListener(
      (request, { incoming }) => {
        const remoteAddress = incoming.socket.remoteAddress
        return atEndOfTurn(answered(incoming, request, remoteAddress === undefined ? {} : { remoteAddress }))
      },
      // An address that is none, or a request that does not say whom it asks.
      {
        errorHandler(error) {
          if (error instanceof RequestError) return refuse.response(400)
          log.error('request_failed', error)
          return refuse.response(500)
        },
      },
    )
    const server = createServer(
      {
        // A client that sends its headers slower than this is holding a connection, not using it.
        headersTimeout: 15_000,
        connectionsCheckingInterval: 5_000,
        requestTimeout: 0,
        // Node would refuse it by itself, with an empty answer.
        requireHostHeader: false,
        shouldUpgradeCallback,
      },
      (incoming, outgoing) =>
        void answer(incoming, outgoing).catch((error: unknown) => {
          log.error('request_failed', error)
          incoming.socket.destroy()
        }),
    )
    server.once('error', reject)
    const closing = createClosing(server, log, withFloor)
    answerRefused(server, refuse, withFloor, (target) =>
      maySendSlowly?.(target) ? Number.POSITIVE_INFINITY : maxBodyBytes,
    )
    requireProgress(server, { maySendSlowly, connectionsOf, withFloor, refuse })
    if (upgrade)
      server.on('upgrade', (request, socket, head) => withFloor(socket, () => upgrade(request, socket, head)))
    server.listen(port, hostname, () => resolve({ port: (server.address() as AddressInfo).port, ...closing }))
  })
}

const parentLookMs = 500

/** npm ends itself and its shell at a signal, and tells nobody below them. */
function whenNpmHasGone(stop: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const shell = process.ppid
  const look = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(look)
    stop()
  }, parentLookMs)
  look.unref()
}

/**
 * On the first SIGTERM or SIGINT, or when the npm that started this has ended, runs the steps in order and leaves with 0, or with 1 when one fails. On the second
 * leaves at once. What nobody caught is logged and stops the process the same way; then it leaves with 1.
 */
export function stopInGoodOrder(log: Log, steps: readonly (() => void | Promise<void>)[]): void {
  let isStopping = false
  const stop = async (reason: string, exitCodeAtBest: 0 | 1) => {
    isStopping = true
    log.info('server_stopping', { signal: reason })
    let exitCode = exitCodeAtBest
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        exitCode = 1
        log.error('stop_step_failed', error)
      }
    }
    process.exit(exitCode)
  }
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.on(signal, () => {
      if (isStopping) process.exit(1)
      void stop(signal, 0)
    })
  whenNpmHasGone(() => {
    if (!isStopping) void stop('npm_ended', 0)
  })
  // After these nobody knows in what state the process is. What it has taken is finished, then another one takes over.
  for (const [event, name] of [
    ['uncaughtException', 'uncaught_exception'],
    ['unhandledRejection', 'unhandled_rejection'],
  ] as const)
    process.on(event, (error: unknown) => {
      log.error(name, error)
      if (!isStopping) void stop(name, 1)
    })
}

const flushAfterMs = 50
const flushAtLength = 65_536

/** Collects lines and writes them together, at the latest after 50 ms; what is left goes out when the process ends. */
export function createLineWriter(stream: Writable): (line: string) => void {
  let pending = ''
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const text = pending
    pending = ''
    if (text) stream.write(text)
  }
  process.on('exit', flush)
  // Whoever read the log has gone: that is no reason to stop serving.
  stream.on('error', () => {})
  return (line) => {
    pending += `${line}\n`
    if (pending.length >= flushAtLength) flush()
    else timer ??= setTimeout(flush, flushAfterMs)
  }
}
