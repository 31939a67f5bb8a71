import type { Clock } from '../../ports/clock.ts'
import type { Realtime } from '../../ports/realtime.ts'
import { reliableProtocol } from './connection.ts'
import { createMessage } from './message.ts'
import type { WebPubSubServer } from './server.ts'

/** Delivers through a server in this process. */
export function createLocalRealtime({
  server,
  hub,
  origin,
  clock,
}: {
  readonly server: WebPubSubServer
  readonly hub: string
  readonly origin: () => string
  readonly clock: Clock
}): Realtime {
  const { registry, sockets, tokens, signatures } = server
  const path = `/client/hubs/${hub}`

  return {
    async clientAccess({ userId, groups, ttlSeconds }) {
      const iat = Math.floor(clock.now() / 1000)
      const exp = iat + ttlSeconds
      const token = tokens.sign({ sub: userId, 'webpubsub.group': groups, iat, exp, aud: origin() + path })
      return {
        url: `${origin().replace(/^http/, 'ws')}${path}?access_token=${token}`,
        protocol: reliableProtocol,
        expiresAt: new Date(exp * 1000).toISOString(),
      }
    },
    async publish(group, message, { ttlSeconds } = {}) {
      const receivers = registry.inGroup(hub, group)
      if (receivers.size === 0) return
      const expiresAtMs = ttlSeconds === undefined ? undefined : clock.now() + ttlSeconds * 1000
      const payload = { dataType: 'json', json: JSON.stringify(message) } as const
      sockets.send(receivers, createMessage({ from: 'group', group }, payload, expiresAtMs))
    },
    async addToGroup(userId, group) {
      for (const connection of registry.ofUser(hub, userId)) registry.join(connection, group)
    },
    async removeFromGroup(userId, group) {
      for (const connection of registry.ofUser(hub, userId)) registry.leave(connection, group)
    },
    async setGroups(connectionId, groups) {
      const connection = registry.find(hub, connectionId)
      if (!connection) return
      registry.leaveAll(connection)
      for (const group of groups) registry.join(connection, group)
    },
    async disconnect(userId, reason) {
      for (const connection of [...registry.ofUser(hub, userId)]) sockets.end(connection, reason)
    },
    async disconnectGroup(group, reason) {
      for (const connection of [...registry.inGroup(hub, group)]) sockets.end(connection, reason)
    },
    isConnected: async (userId) => registry.ofUser(hub, userId).size > 0,
    isEventHost: (host) => host.toLowerCase() === server.host().toLowerCase(),
    isGenuine: async ({ host, hub: named, ...signed }) =>
      (await signatures.isSigned(signed)) &&
      named.toLowerCase() === hub.toLowerCase() &&
      host.toLowerCase() === server.host().toLowerCase(),
  }
}
