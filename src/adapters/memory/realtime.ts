import { createEventSignatures } from '../../dialects/event-signature.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Realtime } from '../../ports/realtime.ts'

/** A device, as a test holds it. */
export interface MemoryConnection {
  readonly connectionId: string
  readonly userId: string
  /** Everything it got so far, oldest first. */
  readonly received: readonly unknown[]
  /** Those that it is in now. */
  groups(): readonly string[]
  /** Why it was closed; null while it is open. */
  closeReason(): string | null
  close(): void
}

export interface MemoryRealtime extends Realtime {
  /** Connects a device with the `url` of a client access. */
  connect(url: string): MemoryConnection
  /** What the header of an event about this connection carries. */
  sign(connectionId: string): Promise<string>
}

interface Connected {
  readonly connectionId: string
  readonly userId: string
  readonly groups: Set<string>
  readonly received: unknown[]
  closeReason: string | null
}

/** Where events of `createMemoryRealtime` come from. */
export const memoryEventHost = 'realtime.test'
export const memoryHub = 'mackchat'

/** Delivers inside one process, to devices that a test connects. Nobody else can connect. */
export function createMemoryRealtime({ clock }: { readonly clock: Clock }): MemoryRealtime {
  const signatures = createEventSignatures(['memory'])
  const accesses = new Map<
    string,
    { readonly userId: string; readonly groups: readonly string[]; readonly expiresAt: number }
  >()
  const connections = new Map<string, Connected>()
  let counter = 0

  const close = (connection: Connected, reason: string) => {
    connection.closeReason ??= reason
    connections.delete(connection.connectionId)
  }
  const ofUser = (userId: string) =>
    [...connections.values()].filter((connection) => connection.userId === userId)

  return {
    async clientAccess({ userId, groups, ttlSeconds }) {
      const url = `wss://${memoryEventHost}/client/hubs/${memoryHub}?access_token=${++counter}`
      const expiresAt = clock.now() + ttlSeconds * 1000
      accesses.set(url, { userId, groups, expiresAt })
      return {
        url,
        protocol: 'json.reliable.webpubsub.azure.v1',
        expiresAt: new Date(expiresAt).toISOString(),
      }
    },
    async publish(group, message) {
      const text = JSON.stringify(message)
      for (const { groups, received } of connections.values())
        if (groups.has(group)) received.push(JSON.parse(text))
    },
    async addToGroup(userId, group) {
      for (const { groups } of ofUser(userId)) groups.add(group)
    },
    async removeFromGroup(userId, group) {
      for (const { groups } of ofUser(userId)) groups.delete(group)
    },
    async setGroups(connectionId, groups) {
      const connection = connections.get(connectionId)
      connection?.groups.clear()
      for (const group of groups) connection?.groups.add(group)
    },
    async disconnect(userId, reason) {
      for (const connection of ofUser(userId)) close(connection, reason)
    },
    async disconnectGroup(group, reason) {
      for (const connection of connections.values())
        if (connection.groups.has(group)) close(connection, reason)
    },
    isConnected: async (userId) => ofUser(userId).length > 0,
    isEventHost: (host) => host.toLowerCase() === memoryEventHost,
    isGenuine: async ({ host, hub, ...signed }) =>
      (await signatures.isSigned(signed)) && host.toLowerCase() === memoryEventHost && hub === memoryHub,
    sign: signatures.sign,
    connect(url) {
      const access = accesses.get(url)
      if (!access || access.expiresAt <= clock.now()) throw new Error('the access is unknown or has expired')
      const connection: Connected = {
        connectionId: `connection-${++counter}`,
        userId: access.userId,
        groups: new Set(access.groups),
        received: [],
        closeReason: null,
      }
      connections.set(connection.connectionId, connection)
      return {
        connectionId: connection.connectionId,
        userId: connection.userId,
        received: connection.received,
        groups: () => [...connection.groups],
        closeReason: () => connection.closeReason,
        close: () => close(connection, 'closed by the client'),
      }
    },
  }
}
