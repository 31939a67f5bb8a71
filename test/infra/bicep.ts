import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../docs/pages.ts'

/** How to call the compiler: a command, and what comes before its own arguments. */
type Compiler = readonly [command: string, ...first: readonly string[]]

/** Beside the project, where somebody put it. */
const beside = join(root, '../shared/tools/bicep')

const isThere = ([command, ...first]: Compiler): boolean =>
  spawnSync(command, [...first, ...(first.length > 0 ? ['version'] : ['--version'])], { timeout: 60_000 })
    .status === 0

function findCompiler(): Compiler | null {
  const named = process.env['BICEP']
  const candidates: readonly Compiler[] = [
    ...(named ? [[named] as const] : []),
    ['bicep'],
    ...(existsSync(beside) ? [[beside] as const] : []),
    ['az', 'bicep'],
  ]
  return candidates.find(isThere) ?? null
}

const compiler = findCompiler()

/** Null where there is one. */
export const whyNotCompiled =
  compiler === null
    ? 'no Bicep compiler: neither BICEP, nor bicep on the PATH, nor ../shared/tools/bicep, nor az bicep'
    : null

const run = promisify(execFile)

export const bicep = (...args: readonly string[]) => bicepWith({}, ...args)

/** Everything that the compiler said, and whether it was content. Its warnings leave the exit code at 0. */
export async function bicepWith(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ readonly isDone: boolean; readonly out: string; readonly complaints: readonly string[] }> {
  if (compiler === null) throw new Error(whyNotCompiled ?? '')
  const [command, ...first] = compiler
  const { stdout, stderr, isDone } = await run(command, [...first, ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout, stderr }) => ({ stdout, stderr, isDone: true }),
    (error: { stdout?: string; stderr?: string }) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? '',
      isDone: false,
    }),
  )
  const lines = `${stderr}\n${first.length > 0 || args[0] === 'lint' ? stdout : ''}`.split('\n')
  return { isDone, out: stdout, complaints: lines.filter((line) => /\b(?:Warning|Error|ERROR)\b/.test(line)) }
}
