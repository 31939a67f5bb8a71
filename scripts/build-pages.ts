import { join, resolve } from 'node:path'

/*
 * The pages for development, as a browser loads them. `npm start` and `npm run dev` do this first. In production there
 * are none, and the bundler may not be there either.
 */

const root = resolve(import.meta.dirname, '..')

export async function buildPages(outDir = join(root, 'dist/pages')): Promise<void> {
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: { 'chat/page': 'pages/chat/page.ts', 'chat/chat': 'pages/chat/chat.css' },
    outdir: outDir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2024',
    sourcemap: 'inline',
    logLevel: 'warning',
  })
}

if (import.meta.main && process.env['NODE_ENV'] !== 'production') await buildPages()
