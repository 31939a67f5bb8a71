import { createMemoryRealtime } from '../../src/adapters/memory/realtime.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Realtime } from '../../src/ports/realtime.ts'
import type { Embedded, Native } from './native.ts'

export async function openRealtime(
  { realtime: { kind, hub, endpoint } }: Config,
  { realtimeKey, webPubSubConnectionString, webPubSubEventKeys }: GivenSecrets,
  native: Native,
  clock: Clock,
): Promise<{ readonly realtime: Realtime; readonly embedded: Embedded | null }> {
  switch (kind) {
    case 'memory':
      return { realtime: createMemoryRealtime({ clock }), embedded: null }
    case 'local': {
      const embedded = native.embedWebPubSub({ key: realtimeKey, hub, clock })
      return { realtime: embedded.realtime, embedded }
    }
    case 'web-pubsub': {
      const { createWebPubSubRealtime } = await import('../../src/adapters/web-pubsub/realtime.ts')
      const access =
        webPubSubConnectionString === undefined
          ? { endpoint: endpoint ?? '', credential: await native.createAzureCredential() }
          : { connectionString: webPubSubConnectionString }
      const realtime = createWebPubSubRealtime({ access, hub, eventKeys: webPubSubEventKeys, clock })
      return { realtime, embedded: null }
    }
  }
}
