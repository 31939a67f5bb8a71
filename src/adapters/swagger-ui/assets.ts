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

/** The files of the reference page, each read once. */
export function createSwaggerUiAssets(
  readFile: (name: SwaggerUiFile) => Promise<Uint8Array<ArrayBuffer>>,
): Assets {
  const loaded = new Map<string, Promise<Asset>>()
  const load = async (name: SwaggerUiFile): Promise<Asset> => {
    const body = await readFile(name)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body))
    return { body, type: types[name], etag: encodeBase64url(digest).slice(0, 22) }
  }
  return {
    async read(name) {
      if (!isFile(name)) return null
      const asset = loaded.get(name) ?? load(name)
      loaded.set(name, asset)
      return asset
    },
  }
}
