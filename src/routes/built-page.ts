import { Hono } from 'hono'
import { html } from 'hono/html'
import { notFound } from '../core/kernel/errors.ts'
import type { AppContext, AppEnv } from '../http/request-context.ts'
import { type Representation, represent, sharedAnswer } from '../http/shared-answer.ts'
import { readCompressed } from './compressed-assets.ts'

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

/** A page that is built from `pages/<name>`. */
export interface BuiltPage {
  readonly name: 'chat' | 'console' | 'telemetry'
  readonly title: string
  /** Addresses below it that mails name: each leads to the same place of the page. */
  readonly places: readonly string[]
  /** Whether it opens a connection, beside asking. */
  readonly isLive: boolean
}

export const chatPage: BuiltPage = { name: 'chat', title: 'MackChat', places: [], isLive: true }
/** What staff read from a mail is behind it: the id comes as one more part of the path. */
export const consolePage: BuiltPage = {
  name: 'console',
  title: 'Console',
  places: ['forms', 'reports'],
  isLive: false,
}

/** What happened in this process, for whoever develops. */
export const telemetryPage: BuiltPage = {
  name: 'telemetry',
  title: 'Telemetry',
  places: [],
  isLive: false,
}

interface Needs {
  /** Where the page is. */
  readonly path: string
  readonly page: BuiltPage
  readonly readAsset: (name: string) => Promise<Asset | null>
  /** Origins of other services that the page talks to: where devices connect, where bytes of files live. */
  readonly elsewhere: readonly string[]
}

const webSocketOf = (origin: string): string => origin.replace(/^http/, 'ws')

/**
 * Everything from here, but connections and files: they go where the deployment keeps them, and nowhere else. No text becomes
 * a part of the page that could run.
 */
function policyFor(c: AppContext, elsewhere: readonly string[], isLive: boolean): string {
  const own = [c.get('settings').publicOrigin, new URL(c.req.url).origin]
  const files = elsewhere.filter((origin) => origin.startsWith('http'))
  const sockets = isLive ? [...new Set(own.map(webSocketOf))] : []
  const connects = ["'self'", ...sockets, ...(isLive ? elsewhere : files)]
  const alsoFiles = files.length > 0 ? ` ${files.join(' ')}` : ''
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob:${alsoFiles}`,
    `media-src 'self' blob:${alsoFiles}`,
    `connect-src ${connects.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    ...(isLive ? ["worker-src 'self'", "manifest-src 'self'", 'trusted-types tools-inc-worker'] : []),
    "require-trusted-types-for 'script'",
  ].join('; ')
}

const documentOf = (
  path: string,
  title: string,
  isLive: boolean,
  publicOrigin: string,
  built: Manifest | null,
) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="public-origin" content="${publicOrigin}">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
${isLive ? html`<link rel="manifest" href="${path}/manifest.webmanifest">` : ''}
${
  built &&
  html`<link rel="stylesheet" href="${path}/${built.style}">
${built.imports.map((name) => html`<link rel="modulepreload" href="${path}/${name}">\n`)}<script type="module" src="${path}/${built.script}"></script>`
}
</head>
<body>
<div id="app">
${built ? html`<noscript>${title} needs JavaScript.</noscript>` : html`<p>This page has not been built: run <code>npm run build:pages</code>.</p>`}
</div>
</body>
</html>`

/** Its parts go with the page that names them, and those of the page before may be gone: it is asked for each time. */
const askedForEachTime = { edgeSeconds: 0 }
const aYear = 31_536_000
/** The name changes when the bytes do. */
const keptForever = { browserSeconds: aYear, edgeSeconds: aYear, isImmutable: true }

/** A page of its own: small, known again after a reload, and talking to nobody but this deployment. */
export const builtPageRoutes = ({
  path,
  page: { name: pageName, title, places, isLive },
  readAsset,
  elsewhere,
}: Needs) => {
  let written:
    | { readonly manifestTag: string | undefined; readonly page: Promise<Representation> }
    | undefined

  /** The same object until the page is built anew. */
  async function readPage(publicOrigin: string): Promise<Representation> {
    const asset = await readAsset(`${pageName}/manifest.json`)
    if (written && written.manifestTag === asset?.etag) return written.page
    const manifest = asset && (JSON.parse(new TextDecoder().decode(asset.body)) as Manifest)
    const text = async () => String(await documentOf(path, title, isLive, publicOrigin, manifest))
    written = {
      manifestTag: asset?.etag,
      page: text().then((whole) => represent(whole, 'text/html; charset=UTF-8')),
    }
    return written.page
  }

  const routes = new Hono<AppEnv>()
  for (const place of places) {
    routes.get(`/${place}`, (c) => c.redirect(`${path}#/${place}`))
    routes.get(`/${place}/:id{[\\w.-]{1,64}}`, (c) => c.redirect(`${path}#/${place}/${c.req.param('id')}`))
  }
  return routes
    .get('/', async (c) => {
      const { publicOrigin, isProduction } = c.get('settings')
      return sharedAnswer(c, await readPage(publicOrigin), {
        ...askedForEachTime,
        headers: {
          'Content-Security-Policy': policyFor(c, elsewhere, isLive),
          // Over http browsers ignore it, and complain.
          ...(isProduction ? { 'Cross-Origin-Opener-Policy': 'same-origin' } : {}),
        },
      })
    })
    .get('/licenses.txt', async (c) => {
      const asset = await readAsset(`${pageName}/licenses.txt`)
      if (!asset) throw notFound()
      return sharedAnswer(c, asset)
    })
    .get('/:name', async (c) => {
      const name = c.req.param('name')
      if (!/\.(?:js|css|map)$/.test(name)) throw notFound()
      const asset = await readAsset(`${pageName}/${name}`)
      if (!asset) throw notFound()
      return sharedAnswer(c, asset, {
        ...keptForever,
        readCompressed: readCompressed(readAsset, `${pageName}/${name}`),
      })
    })
}
