import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { floorTargets } from '../pages/floor.ts'
import { compressedForms } from './compressed-forms.ts'
import { describeLicenses } from './third-party-licenses.ts'

/*
 * The pages as a browser loads them: small, under names that change when the bytes do, and compressed beforehand. `npm
 * start` and `npm run dev` make it for development; `npm run build` makes it for production, without source maps.
 */

const root = resolve(import.meta.dirname, '..')

/** What the route needs to know of a page that was built. */
export interface PageManifest {
  readonly script: string
  readonly style: string
  /** What the script imports at once: named in the page, so that it comes in the same round trip. */
  readonly imports: readonly string[]
}

/** Each of them is `pages/<name>/main.tsx` and `pages/<name>/<name>.css`. */
export const builtPages = ['chat', 'console', 'telemetry'] as const
type BuiltPage = (typeof builtPages)[number]
/** Those that are served while one develops, and nowhere else. */
const forDevelopers: readonly BuiltPage[] = ['telemetry']

export async function buildPages(
  outDir = join(root, 'dist/pages'),
  { isProduction = false }: { readonly isProduction?: boolean } = {},
): Promise<Readonly<Partial<Record<BuiltPage, PageManifest>> & Record<'chat' | 'console', PageManifest>>> {
  const built = builtPages.filter((name) => !isProduction || !forDevelopers.includes(name))
  const manifests = await Promise.all(
    built.map(async (name) => [name, await buildPage(name, outDir, isProduction)] as const),
  )
  return Object.fromEntries(manifests) as Record<BuiltPage, PageManifest>
}

/** The worker of the client, for the page that tells devices. */
async function buildWorker() {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/client/worker.ts'],
    outfile: 'worker.js',
    format: 'iife',
    platform: 'browser',
    target: floorTargets,
    minify: true,
    write: false,
    logLevel: 'warning',
  })
  return outputFiles[0]
}

async function buildPage(page: BuiltPage, outDir: string, isProduction: boolean): Promise<PageManifest> {
  const { build } = await import('esbuild')
  const directory = join(outDir, page)
  mkdirSync(directory, { recursive: true })
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: `pages/${page}/main.tsx`, [page]: `pages/${page}/${page}.css` },
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: floorTargets,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    banner: { js: '/* Licenses: licenses.txt */' },
    sourcemap: isProduction ? false : 'linked',
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
  const outputs = Object.entries(metafile.outputs)
  const outputOf = (entry: string) => outputs.find(([, { entryPoint }]) => entryPoint === entry)
  const [script, { imports }] = outputOf(`pages/${page}/main.tsx`) ?? ['', { imports: [] }]
  const [style] = outputOf(`pages/${page}/${page}.css`) ?? ['']
  const manifest: PageManifest = {
    script: basename(script),
    style: basename(style),
    imports: imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => basename(path)),
  }
  const kept = new Set(['manifest.json', 'licenses.txt'])
  const worker = page === 'chat' ? await buildWorker() : null
  const write = (name: string, bytes: Uint8Array): void => {
    kept.add(name)
    writeFileSync(join(directory, name), bytes)
  }
  // Browsers know a worker by its address: it has one name, whatever is in it.
  const files = worker ? [...outputFiles, worker] : outputFiles
  for (const { path, contents } of files) {
    const name = basename(path)
    write(name, contents)
    if (name.endsWith('.map')) continue
    for (const [ending, bytes] of compressedForms(contents)) write(`${name}.${ending}`, bytes)
  }
  writeFileSync(join(directory, 'licenses.txt'), describeLicenses(metafile))
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest))
  // Not before: a server may be reading.
  for (const name of readdirSync(directory))
    if (!kept.has(name)) rmSync(join(directory, name), { force: true })
  return manifest
}

if (import.meta.main && process.env['NODE_ENV'] !== 'production') await buildPages()
