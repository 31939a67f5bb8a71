import type { Connection } from './connection.ts'

interface Hub {
  readonly connections: Map<string, Connection>
  readonly byUser: Map<string, Set<Connection>>
  readonly byGroup: Map<string, Set<Connection>>
}

const none: ReadonlySet<Connection> = new Set()

function addTo(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  if (members) members.add(connection)
  else index.set(key, new Set([connection]))
}

function removeFrom(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const members = index.get(key)
  members?.delete(connection)
  if (members?.size === 0) index.delete(key)
}

/** Who is connected to which hub, as whom and in which groups. Names of hubs have no case. */
export function createRegistry() {
  const hubs = new Map<string, Hub>()
  let size = 0
  const hubOf = (name: string): Hub => {
    const key = name.toLowerCase()
    const known = hubs.get(key)
    if (known) return known
    const hub = { connections: new Map(), byUser: new Map(), byGroup: new Map() }
    hubs.set(key, hub)
    return hub
  }
  return {
    size: () => size,
    *everywhere(): Iterable<Connection> {
      for (const { connections } of hubs.values()) yield* connections.values()
    },
    all: (hub: string): Iterable<Connection> => hubOf(hub).connections.values(),
    find: (hub: string, id: string): Connection | undefined => hubOf(hub).connections.get(id),
    ofUser: (hub: string, userId: string): ReadonlySet<Connection> => hubOf(hub).byUser.get(userId) ?? none,
    inGroup: (hub: string, group: string): ReadonlySet<Connection> => hubOf(hub).byGroup.get(group) ?? none,
    add(connection: Connection): void {
      const { connections, byUser, byGroup } = hubOf(connection.hub)
      connections.set(connection.id, connection)
      size++
      if (connection.userId !== undefined) addTo(byUser, connection.userId, connection)
      for (const group of connection.groups) addTo(byGroup, group, connection)
    },
    remove(connection: Connection): void {
      const { connections, byUser, byGroup } = hubOf(connection.hub)
      if (!connections.delete(connection.id)) return
      size--
      if (connection.userId !== undefined) removeFrom(byUser, connection.userId, connection)
      for (const group of connection.groups) removeFrom(byGroup, group, connection)
    },
    join(connection: Connection, group: string): void {
      connection.groups.add(group)
      addTo(hubOf(connection.hub).byGroup, group, connection)
    },
    leave(connection: Connection, group: string): void {
      connection.groups.delete(group)
      removeFrom(hubOf(connection.hub).byGroup, group, connection)
    },
    leaveAll(connection: Connection): void {
      for (const group of connection.groups) removeFrom(hubOf(connection.hub).byGroup, group, connection)
      connection.groups.clear()
    },
  }
}

export type Registry = ReturnType<typeof createRegistry>
