import type { TokenCredential } from '@azure/identity'
import type { EdgeCache } from '../../ports/edge-cache.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'

const management = 'https://management.azure.com'
const apiVersion = '2024-09-01'

/** A promise that may never end, such as that of a credential, ends in time. */
const within = <T>(work: Promise<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/**
 * Azure Front Door, by the API that manages it. `endpointId`: the resource of its endpoint, from `/subscriptions/` on. All its domains
 * are purged, and every query of a path.
 */
export function createFrontDoorEdgeCache({
  endpointId,
  credential,
  url = management,
  patienceMs = 10_000,
}: {
  readonly endpointId: string
  readonly credential: TokenCredential
  /** Another cloud than the public one, or a stand-in. */
  readonly url?: string
  readonly patienceMs?: number
}): EdgeCache {
  async function ask(paths: readonly string[]): Promise<number> {
    const token = await credential.getToken(`${management}/.default`)
    const answer = await fetch(`${url}${endpointId}/purge?api-version=${apiVersion}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token?.token ?? ''}`, 'content-type': 'application/json' },
      body: JSON.stringify({ contentPaths: paths }),
      // The token is for nobody else.
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.body?.cancel()
    return answer.status
  }

  return {
    async purge(paths) {
      let status: number
      try {
        status = await within(ask(paths), patienceMs)
      } catch (cause) {
        throw new PortUnavailable('edge cache', { cause })
      }
      // 202: it goes on with it by itself. Nobody waits for that.
      if (status !== 200 && status !== 202)
        throw new PortUnavailable('edge cache', { cause: new Error(`it was answered ${status}`) })
    },
  }
}
