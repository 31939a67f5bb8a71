import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'
import { systemClock } from '../src/adapters/system/clock.ts'
import { type Config, InvalidConfiguration, readConfig } from '../src/config/config.ts'
import { listBackups, secretsName } from './backup/manifest.ts'
import { takeBackup } from './backup/take-backup.ts'

/*
 * A copy of the data of one machine, while servers use it: `npm run backup`, with `--to <folder>` (./backups), `--keep <number>`
 * (older ones are removed), `--with-keys` (secrets.json beside what it opens), `--list`.
 */

const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MB`

/** What is kept by a service, whose own backups are meant for it. */
const elsewhere = ({ documents, records, blobs }: Config): readonly string[] => [
  ...(documents.kind === 'sqlite' ? [] : ['documents']),
  ...(records.kind === 'sqlite' ? [] : ['forms, mail and audit log']),
  ...(blobs.kind === 'filesystem' ? [] : ['files']),
]

try {
  const { values } = parseArgs({
    options: {
      to: { type: 'string', default: 'backups' },
      keep: { type: 'string' },
      'with-keys': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  })
  const keep = values.keep === undefined ? undefined : Number(values.keep)
  if (keep !== undefined && !(Number.isInteger(keep) && keep > 0))
    throw new InvalidConfiguration(['--keep takes a whole number, 1 or more'])
  if (values.list) {
    for (const { name, manifest } of await listBackups(values.to))
      console.log(`${name}\t${megabytes(manifest.files.reduce((sum, { size }) => sum + size, 0))}`)
  } else {
    const { config } = readConfig(process.env)
    const others = elsewhere(config)
    if (config.documents.kind !== 'sqlite' && config.records.kind !== 'sqlite')
      throw new InvalidConfiguration([
        'nothing is kept on this machine: what the services keep is backed up by them (docs/operations.md#backups)',
      ])
    const { path, manifest } = await takeBackup({
      dataDirectory: config.dataDirectory,
      directory: values.to,
      clock: systemClock,
      withKeys: values['with-keys'],
      ...(keep === undefined ? {} : { keep }),
    })
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0)
    console.log(`${path}: ${manifest.files.length} files, ${megabytes(bytes)}`)
    if (others.length > 0)
      console.log(`Not in it, because services keep them: ${others.join('; ')}. Use their backups.`)
    if (!values['with-keys'] && existsSync(join(config.dataDirectory, secretsName)))
      console.log(
        `Not in it: ${join(config.dataDirectory, secretsName)}. Without those keys nothing that is encrypted can be read. Keep a copy in another place (or --with-keys).`,
      )
  }
} catch (error) {
  reportFailedStart(error)
}
