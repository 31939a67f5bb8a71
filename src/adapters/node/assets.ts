import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Asset, Assets } from '../../ports/assets.ts'

const types: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

export const swaggerUiFiles = Object.keys(types)

/** The files of `swagger-ui-dist` in `directory`, each read once. */
export function createSwaggerUiAssets({ directory }: { readonly directory: string }): Assets {
  const loaded = new Map<string, Promise<Asset>>()
  const load = async (name: string, type: string): Promise<Asset> => {
    const body = new Uint8Array(await readFile(join(directory, name)))
    return { body, type, etag: createHash('sha256').update(body).digest('base64url').slice(0, 22) }
  }
  return {
    async read(name) {
      const type = Object.hasOwn(types, name) ? types[name] : undefined
      if (!type) return null
      const asset = loaded.get(name) ?? load(name, type)
      loaded.set(name, asset)
      return asset
    },
  }
}
