import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import { hasCurrent } from '../http/etag.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
}

/** What was built, by the names of its files. */
interface Manifest {
  readonly script: string
  readonly style: string
  readonly imports: readonly string[]
}

interface Needs {
  /** Where the page is. */
  readonly path: string
  readonly readAsset: (name: string) => Promise<Asset | null>
  /** Origins of other services that the page talks to: where devices connect, where bytes of files live. */
  readonly elsewhere: readonly string[]
}

const webSocketOf = (origin: string): string => origin.replace(/^http/, 'ws')

/** Everything from here, but connections and files: they go where the deployment keeps them, and nowhere else. */
function policyFor(c: AppContext, elsewhere: readonly string[]): string {
  const own = [c.get('settings').publicOrigin, new URL(c.req.url).origin]
  const sockets = [...new Set(own.map(webSocketOf))]
  const others = elsewhere.length > 0 ? ` ${elsewhere.join(' ')}` : ''
  const files = elsewhere.filter((origin) => origin.startsWith('http'))
  const alsoFiles = files.length > 0 ? ` ${files.join(' ')}` : ''
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob:${alsoFiles}`,
    `media-src 'self' blob:${alsoFiles}`,
    `connect-src 'self' ${sockets.join(' ')}${others}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const page = (path: string, publicOrigin: string, built: Manifest | null) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="public-origin" content="${publicOrigin}">
<meta name="color-scheme" content="light dark">
<title>MackChat</title>
<link rel="icon" href="data:,">
${
  built &&
  html`<link rel="stylesheet" href="${path}/${built.style}">
${built.imports.map((name) => html`<link rel="modulepreload" href="${path}/${name}">\n`)}<script type="module" src="${path}/${built.script}"></script>`
}
</head>
<body>
<div id="app">
${built ? html`<noscript>MackChat needs JavaScript.</noscript>` : html`<p>This page has not been built: run <code>npm run build:pages</code>.</p>`}
</div>
</body>
</html>`

/** What the browser takes of the encodings in which the files lie there. */
function encodingFor(c: AppContext): 'br' | 'gz' | null {
  const accepted = (c.req.header('accept-encoding') ?? '')
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => !/;\s*q=0(?:\.0*)?$/.test(each))
    .map((each) => each.split(';')[0])
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gz' : null
}

async function etagOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return [...digest.subarray(0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A chat in a page: small, known again after a reload, and talking to nobody but this deployment. */
export const chatPageRoutes = ({ path, readAsset, elsewhere }: Needs) => {
  async function readManifest(): Promise<Manifest | null> {
    const asset = await readAsset('chat/manifest.json')
    return asset && (JSON.parse(new TextDecoder().decode(asset.body)) as Manifest)
  }
  return new Hono<AppEnv>()
    .get('/', async (c) => {
      const text = String(await page(path, c.get('settings').publicOrigin, await readManifest()))
      c.header('Content-Security-Policy', policyFor(c, elsewhere))
      // Over http browsers ignore it, and complain.
      if (c.get('settings').isProduction) c.header('Cross-Origin-Opener-Policy', 'same-origin')
      c.header('Cache-Control', 'no-cache')
      if (hasCurrent(c, await etagOf(text))) return c.body(null, 304)
      return c.html(text)
    })
    .get('/licenses.txt', async (c) => {
      const asset = await readAsset('chat/licenses.txt')
      if (!asset) throw notFound()
      c.header('Cache-Control', 'no-cache')
      if (hasCurrent(c, asset.etag)) return c.body(null, 304)
      return c.body(asset.body, 200, { 'Content-Type': asset.type })
    })
    .get('/:name', async (c) => {
      const name = c.req.param('name')
      if (!/\.(?:js|css|map)$/.test(name)) throw notFound()
      const encoding = encodingFor(c)
      const compressed = encoding && (await readAsset(`chat/${name}.${encoding}`))
      const asset = compressed || (await readAsset(`chat/${name}`))
      if (!asset) throw notFound()
      // The name changes when the bytes do.
      c.header('Cache-Control', 'public, max-age=31536000, immutable')
      c.header('Vary', 'Accept-Encoding', { append: true })
      if (compressed) c.header('Content-Encoding', encoding === 'br' ? 'br' : 'gzip')
      if (hasCurrent(c, asset.etag)) return c.body(null, 304)
      return c.body(asset.body, 200, { 'Content-Type': asset.type })
    })
}
