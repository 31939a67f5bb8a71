import { z } from 'zod'
import { area } from './area.ts'
import { chooseKind } from './choose-kind.ts'
import { partsOf } from './connection-string.ts'
import { csv, serviceUrl } from './schemas.ts'
import { server } from './server.ts'

export const realtime = area({
  title: 'Connected devices',
  settings: {
    REALTIME: {
      schema: z.enum(['memory', 'local', 'web-pubsub']),
      says: 'What delivers to connected devices. local: a server in this process, on its port; web-pubsub: Azure. Unset: web-pubsub with WEB_PUBSUB_CONNECTION_STRING or WEB_PUBSUB_ENDPOINT, otherwise local on Node. memory delivers to nobody.',
    },
    WEB_PUBSUB_CONNECTION_STRING: {
      schema: z
        .string()
        .regex(/(?:^|;)Endpoint=https?:/i, 'needs Endpoint=')
        .regex(/(?:^|;)AccessKey=[^;]/i, 'needs AccessKey='),
      isSecret: true,
      says: 'Endpoint=…;AccessKey=…;Version=1.0; as the portal shows it.',
    },
    WEB_PUBSUB_ENDPOINT: {
      schema: serviceUrl,
      example: 'https://tools-inc.webpubsub.azure.com',
      says: 'Instead of a connection string: signs in as the managed identity.',
    },
    WEB_PUBSUB_EVENT_KEYS: {
      schema: csv.pipe(z.array(z.string()).min(1).max(4)),
      isSecret: true,
      says: 'Access keys that events of the service may be signed with. Needed with WEB_PUBSUB_ENDPOINT; beside a connection string the other key, so that keys can be renewed.',
    },
    WEB_PUBSUB_HUB: {
      schema: z.string().regex(/^[A-Za-z]\w{0,127}$/),
      fallback: 'mackchat',
      says: 'The hub that devices connect to.',
    },
  },
  owns: ['WEB_PUBSUB_'],
  olderNames: { WebPubSubConnectionString: { is: 'WEB_PUBSUB_CONNECTION_STRING' } },
  read(values, context) {
    const { isSet, problem, read, runtime } = context
    const hasSockets = runtime === 'node'
    const kind = chooseKind(
      context,
      'REALTIME',
      values.REALTIME,
      {
        'web-pubsub': isSet('WEB_PUBSUB_CONNECTION_STRING')
          ? ['WEB_PUBSUB_CONNECTION_STRING']
          : ['WEB_PUBSUB_ENDPOINT', 'WEB_PUBSUB_EVENT_KEYS'],
      },
      hasSockets ? 'local' : 'memory',
    )
    if (isSet('WEB_PUBSUB_CONNECTION_STRING') && isSet('WEB_PUBSUB_ENDPOINT'))
      problem('WEB_PUBSUB_ENDPOINT', 'is set beside WEB_PUBSUB_CONNECTION_STRING, which names one too')
    if (kind === 'local' && !hasSockets)
      problem('REALTIME', 'local needs WebSockets, which this runtime does not take')
    if (kind === 'memory' && read(server).isProduction)
      problem(
        'REALTIME',
        'memory delivers to nobody and is refused in production. Set WEB_PUBSUB_CONNECTION_STRING, or WEB_PUBSUB_ENDPOINT and WEB_PUBSUB_EVENT_KEYS.',
      )
    const connectionKey = partsOf(values.WEB_PUBSUB_CONNECTION_STRING ?? '').get('accesskey')
    return {
      config: { realtime: { kind, hub: values.WEB_PUBSUB_HUB, endpoint: values.WEB_PUBSUB_ENDPOINT } },
      secrets: {
        webPubSubConnectionString: values.WEB_PUBSUB_CONNECTION_STRING,
        webPubSubEventKeys: [
          ...(connectionKey === undefined ? [] : [connectionKey]),
          ...(values.WEB_PUBSUB_EVENT_KEYS ?? []),
        ],
      },
    }
  },
})
