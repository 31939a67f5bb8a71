import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { measureColdStart } from '../bench/cold-start.ts'
import { swaggerUiFiles } from '../src/adapters/swagger-ui/assets.ts'
import { buildClient } from './build-client.ts'

/*
 * The deployable folder: both Node entries as bundles that share their chunks, what they read at run time, and a
 * package.json that names the few packages that cannot be bundled. Node and the Functions host start it as it is.
 */

const root = resolve(import.meta.dirname, '..')

/** Native addons: installed beside the bundle, for the machine it runs on. */
const installed = ['@node-rs/argon2']
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
  for (const file of swaggerUiFiles) cpSync(join(source, file), join(outDir, 'swagger-ui', file))
}

export async function buildServer(outDir: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { 'entry/node': 'entry/node.ts', 'entry/functions': 'entry/functions.ts' },
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
  return metafile
}

/** What an entry loads at the start, and what it loads only when it is needed. */
function sizesOf({ outputs }: Metafile, entry: string): { readonly atStart: number; readonly later: number } {
  const reach = (from: string, kinds: readonly string[], found = new Set<string>()): Set<string> => {
    found.add(from)
    for (const { path, kind } of outputs[from]?.imports ?? [])
      if (path in outputs && kinds.includes(kind) && !found.has(path)) reach(path, kinds, found)
    return found
  }
  const sum = (paths: Iterable<string>) =>
    [...paths].reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0)
  const atStart = sum(reach(entry, ['import-statement']))
  return { atStart, later: sum(reach(entry, ['import-statement', 'dynamic-import'])) - atStart }
}

if (import.meta.main) {
  const outDir = resolve(root, process.argv[2] ?? 'dist')
  rmSync(outDir, { recursive: true, force: true })
  const metafile = await buildServer(outDir)
  buildClient(join(outDir, 'client'))
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (!entryPoint?.startsWith('entry/')) continue
    const { atStart, later } = sizesOf(metafile, path)
    console.log(
      `${path}: ${Math.round(atStart / 1024)} KiB at the start, ${Math.round(later / 1024)} KiB when needed`,
    )
  }
  const { median, slowest } = measureColdStart(join(outDir, 'entry/node.js'))
  console.log(`import to first answer: ${median} ms (slowest ${slowest} ms)`)
}
