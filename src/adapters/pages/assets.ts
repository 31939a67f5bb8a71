import type { Asset, Assets } from '../../ports/assets.ts'
import { encodeBase64url } from '../../ports/base64url.ts'

/** As the build names them, each also compressed beforehand. */
const builtName =
  /^(?:chat|console|telemetry)\/(?:manifest\.json|licenses\.txt|[\w-]+\.(?:js|css|js\.map|css\.map)(?:\.(?:br|gz|zst))?)$/

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
}

const typeOf = (name: string): string => {
  const [, ending = ''] = /\.(\w+)$/.exec(name.replace(/\.(?:br|gz|zst)$/, '')) ?? []
  return types[ending] ?? 'application/octet-stream'
}

/** The files of pages, as they were last built. `readFile` answers null for one that was not. */
export const createPageAssets = (
  readFile: (name: string) => Promise<Uint8Array<ArrayBuffer> | null>,
): Assets => ({
  async read(name): Promise<Asset | null> {
    const body = builtName.test(name) ? await readFile(name) : null
    if (body === null) return null
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
    return { body, type: typeOf(name), etag: encodeBase64url(digest).slice(0, 22) }
  },
})
