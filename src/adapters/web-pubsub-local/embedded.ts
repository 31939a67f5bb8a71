import { getPath } from 'hono/utils/url'
import { createLocalRealtime } from './realtime.ts'
import { createWebPubSubServer, type WebPubSubServerOptions } from './server.ts'

type Fetch<Bindings> = (request: Request, bindings: Bindings) => Response | Promise<Response>

/** The server and the app in one process, on one port: neither talks to the other over the network. */
export function embedWebPubSub({ hub, ...options }: WebPubSubServerOptions & { readonly hub: string }) {
  const server = createWebPubSubServer(options)
  return {
    realtime: createLocalRealtime({ server, hub, origin: options.origin, clock: options.clock }),
    /** Stands before the app, which from now on hears of connections at `eventsPath`. */
    standBefore<Bindings>(app: Fetch<Bindings | undefined>, eventsPath: string): Fetch<Bindings> {
      server.tellEvents(
        {
          url: options.origin() + eventsPath,
          systemEvents: ['connect', 'connected', 'disconnected'],
          userEvents: '*',
        },
        (request) => app(request, undefined),
      )
      return (request, bindings) =>
        server.isMine(getPath(request)) ? server.fetch(request) : app(request, bindings)
    },
    upgrade: server.upgrade,
    countConnections: server.registry.size,
    close: server.close,
  }
}
