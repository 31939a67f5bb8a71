import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebPubSubClient, WebPubSubJsonReliableProtocol } from '@azure/web-pubsub-client'
import { getRequestListener } from '@hono/node-server'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { systemClock } from '../../src/adapters/system/clock.ts'
import type { Limits } from '../../src/adapters/web-pubsub-local/limits.ts'
import { createWebPubSubServer } from '../../src/adapters/web-pubsub-local/server.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { ClientAccess } from '../../src/ports/realtime.ts'
import type { Device } from '../contracts/realtime.contract.ts'

export const accessKeys = ['primary-key-of-the-stand-in', 'secondary-key-of-the-stand-in'] as const

/** The local server, listening on a free port. */
export async function startWebPubSub({
  limits = {},
  clock = systemClock,
}: {
  readonly limits?: Partial<Limits>
  readonly clock?: Clock
} = {}) {
  const log = createMemoryLog()
  const server = createWebPubSubServer({
    keys: accessKeys,
    origin: () => origin,
    clock,
    log,
    limits,
  })
  const http = createServer(getRequestListener(server.fetch))
  http.on('upgrade', server.upgrade)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    server,
    log,
    port,
    origin,
    host: `127.0.0.1:${port}`,
    connectionString: `Endpoint=${origin};AccessKey=${accessKeys[0]};Version=1.0;`,
    async stop() {
      await server.close()
      http.closeAllConnections()
      http.close()
    },
  }
}

/** Connects the official client once, without its connecting again. */
export async function connectDevice({ url }: ClientAccess): Promise<Device> {
  const client = new WebPubSubClient(url, {
    protocol: WebPubSubJsonReliableProtocol(),
    autoReconnect: false,
    keepAliveIntervalInMs: 0,
    keepAliveTimeoutInMs: 0,
  })
  const received: unknown[] = []
  let isClosed = false
  client.on('group-message', ({ message }) => received.push(message.data))
  client.on('stopped', () => {
    isClosed = true
  })
  const connectionId = new Promise<string>((resolve) =>
    client.on('connected', (event) => resolve(event.connectionId)),
  )
  await client.start()
  return {
    connectionId: await connectionId,
    received,
    isClosed: () => isClosed,
    close: () => client.stop(),
  }
}
