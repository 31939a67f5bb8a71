import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createEventSignatures } from '../../dialects/event-signature.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import {
  createEventHandlerClient,
  type EventHandler,
  type EventHandlerClient,
  type Send,
} from './event-handler.ts'
import { defaultLimits, type Limits, scaled } from './limits.ts'
import { createRegistry } from './registry.ts'
import { createRest } from './rest.ts'
import { createSockets } from './sockets.ts'
import { createTokens } from './tokens.ts'

export interface WebPubSubServerOptions {
  /** The access keys of the service, the primary one first. */
  readonly keys: readonly string[]
  /** Where clients and the service SDK reach it, `http://host:port`. */
  readonly origin: () => string
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<Limits>
  /** Multiplies what a person may send and hold open. */
  readonly limitScale?: number
}

/**
 * Speaks what Azure Web PubSub speaks: both JSON subprotocols to clients, REST to the service SDK, CloudEvents to an
 * event handler. Keeps everything in memory. Listens nowhere by itself: give it the requests that `isMine` and the
 * upgrades of an HTTP server.
 */
export function createWebPubSubServer({ keys, origin, clock, log, ...given }: WebPubSubServerOptions) {
  const limits = { ...scaled(defaultLimits, given.limitScale ?? 1), ...given.limits }
  const { now } = clock
  const signatures = createEventSignatures(keys)
  const tokens = createTokens(keys, now)
  const registry = createRegistry()
  let handler: EventHandlerClient | null = null
  let isStopping = false
  const sockets = createSockets({
    registry,
    tokens,
    handlerOf: () => handler,
    now,
    limits,
    report: (event, error) => log.error(event, error),
  })
  const host = () => new URL(origin()).host

  return {
    fetch: createRest({ registry, sockets, tokens, origin, now, limits, isStopping: () => isStopping }),
    isMine: (path: string): boolean => path.startsWith('/api/hubs/') || path === '/api/health',
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void =>
      sockets.upgrade(request, socket, head),
    /** From now on `to` is told of connections and of what clients say, by `send`. */
    tellEvents(to: EventHandler, send: Send): void {
      handler = createEventHandlerClient({ handler: to, send, sign: signatures.sign, host, now, limits })
    },
    /** From now on `/api/health` is 503, so that no new connections are sent here; those that come are still served. */
    beginStopping(): void {
      isStopping = true
    },
    close: sockets.close,
    registry,
    sockets,
    tokens,
    signatures,
    host,
  }
}

export type WebPubSubServer = ReturnType<typeof createWebPubSubServer>
