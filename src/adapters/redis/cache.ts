import type { TokenCredential } from '@azure/identity'
import { EntraIdCredentialsProviderFactory, REDIS_SCOPE_DEFAULT } from '@redis/entraid'
import { createClient } from 'redis'
import { createRedisCommandCache } from '../../dialects/redis.ts'
import type { Cache } from '../../ports/cache.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'

/** Azure closes a connection on which nothing was said for ten minutes; a ping finds out much sooner that it is dead. */
const pingIntervalMs = 5_000
/** For a server that lets somebody connect and then says nothing, not even to the greeting. */
const silentSocketMs = 15_000
const longestPauseMs = 1_000

/**
 * Redis over one TCP connection, made anew for as long as it takes. While there is none a command fails at once rather
 * than wait in a queue.
 */
export function createRedisCache({
  url,
  credential,
  clock,
  log,
}: {
  /** `redis:` or, with TLS, `rediss:`; with user and password unless there is a credential. */
  readonly url: string
  /** Signs in with tokens of Microsoft Entra ID, renewed before they expire. */
  readonly credential?: TokenCredential
  readonly clock: Clock
  readonly log: Log
}): { readonly cache: Cache; readonly close: () => void } {
  const createCredentialsProvider = (credential: TokenCredential) =>
    EntraIdCredentialsProviderFactory.createForDefaultAzureCredential({
      credential,
      scopes: REDIS_SCOPE_DEFAULT,
      options: {},
      tokenManagerConfig: {
        expirationRefreshRatio: 0.7,
        retry: {
          isRetryable: () => true,
          maxAttempts: Number.MAX_SAFE_INTEGER,
          initialDelayMs: 500,
          maxDelayMs: 30_000,
          backoffMultiplier: 2,
          jitterPercentage: 10,
        },
      },
      onReAuthenticationError: (error) => log.error('cache_sign_in_failed', error),
      onRetryableError: () => log.warn('cache_token_not_renewed'),
    })
  let isLost = false

  function open() {
    const client = createClient({
      url,
      ...(credential && { credentialsProvider: createCredentialsProvider(credential) }),
      disableOfflineQueue: true,
      commandsQueueMaxLength: 10_000,
      pingInterval: pingIntervalMs,
      socket: {
        connectTimeout: 2_000,
        socketTimeout: silentSocketMs,
        reconnectStrategy: (retries) =>
          Math.min(25 * 2 ** Math.min(retries, 10), longestPauseMs) * (0.5 + Math.random() / 2),
      },
    })
    client.on('error', (error) => {
      if (!isLost) log.error('cache_connection_lost', error)
      isLost = true
    })
    client.on('ready', () => {
      if (isLost) log.info('cache_connection_back')
      isLost = false
    })
    // The first commands wait for the first attempt, so that a start is not taken for an outage.
    const attempted = new Promise<void>((resolve) => {
      client.once('ready', resolve)
      client.once('error', () => resolve())
    })
    // Rejects only when it is closed before it was ever open: attempts have no end.
    client.connect().catch(() => undefined)
    return { client, attempted }
  }
  let connection = open()

  const ask = async <T>(command: (client: typeof connection.client) => Promise<T>): Promise<T> => {
    const { client, attempted } = connection
    await attempted
    return command(client)
  }
  return {
    cache: createRedisCommandCache({
      clock,
      commands: {
        get: (key) => ask((client) => client.get(key)),
        set: (key, value, ttlMs) =>
          ask((client) => client.set(key, value, { expiration: { type: 'PX', value: ttlMs } })),
        delete: (key) => ask((client) => client.del(key)),
        run: (script, key, values) =>
          ask((client) => client.eval(script, { keys: [key], arguments: [...values] })),
      },
      // TCP itself would believe in a dead peer for a quarter of an hour.
      onSilence() {
        if (!connection.client.isReady) return
        const { client } = connection
        connection = open()
        client.destroy()
      },
    }),
    close: () => connection.client.destroy(),
  }
}
