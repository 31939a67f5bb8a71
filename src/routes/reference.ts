import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import type { AppEnv } from '../http/request-context.ts'
import { sharedAnswer, sharedJson, sharedText } from '../http/shared-answer.ts'
import { isCompressedForm, readCompressed } from './compressed-assets.ts'

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

const showPage = sharedText(async () => String(await page), 'text/html; charset=UTF-8')
const showScript = sharedText(startScript, 'text/javascript; charset=utf-8')
const keptForAnHour = { browserSeconds: 3_600, edgeSeconds: 3_600 }

/** The description of this API for machines, and a page to read and try it that needs no other host. */
export const referenceRoutes = (
  describe: () => object,
  describeEvents: () => object,
  readAsset: (name: string) => Promise<Asset | null>,
) => {
  let document: object | undefined
  let eventsDocument: object | undefined
  return new Hono<AppEnv>()
    .get('/api/openapi.json', (c) => {
      document ??= describe()
      return sharedJson(c, document)
    })
    .get('/api/asyncapi.json', (c) => {
      eventsDocument ??= describeEvents()
      return sharedJson(c, eventsDocument)
    })
    .get('/api/docs', (c) => showPage(c, { headers: { 'Content-Security-Policy': policy } }))
    .get('/api/docs/:name', async (c) => {
      const name = c.req.param('name')
      if (name === 'start.js') return showScript(c)
      const asset = isCompressedForm(name) ? null : await readAsset(name)
      if (!asset) throw notFound()
      return sharedAnswer(c, asset, { ...keptForAnHour, readCompressed: readCompressed(readAsset, name) })
    })
}
