import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/*
 * Writes what each profile of `infra/` would make beside its parameters, by the Bicep compiler that BICEP names, or `bicep`
 * on the PATH. A test compares.
 */

const root = resolve(import.meta.dirname, '..')
const directory = join(root, 'infra/profiles')
const compiler = process.env['BICEP'] ?? 'bicep'

for (const file of readdirSync(directory).filter((name) => name.endsWith('.bicepparam'))) {
  const { status, error } = spawnSync(
    compiler,
    [
      'snapshot',
      join(directory, file),
      ...['--mode', 'overwrite', '--location', 'eastus2'],
      ...['--subscription-id', '00000000-0000-0000-0000-000000000000'],
    ],
    { stdio: 'inherit' },
  )
  if (error || status !== 0) {
    console.error(`${file}: not written. ${error?.message ?? `${compiler} ended with ${status}`}`)
    process.exitCode = 1
  } else console.log(`${file}: written`)
}
