import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The endpoint that App Service and Functions give to an app with a managed identity. */
export async function startManagedIdentity({ token }: { readonly token: string }) {
  const header = 'secret-of-the-instance'
  const resources: string[] = []
  const server = createServer((request, response) => {
    const resource = new URL(request.url ?? '', 'http://identity').searchParams.get('resource')
    const isAllowed = request.headers['x-identity-header'] === header && resource !== null
    response.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' })
    if (isAllowed) resources.push(resource)
    const expiresOn = String(Math.floor(Date.now() / 1000) + 86_400)
    const answer = { access_token: token, expires_on: expiresOn, resource, token_type: 'Bearer' }
    response.end(JSON.stringify(isAllowed ? answer : {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    /** What the platform puts into the environment of the app. */
    environment: {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`,
      IDENTITY_HEADER: header,
    },
    /** What tokens were asked for. */
    resources: resources as readonly string[],
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
