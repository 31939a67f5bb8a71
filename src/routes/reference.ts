import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import { hasCurrent } from '../http/etag.ts'
import type { AppEnv } from '../http/request-context.ts'

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
}

/** Scripts, requests and pictures from here alone. Swagger UI sets style attributes and draws with data URLs. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>T.O.O.L.S Inc API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="reference"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>`

const startScript = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

/** The description of this API for machines, and a page to read and try it that needs no other host. */
export const referenceRoutes = (
  describe: () => object,
  describeEvents: () => object,
  readAsset: (name: string) => Promise<Asset | null>,
) => {
  let document: string | undefined
  let eventsDocument: string | undefined
  return new Hono<AppEnv>()
    .get('/api/openapi.json', (c) => {
      document ??= JSON.stringify(describe())
      c.header('Cache-Control', 'no-cache')
      return c.body(document, 200, { 'Content-Type': 'application/json' })
    })
    .get('/api/asyncapi.json', (c) => {
      eventsDocument ??= JSON.stringify(describeEvents())
      c.header('Cache-Control', 'no-cache')
      return c.body(eventsDocument, 200, { 'Content-Type': 'application/json' })
    })
    .get('/api/docs', (c) => {
      c.header('Content-Security-Policy', policy)
      c.header('Cache-Control', 'no-cache')
      return c.html(page)
    })
    .get('/api/docs/:name', async (c) => {
      const name = c.req.param('name')
      if (name === 'start.js') {
        c.header('Cache-Control', 'no-cache')
        return c.body(startScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' })
      }
      const asset = await readAsset(name)
      if (!asset) throw notFound()
      c.header('Cache-Control', 'public, max-age=3600')
      if (hasCurrent(c, asset.etag)) return c.body(null, 304)
      return c.body(asset.body, 200, { 'Content-Type': asset.type })
    })
}
