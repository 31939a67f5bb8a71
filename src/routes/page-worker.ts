import { Hono } from 'hono'
import { notFound } from '../core/kernel/errors.ts'
import type { AppEnv } from '../http/request-context.ts'
import { represent, sharedAnswer } from '../http/shared-answer.ts'

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>
  readonly type: string
  readonly etag: string
}

interface Needs {
  /** Where the page is: the worker is for this address and those below it. */
  readonly path: string
  readonly title: string
  readonly readAsset: (name: string) => Promise<Asset | null>
}

/** Asks this server, and runs nothing else. */
const policy =
  "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
/** Browsers ask for a worker whenever they look for a newer one. */
const askedForEachTime = { edgeSeconds: 0 }

/** What makes a page an app of the device, which is told that something waits while nobody has it open. */
export const pageWorkerRoutes = ({ path, title, readAsset }: Needs) => {
  const manifest = represent(
    JSON.stringify({
      name: title,
      short_name: title,
      id: path,
      start_url: path,
      scope: path,
      display: 'standalone',
    }),
    'application/manifest+json; charset=UTF-8',
  )
  return new Hono<AppEnv>()
    .get('/worker.js', async (c) => {
      const asset = await readAsset('chat/worker.js')
      if (!asset) throw notFound()
      return sharedAnswer(c, asset, {
        ...askedForEachTime,
        headers: { 'Content-Security-Policy': policy, 'Service-Worker-Allowed': path },
      })
    })
    .get('/manifest.webmanifest', async (c) => sharedAnswer(c, await manifest))
}

/** Where a device leads that was told by the page of this server. Who finds what there is seen by who is signed in. */
export const openedPushRoutes = (page: string) =>
  new Hono<AppEnv>().get('/open/:opaque{[\\w-]{1,128}}', (c) =>
    c.redirect(`${page}#open=${c.req.param('opaque')}`),
  )
