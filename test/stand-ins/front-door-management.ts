import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export const managementToken = 'token-of-the-identity'
export const endpointId =
  '/subscriptions/019b76da-a80c-7a3e-9f50-7b9c1d3e5f70/resourceGroups/tools/providers/Microsoft.Cdn/profiles/tools-fd/afdEndpoints/tools-live'

/** As long as one call may be there. */
const mostPaths = 100
const pathOrFolder = /^\/(?:[^*?#\s]*|(?:[^*?#\s]*\/)?\*)$/

/** How Azure takes orders for one endpoint of Front Door (learn.microsoft.com: afd-endpoints/purge-content, front-door cache-purge). */
export async function startFrontDoorManagement() {
  const purged: (readonly string[])[] = []
  let fault:
    | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
    | null
    | undefined
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    if (fault === null) return
    const answer = (status: number, body?: object, headers: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body && JSON.stringify(body))
    }
    const refused = (status: number, code: string) => answer(status, { error: { code, message: code } })
    if (fault) return answer(fault.status, undefined, fault.headers)
    if (request.headers.authorization !== `Bearer ${managementToken}`)
      return refused(401, 'AuthenticationFailed')
    const url = new URL(request.url ?? '/', 'http://management')
    if (!/^\d{4}-\d{2}-\d{2}$/.test(url.searchParams.get('api-version') ?? ''))
      return refused(400, 'MissingApiVersionParameter')
    if (request.method !== 'POST' || url.pathname.toLowerCase() !== `${endpointId}/purge`.toLowerCase())
      return refused(404, 'ResourceNotFound')
    const { contentPaths, ...more } = JSON.parse(text)
    const isFine =
      Array.isArray(contentPaths) &&
      contentPaths.length > 0 &&
      contentPaths.length <= mostPaths &&
      contentPaths.every((path) => typeof path === 'string' && pathOrFolder.test(path)) &&
      Object.keys(more).every((name) => name === 'domains')
    if (!isFine) return refused(400, 'BadRequest')
    purged.push(contentPaths)
    answer(202, undefined, { location: `${url.origin}/operations/1` })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    purged: purged as readonly (readonly string[])[],
    /** Null: it takes the request and says nothing. */
    answerWith(given: typeof fault) {
      fault = given
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
