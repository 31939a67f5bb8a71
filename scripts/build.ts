import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { swaggerUiFiles } from '../src/adapters/node/assets.ts'

/*
 * The deployable folder: both Node entries as bundles that share their chunks, what they read at run time, and a package.json that
 * names the few packages that cannot be bundled. Node and the Functions host start it as it is.
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
