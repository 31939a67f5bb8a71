import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { describeContract } from './client-contract.ts'
import { weighClient } from './weigh-client.ts'

/*
 * The client as front ends install it: its files as JavaScript with declarations that name nothing of the server, and the
 * same packed. `client/` has its manifest and what it says of itself; its version is that of the server.
 */

const root = resolve(import.meta.dirname, '..')
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** The packages that the files of a folder import, by their names. */
function packagesIn(directory: string): readonly string[] {
  const named = readdirSync(directory).flatMap((file) => {
    if (!/\.(js|d\.ts)$/.test(file)) return []
    const source = readFileSync(join(directory, file), 'utf8')
    return [...source.matchAll(/(?:from |import\()['"]([^.'"][^'"]*)['"]/g)].map(([, name = '']) => name)
  })
  const nameOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  return [...new Set(named.map(nameOf))].toSorted()
}

/** Files beside each other, and the server as its contract. */
const asInstalled = (source: string): string =>
  source
    .replaceAll(/(['"])\.\.\/app\/create-app\.ts\1/g, "'./contract.js'")
    .replaceAll(/(['"])(\.\/[\w-]+)\.ts\1/g, "'$2.js'")

/** One of the files as front ends get it. */
export const clientScript = (path: string): string =>
  asInstalled(stripTypeScriptTypes(readFileSync(path, 'utf8')))

function writeManifest(outDir: string): void {
  const { dependencies: ours, devDependencies, version, license } = readJson('package.json')
  const known = { ...devDependencies, ...ours }
  const { private: _, type, exports, ...own } = readJson('client/package.json')
  const optional: Readonly<Record<string, string>> = own.peerDependencies ?? {}
  const needed = packagesIn(outDir).filter((name) => optional[name] === undefined)
  const missing = needed.filter((name) => known[name] === undefined)
  if (missing.length > 0) throw new Error(`no dependency of this project: ${missing.join(', ')}`)
  // A front end may have a newer one of its own: one copy will do.
  const dependencies = Object.fromEntries(needed.map((name) => [name, `^${known[name]}`]))
  const manifest = { ...own, version, license, type, exports, dependencies }
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

export function buildClient(outDir: string): void {
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  const declared = mkdtempSync(join(tmpdir(), 'client-types-'))
  try {
    const compiler = join(root, 'node_modules/typescript7/bin/tsc')
    const options = ['-p', join(root, 'tsconfig.client.json'), '--outDir', declared]
    execFileSync(process.execPath, [compiler, ...options], { stdio: 'inherit' })
    const sources = join(root, 'src/client')
    for (const file of readdirSync(sources)) {
      const name = basename(file, '.ts')
      writeFileSync(join(outDir, `${name}.js`), clientScript(join(sources, file)))
      const types = readFileSync(join(declared, 'client', `${name}.d.ts`), 'utf8')
      writeFileSync(join(outDir, `${name}.d.ts`), asInstalled(types))
    }
    const app = readFileSync(join(declared, 'app/create-app.d.ts'), 'utf8')
    writeFileSync(join(outDir, 'contract.d.ts'), describeContract(root, app))
  } finally {
    rmSync(declared, { recursive: true })
  }
  writeManifest(outDir)
  cpSync(join(root, 'LICENSE'), join(outDir, 'LICENSE'))
  cpSync(join(root, 'client/README.md'), join(outDir, 'README.md'))
}

/** Packs a client that was built, into a file beside its folder: the same bytes for the same client. */
export function packClient(outDir: string): string {
  const target = `${outDir}.tgz`
  const scratch = mkdtempSync(join(tmpdir(), 'client-packed-'))
  try {
    const options = ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch, outDir]
    const packed = execFileSync('npm', options, { encoding: 'utf8' }).trim()
    cpSync(join(scratch, packed), target)
  } finally {
    rmSync(scratch, { recursive: true })
  }
  return target
}

if (import.meta.main) {
  const outDir = resolve(root, process.argv[2] ?? 'dist/client')
  buildClient(outDir)
  const packed = packClient(outDir)
  const kbOf = (path: string) => Math.round(statSync(path).size / 1000)
  const files = readdirSync(outDir).map((file) => join(outDir, file))
  const scripts = files
    .filter((file) => file.endsWith('.js'))
    .reduce((sum, file) => sum + statSync(file).size, 0)
  console.log(`${packed}: ${kbOf(packed)} kB packed, ${Math.round(scripts / 1000)} kB of scripts in it`)
  for (const { entry, bytes, budget } of await weighClient(outDir))
    console.log(`${entry.padEnd(14)} ${String(bytes).padStart(6)} bytes in a page, of ${budget} allowed`)
}
