import type { TokenCredential } from '@azure/identity'
import { odata, WebPubSubServiceClient } from '@azure/web-pubsub'
import { createEventSignatures } from '../../dialects/event-signature.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Realtime } from '../../ports/realtime.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const patienceMs = 5_000

/** How we are known to the service. */
export type WebPubSubAccess =
  | { readonly connectionString: string }
  | { readonly endpoint: string; readonly credential: TokenCredential }

const isNotFound = (error: unknown): boolean => (error as { statusCode?: unknown }).statusCode === 404

function createClient(access: WebPubSubAccess, hub: string): WebPubSubServiceClient {
  const options = (address: string) => ({
    retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 },
    // Only what stands in for the service on this machine is without TLS.
    allowInsecureConnection: /(?:^|=)http:\/\/(?:localhost|127\.0\.0\.1)(?::|\/|;|$)/i.test(address),
  })
  return 'connectionString' in access
    ? new WebPubSubServiceClient(access.connectionString, hub, options(access.connectionString))
    : new WebPubSubServiceClient(access.endpoint, access.credential, hub, options(access.endpoint))
}

/** Delivers through Azure Web PubSub. `eventKeys` are the access keys of ours that its events may be signed with. */
export function createWebPubSubRealtime({
  access,
  hub,
  eventKeys,
  clock,
}: {
  readonly access: WebPubSubAccess
  readonly hub: string
  readonly eventKeys: readonly string[]
  readonly clock: Clock
}): Realtime {
  const client = createClient(access, hub)
  const signatures = createEventSignatures(eventKeys)
  const isOurHost = (host: string) => host.toLowerCase() === new URL(client.endpoint).host.toLowerCase()

  async function ask<T>(question: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    try {
      return await question({ abortSignal: AbortSignal.timeout(patienceMs) })
    } catch (error) {
      throw new PortUnavailable('realtime', { cause: error })
    }
  }
  const unlessNobody = async (action: Promise<unknown>): Promise<void> => {
    try {
      await action
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  return {
    async clientAccess({ userId, groups, ttlSeconds }) {
      const now = clock.now()
      const minutes = Math.ceil(ttlSeconds / 60)
      const { url } = await ask((options) =>
        client.getClientAccessToken({
          ...options,
          userId,
          groups: [...groups],
          expirationTimeInMinutes: minutes,
        }),
      )
      return {
        url,
        protocol: 'json.reliable.webpubsub.azure.v1',
        expiresAt: new Date(now + minutes * 60_000).toISOString(),
      }
    },
    publish: (group, message, { ttlSeconds } = {}) =>
      ask((options) =>
        client.group(group).sendToAll(message as Record<string, unknown>, {
          ...options,
          ...(ttlSeconds === undefined ? {} : { messageTtlSeconds: ttlSeconds }),
        }),
      ),
    addToGroup: (userId, group) =>
      ask((options) => unlessNobody(client.group(group).addUser(userId, options))),
    removeFromGroup: (userId, group) =>
      ask((options) => unlessNobody(client.group(group).removeUser(userId, options))),
    setGroups: (connectionId, groups) =>
      ask(async (options) => {
        await unlessNobody(client.removeConnectionFromAllGroups(connectionId, options))
        if (groups.length > 0)
          await client.addConnectionsToGroups([...groups], odata`connectionId eq ${connectionId}`, options)
      }),
    disconnect: (userId, reason) =>
      ask((options) => client.closeUserConnections(userId, { ...options, reason })),
    disconnectGroup: (group, reason) =>
      ask((options) => client.group(group).closeAllConnections({ ...options, reason })),
    isConnected: (userId) => ask((options) => client.userExists(userId, options)),
    isEventHost: isOurHost,
    isGenuine: async ({ host, hub: named, ...signed }) =>
      (await signatures.isSigned(signed)) && named.toLowerCase() === hub.toLowerCase() && isOurHost(host),
  }
}
