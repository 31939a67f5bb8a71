import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * What a front end adds to its page with each way to use the client: bytes, bundled with all it needs, minified and zipped.
 * React is the front end's own, and the connection of the chat is loaded when the chat is opened.
 */
export const budgets: Readonly<Record<string, number>> = {
  '.': 7_000,
  './account': 8_500,
  './react': 20_000,
  './live-chat': 3_600,
  './upload-file': 3_000,
  './fetch-file': 2_000,
}

export interface Weight {
  readonly entry: string
  readonly bytes: number
  readonly budget: number
}

export async function weighClient(installed: string): Promise<readonly Weight[]> {
  const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  return Promise.all(
    Object.entries(budgets).map(async ([entry, budget]) => {
      const { outputFiles } = await build({
        entryPoints: [join(installed, exports[entry].default)],
        bundle: true,
        write: false,
        minify: true,
        format: 'esm',
        platform: 'browser',
        external: ['react', '@azure/web-pubsub-client'],
        target: ['safari16.4', 'chrome109', 'firefox115'],
        logLevel: 'silent',
      })
      return { entry, bytes: gzipSync(outputFiles[0]?.contents ?? '').byteLength, budget }
    }),
  )
}
