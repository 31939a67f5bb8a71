export interface ClientAccess {
  /** With a token that counts only for connecting: it is not asked for again while the connection lasts. */
  readonly url: string
  /** The WebSocket subprotocol to connect with. */
  readonly protocol: string
  /** ISO time after which `url` opens nothing. */
  readonly expiresAt: string
}

/** Where an event about a connection says it comes from. */
export interface EventOrigin {
  /** The host that sent it. */
  readonly host: string
  readonly hub: string
  readonly connectionId: string
  /** Every signature of the connection id that it carries, as the header has them. */
  readonly signature: string
}

/**
 * Delivery to connected devices. A connection belongs to one user and to any number of groups, whose names are opaque;
 * it receives what is published to its groups and can publish nothing itself. Groups exist as long as somebody is in
 * them.
 *
 * A promise kept means handed over: a device receives a message at least once while its connection lasts or is
 * recovered, and never hears of what was published while it had none. Of two calls that are not awaited one after the
 * other, either may be first. Nobody being there is no failure. What could not be handed over is
 * `PortUnavailable('realtime')`; some may have received it then.
 */
export interface Realtime {
  /** How one device of this user connects; it begins in these groups. */
  clientAccess(user: {
    readonly userId: string
    readonly groups: readonly string[]
    readonly ttlSeconds: number
  }): Promise<ClientAccess>
  /**
   * Sends JSON to every connection in the group. After `ttlSeconds` (1 to 300) a device that was away no longer gets
   * it.
   */
  publish(group: string, message: object, options?: { readonly ttlSeconds?: number }): Promise<void>
  /** Adds every connection the user has now. */
  addToGroup(userId: string, group: string): Promise<void>
  /** When this resolves none of the user's connections gets what is published to the group from now on. */
  removeFromGroup(userId: string, group: string): Promise<void>
  /** Puts one connection into exactly these groups. */
  setGroups(connectionId: string, groups: readonly string[]): Promise<void>
  /** Closes every connection of the user for good. They may connect again: who must not is refused a `clientAccess`. */
  disconnect(userId: string, reason: string): Promise<void>
  /** Closes every connection in the group for good. */
  disconnectGroup(group: string, reason: string): Promise<void>
  isConnected(userId: string): Promise<boolean>
  /** Whether events about connections may come from this host. */
  isEventHost(host: string): boolean
  /**
   * Whether an event comes from our service and hub: somebody who knows a key signed the connection id. Takes as long
   * for a wrong signature as for a right one.
   */
  isGenuine(origin: EventOrigin): Promise<boolean>
}
