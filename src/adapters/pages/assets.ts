import type { Asset, Assets } from '../../ports/assets.ts'
import { encodeBase64url } from '../../ports/base64url.ts'

const types: Readonly<Record<string, string>> = {
  'chat/page.js': 'text/javascript; charset=utf-8',
  'chat/chat.css': 'text/css; charset=utf-8',
}

/** The files of pages for development, as they were last built. `readFile` answers null for one that was not. */
export const createPageAssets = (
  readFile: (name: string) => Promise<Uint8Array<ArrayBuffer> | null>,
): Assets => ({
  async read(name): Promise<Asset | null> {
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    const body = type === undefined ? null : await readFile(name)
    if (type === undefined || body === null) return null
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
    return { body, type, etag: encodeBase64url(digest).slice(0, 22) }
  },
})
