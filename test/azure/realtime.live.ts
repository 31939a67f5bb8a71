import { DefaultAzureCredential } from '@azure/identity'
import { systemClock } from '../../src/adapters/system/clock.ts'
import { createWebPubSubRealtime } from '../../src/adapters/web-pubsub/realtime.ts'
import { createEventSignatures } from '../../src/dialects/event-signature.ts'
import { realtimeContract } from '../contracts/realtime.contract.ts'
import { connectDevice } from '../stand-ins/web-pubsub.ts'
import { onRealService } from './real-service.ts'

const hub = 'contract'

onRealService('Azure Web PubSub', ['WEB_PUBSUB_CONNECTION_STRING'], (settings) =>
  realtimeContract('web-pubsub by connection string', async () => {
    const connectionString = settings.WEB_PUBSUB_CONNECTION_STRING
    const [, endpoint = ''] = /(?:^|;)Endpoint=([^;]+)/i.exec(connectionString) ?? []
    const [, key = ''] = /(?:^|;)AccessKey=([^;]+)/i.exec(connectionString) ?? []
    return {
      realtime: createWebPubSubRealtime({
        access: { connectionString },
        hub,
        eventKeys: [key],
        clock: systemClock,
      }),
      connect: connectDevice,
      eventHost: new URL(endpoint).host,
      hub,
      sign: createEventSignatures([key]).sign,
    }
  }),
)

onRealService(
  'Azure Web PubSub as an identity',
  ['WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS'],
  ({ WEB_PUBSUB_ENDPOINT: endpoint, WEB_PUBSUB_EVENT_KEYS }) =>
    realtimeContract('web-pubsub as an identity', async () => {
      const eventKeys = WEB_PUBSUB_EVENT_KEYS.split(',').map((key) => key.trim())
      return {
        realtime: createWebPubSubRealtime({
          access: { endpoint, credential: new DefaultAzureCredential() },
          hub,
          eventKeys,
          clock: systemClock,
        }),
        connect: connectDevice,
        eventHost: new URL(endpoint).host,
        hub,
        sign: createEventSignatures(eventKeys).sign,
      }
    }),
)
