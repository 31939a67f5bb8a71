import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** The client as a browser gets it: its one file as JavaScript, and the declarations of all that its types name. */
export function buildClient(outDir: string): void {
  rmSync(outDir, { recursive: true, force: true })
  const compiler = join(root, 'node_modules/typescript7/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.client.json'), '--outDir', outDir], {
    stdio: 'inherit',
  })
  const source = readFileSync(join(root, 'src/client/client.ts'), 'utf8')
  writeFileSync(join(outDir, 'client/client.js'), stripTypeScriptTypes(source))
}

if (import.meta.main) buildClient(resolve(root, process.argv[2] ?? 'dist/client'))
