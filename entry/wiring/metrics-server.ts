import { listen } from '../../src/adapters/node/server.ts'
import type { Log } from '../../src/ports/log.ts'
import type { Observations } from '../../src/ports/observations.ts'

const answer =
  (prometheus: Observations['prometheus']) =>
  (request: Request): Response => {
    const isMetrics = new URL(request.url).pathname === '/metrics'
    if (!isMetrics) return new Response(null, { status: 404 })
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } })
    const { text, type } = prometheus()
    return new Response(text, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } })
  }

/** `GET /metrics` on a port of its own, which the world does not reach: who reaches it is asked for nothing. Null without such a port. */
export async function serveMetrics(
  { port, host }: { readonly port: number | undefined; readonly host: string },
  prometheus: Observations['prometheus'],
  log: Log,
) {
  if (port === undefined) return null
  const server = await listen({ fetch: answer(prometheus), port, hostname: host, maxBodyBytes: 0, log })
  log.info('metrics_served', { host, port: server.port })
  return server
}
