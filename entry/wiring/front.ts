import { createRefuse } from '../../src/adapters/node/refusals.ts'
import { realtimeEventsPath } from '../../src/config/config.ts'
import type { OriginLock } from '../../src/http/origin-lock.ts'
import type { Log } from '../../src/ports/log.ts'
import type { Embedded } from './native.ts'

type Bindings = { remoteAddress?: string }
type Fetch = (request: Request, bindings?: Bindings) => Response | Promise<Response>

/**
 * What listens: the app and, before it, the server for devices. Where the app takes only what comes by our Front Door the
 * server for devices does so too.
 */
export function createFront({
  fetch,
  embedded,
  originLock,
  log,
}: {
  /** Of the app, which has the lock itself. */
  readonly fetch: Fetch
  readonly embedded: Embedded | null
  readonly originLock: OriginLock | null
  readonly log: Log
}): { readonly fetch: Fetch; readonly upgrade?: Embedded['upgrade'] } {
  if (!embedded) return { fetch }
  const both = embedded.standBefore<Bindings | undefined>(fetch, realtimeEventsPath)
  const { upgrade } = embedded
  if (!originLock) return { fetch: both, upgrade }
  const { isOurFrontDoor } = originLock
  const refuse = createRefuse(log)
  return {
    fetch: (request, bindings) =>
      isOurFrontDoor(request.headers.get('x-azure-fdid') ?? undefined)
        ? both(request, bindings)
        : fetch(request, bindings),
    upgrade(request, socket, head) {
      const id = request.headers['x-azure-fdid']
      if (isOurFrontDoor(typeof id === 'string' ? id : undefined)) upgrade(request, socket, head)
      else refuse.socket(socket, 403)
    },
  }
}
