import type { Asset, Assets } from '../../ports/assets.ts'
import { encodeBase64url } from '../../ports/base64url.ts'

const types = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  // Named in the first line of the one above.
  'swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const

/** A file of `swagger-ui-dist` that the reference page needs. */
export type SwaggerUiFile = keyof typeof types

export const swaggerUiFiles = Object.keys(types) as readonly SwaggerUiFile[]

const isFile = (name: string): name is SwaggerUiFile => Object.hasOwn(types, name)

/** As the build compresses them beforehand. */
const compressedEnding = /\.(?:br|gz|zst)$/

/** The files of the reference page, each read once. `readFile` answers null for a compressed one that was not made. */
export function createSwaggerUiAssets(
  readFile: (name: string) => Promise<Uint8Array<ArrayBuffer> | null>,
): Assets {
  const loaded = new Map<string, Promise<Asset | null>>()
  const load = async (name: string, file: SwaggerUiFile): Promise<Asset | null> => {
    const body = await readFile(name)
    if (body === null) return null
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
    return { body, type: types[file], etag: encodeBase64url(digest).slice(0, 22) }
  }
  return {
    async read(name) {
      const file = name.replace(compressedEnding, '')
      if (!isFile(file)) return null
      const asset = loaded.get(name) ?? load(name, file)
      loaded.set(name, asset)
      return asset
    },
  }
}
