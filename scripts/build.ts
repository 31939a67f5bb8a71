import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { measureColdStart } from '../bench/cold-start.ts'
import { swaggerUiFiles } from '../src/adapters/swagger-ui/assets.ts'
import { buildClient, packClient } from './build-client.ts'
import { buildPages } from './build-pages.ts'
import { compressedForms } from './compressed-forms.ts'
import { describeLicenses } from './third-party-licenses.ts'

/*
 * The deployable folder: both Node entries as bundles that share their chunks, what they read at run time, and a
 * package.json that names the few packages that cannot be bundled. Node and the Functions host start it as it is.
 */

const root = resolve(import.meta.dirname, '..')

/**
 * Installed beside the bundle: native addons, for the machine it runs on, and libheif, whose license (LGPL) asks that whoever runs it
 * can put another version in its place.
 */
const installed = ['@node-rs/argon2', 'libheif-js', 'sharp']
/** Only the Functions host has it. */
const providedByHost = '@azure/functions-core'

/** What packages written for CommonJS expect to find. */
const banner = `import { createRequire as createRequireForBundle } from 'node:module'
const require = createRequireForBundle(import.meta.url)`

function writeManifest(outDir: string): void {
  const {
    name,
    version,
    private: isPrivate,
    license,
    engines,
    dependencies,
  } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const manifest = {
    name,
    version,
    private: isPrivate,
    license,
    type: 'module',
    main: 'entry/functions.js',
    scripts: { start: 'node entry/node.js' },
    engines,
    dependencies: Object.fromEntries(installed.map((name) => [name, dependencies[name]])),
  }
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

function copySwaggerUi(outDir: string): void {
  const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  mkdirSync(join(outDir, 'swagger-ui'), { recursive: true })
  for (const file of ['LICENSE', 'NOTICE']) cpSync(join(source, file), join(outDir, 'swagger-ui', file))
  for (const file of swaggerUiFiles) {
    const target = join(outDir, 'swagger-ui', file)
    cpSync(join(source, file), target)
    if (file.endsWith('.png')) continue
    for (const [ending, bytes] of compressedForms(readFileSync(target)))
      writeFileSync(`${target}.${ending}`, bytes)
  }
}

export async function buildServer(outDir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      'entry/node': 'entry/node.ts',
      'entry/functions': 'entry/functions.ts',
      'workers/checkpoint': 'src/adapters/sqlite/checkpoint-thread.ts',
      'workers/decode-heic': 'src/adapters/libheif/decoding-worker.ts',
    },
    outdir: outDir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    // A package without `exports` may have an ES module: only that has names to import one by one.
    mainFields: ['module', 'main'],
    target: 'node22.13',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    sourcemap: 'linked',
    sourcesContent: false,
    banner: { js: banner },
    external: [...installed, providedByHost],
    metafile: true,
    logLevel: 'warning',
  })
  cpSync(join(root, 'host.json'), join(outDir, 'host.json'))
  copySwaggerUi(outDir)
  writeManifest(outDir)
  cpSync(join(root, 'LICENSE'), join(outDir, 'LICENSE'))
  writeFileSync(join(outDir, 'THIRD-PARTY-LICENSES.txt'), describeLicenses(metafile))
  return metafile
}

/** The bundled files that an entry loads at the start; with `isLater` also those that it loads only when needed. */
function loadedBy(
  { outputs }: Metafile,
  entry: string,
  isLater = false,
): readonly Metafile['outputs'][string][] {
  const found = new Set([entry])
  for (const path of found)
    for (const { path: imported, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' || (isLater && kind === 'dynamic-import')) found.add(imported)
  return [...found].flatMap((path) => outputs[path] ?? [])
}

const entriesOf = ({ outputs }: Metafile): readonly string[] =>
  Object.keys(outputs).filter((path) => outputs[path]?.entryPoint?.startsWith('entry/'))

/** The packages of which something is loaded when an entry starts. */
export function packagesAtStart(metafile: Metafile, entry: string): readonly string[] {
  const path = entriesOf(metafile).find((candidate) => candidate.endsWith(`/${entry}.js`)) ?? ''
  const sources = loadedBy(metafile, path).flatMap(({ inputs }) => Object.keys(inputs))
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1])
  return [...new Set(names)].filter((name) => name !== undefined)
}

if (import.meta.main) {
  const outDir = resolve(root, process.argv[2] ?? 'dist')
  rmSync(outDir, { recursive: true, force: true })
  const metafile = await buildServer(outDir)
  buildClient(join(outDir, 'client'))
  packClient(join(outDir, 'client'))
  await buildPages(join(outDir, 'pages'), { isProduction: true })
  for (const path of entriesOf(metafile)) {
    const kibOf = (files: readonly { readonly bytes: number }[]) =>
      Math.round(files.reduce((bytes, file) => bytes + file.bytes, 0) / 1024)
    const atStart = kibOf(loadedBy(metafile, path))
    const later = kibOf(loadedBy(metafile, path, true)) - atStart
    console.log(`${path}: ${atStart} KiB at the start, ${later} KiB when needed`)
  }
  const { median, slowest } = measureColdStart(join(outDir, 'entry/node.js'))
  console.log(`import to first answer: ${median} ms (slowest ${slowest} ms)`)
}
