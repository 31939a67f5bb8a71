import type { Config } from '../../src/config/config.ts'
import type { ObservedPort } from '../../src/ports/observed-ports.ts'
import type { System } from '../../src/ports/telemetry-facts.ts'

export type Systems = { readonly [P in ObservedPort]?: System }

/** What stands behind each port, as far as the settings choose. */
export function systemsOf({
  documents,
  records,
  cache,
  blobs,
  mail,
  push,
  realtime,
  mediaRooms,
}: Config): Systems {
  const documentSystem = ({ cosmos: 'azure.cosmosdb', sqlite: 'sqlite', memory: 'memory' } as const)[
    documents.kind
  ]
  const recordSystem = ({ mssql: 'microsoft.sql_server', sqlite: 'sqlite', memory: 'memory' } as const)[
    records.kind
  ]
  return {
    documents: documentSystem,
    messageSearch: documentSystem,
    audit: recordSystem,
    mailQueue: recordSystem,
    submissions: recordSystem,
    cache: ({ memory: 'memory', upstash: 'redis', redis: 'redis' } as const)[cache.kind],
    blobs: ({ memory: 'memory', filesystem: 'filesystem', azure: 'azure.blob' } as const)[blobs.kind],
    mailer: (
      { memory: 'memory', outbox: 'outbox', smtp: 'smtp', acs: 'azure.communication_services' } as const
    )[mail.kind],
    mediaRooms: (
      {
        memory: 'memory',
        mesh: 'in_process',
        livekit: 'livekit',
        acs: 'azure.communication_services',
      } as const
    )[mediaRooms.kind],
    pusher: ({ off: 'in_process', memory: 'memory', 'web-push': 'web_push' } as const)[push.kind],
    realtime: ({ memory: 'memory', local: 'web_pubsub_local', 'web-pubsub': 'azure.web_pubsub' } as const)[
      realtime.kind
    ],
  }
}
