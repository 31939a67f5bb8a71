import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'

/*
 * The scenarios of the release before, by its own program, on the databases that this version makes: the schema is brought along before the
 * way leads to the new program, and the old one goes on with it. `npm run test:former -- [--ref v1.4.0] [test/scenarios/forms.test.ts …]`
 *
 * On services alone: a file of SQLite belongs to one program, and an older one refuses a newer file.
 */

const root = join(import.meta.dirname, '..')
/** Where the schema is written. */
const schema = ['src/adapters/azure-sql/migrations.ts', 'infra/cosmos-containers.json']
/** What sets up the databases of the scenarios. */
const provisioning = ['provisioned-azure-sql', 'provisioned-cosmos'] as const

const git = (...args: readonly string[]): string | null => {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 && stdout.trim() !== '' ? stdout.trim() : null
}

/** The newest tag of a version before this commit. Where none was ever released: the program that ran before the schema changed last. */
export function formerRelease(): { readonly ref: string; readonly is: string } | null {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^')
  if (tag) return { ref: tag, is: `release ${tag}` }
  const changed = git('log', '-1', '--format=%H', '--', ...schema)
  const before = changed && git('rev-parse', '--verify', '--quiet', `${changed}^`)
  return before
    ? { ref: before, is: `nothing is tagged: ${before.slice(0, 8)}, before the schema changed last` }
    : null
}

/** The tree of that release, with the packages of today and the databases of today. */
function layOut(ref: string, directory: string): void {
  execFileSync('tar', ['-x', '-C', directory], {
    input: execFileSync('git', ['archive', ref], { cwd: root, maxBuffer: 512 * 1024 * 1024 }),
  })
  // A folder of its own, because builds are put there, and because no program that is not built runs below such a folder.
  const packages = join(directory, 'node_modules')
  mkdirSync(packages)
  for (const name of readdirSync(join(root, 'node_modules')))
    if (!/^\.(?!bin$)/.test(name)) symlinkSync(join(root, 'node_modules', name), join(packages, name))
  for (const name of provisioning)
    writeFileSync(
      join(directory, `test/stand-ins/${name}.ts`),
      `export * from ${JSON.stringify(join(root, `test/stand-ins/${name}.ts`))}\n`,
    )
}

/** 0 where all is well. */
export function testFormerRelease(ref: string, files: readonly string[]): number {
  const directory = mkdtempSync(join(tmpdir(), 'former-release-'))
  try {
    layOut(ref, directory)
    const { status } = spawnSync(
      process.execPath,
      ['node_modules/vitest/vitest.mjs', 'run', '--project=node-azure', '--retry=1', ...files],
      { cwd: directory, stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } },
    )
    return status ?? 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  try {
    const { values, positionals } = parseArgs({
      options: { ref: { type: 'string' } },
      allowPositionals: true,
    })
    const former = values.ref === undefined ? formerRelease() : { ref: values.ref, is: values.ref }
    if (former === null) {
      console.error(
        'There is no history here to take the release before from: fetch it (git fetch --unshallow --tags).',
      )
      process.exit(1)
    }
    console.log(`The scenarios of ${former.is}, on the databases of today:`)
    process.exit(testFormerRelease(former.ref, positionals))
  } catch (error) {
    reportFailedStart(error)
  }
}
