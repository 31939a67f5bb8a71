import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** Of a package that is installed; without a name, of this project. */
const manifestOf = (name?: string) =>
  JSON.parse(readFileSync(join(root, ...(name ? ['node_modules', name] : []), 'package.json'), 'utf8'))

/** The packages that the files below a folder import, by their names. */
function packagesIn(directory: string): readonly string[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const named = files.flatMap((file) => {
    if (!/\.(js|d\.ts)$/.test(file)) return []
    const source = readFileSync(join(directory, file), 'utf8')
    return [...source.matchAll(/(?:from |import\()['"]([^.'"][^'"]*)['"]/g)].map(([, name = '']) => name)
  })
  const nameOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
  return [...new Set(named.map(nameOf))].toSorted()
}

/**
 * The client as a browser gets it: its files as JavaScript, and the declarations of all that their types name. What it
 * writes is a package: it can be packed and installed, and brings nothing of the server but types.
 */
export function buildClient(outDir: string): void {
  rmSync(outDir, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript7/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.client.json'), '--outDir', outDir], {
    stdio: 'inherit',
  })
  const sources = join(root, 'src/client')
  for (const file of readdirSync(sources)) {
    const source = readFileSync(join(sources, file), 'utf8')
    const script = stripTypeScriptTypes(source).replaceAll(/ from '(\.\/[\w-]+)\.ts'/g, " from '$1.js'")
    writeFileSync(join(outDir, 'client', file.replace(/\.ts$/, '.js')), script)
  }
  const { name, version, license, type, exports, dependencies } = manifestOf()
  const named = packagesIn(outDir)
  const needed = named.filter((each) => dependencies[each] !== undefined)
  // What a package names in its own types comes with it.
  const brought = needed.flatMap((each) => Object.keys(manifestOf(each).dependencies ?? {}))
  const missing = named.filter((each) => !needed.includes(each) && !brought.includes(each))
  if (missing.length > 0) throw new Error(`no dependency of this project: ${missing.join(', ')}`)
  const own = {
    name,
    version,
    license,
    type,
    sideEffects: false,
    exports: JSON.parse(JSON.stringify(exports).replaceAll('./dist/client/', './')),
    dependencies: Object.fromEntries(needed.map((each) => [each, dependencies[each]])),
  }
  writeFileSync(join(outDir, 'package.json'), `${JSON.stringify(own, null, 2)}\n`)
  cpSync(join(root, 'LICENSE'), join(outDir, 'LICENSE'))
}

if (import.meta.main) buildClient(resolve(root, process.argv[2] ?? 'dist/client'))
