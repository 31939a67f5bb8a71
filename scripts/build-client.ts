import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** The client as a browser gets it: its files as JavaScript, and the declarations of all that their types name. */
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
}

if (import.meta.main) buildClient(resolve(root, process.argv[2] ?? 'dist/client'))
