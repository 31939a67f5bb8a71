import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import type { AppEnv } from '../http/request-context.ts'

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
}

/** Everything from here, but the connection and uploads: they go where the deployment keeps them. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss: https:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = (isBuilt: boolean) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
    <title>MackChat</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/dev/chat/chat.css" />
    <script type="module" src="/dev/chat/page.js"></script>
  </head>
  <body data-view="sign-in">
    <div id="banner" role="status" hidden></div>
    <main>${isBuilt ? '' : html`<p>This page has not been built: run <code>npm run build:pages</code>.</p>`}</main>
  </body>
</html>`

/** A chat in a page, for whoever develops: what the live client and the events are for. */
export const chatPageRoutes = (readAsset: (name: string) => Promise<Asset | null>) =>
  new Hono<AppEnv>()
    .get('/', async (c) => {
      c.header('Content-Security-Policy', policy)
      c.header('Cache-Control', 'no-cache')
      return c.html(page((await readAsset('chat/page.js')) !== null))
    })
    .get('/:name', async (c) => {
      const asset = await readAsset(`chat/${c.req.param('name')}`)
      if (!asset) throw notFound()
      c.header('Cache-Control', 'no-cache')
      return c.body(asset.body, 200, { 'Content-Type': asset.type })
    })
