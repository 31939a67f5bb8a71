import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reportFailedStart } from '../entry/failed-start.ts'
import { createNodeNative } from '../entry/native-node.ts'
import { wire } from '../entry/wire.ts'
import { lockFolderAlone } from '../entry/wiring/folder.ts'
import { createApp } from '../src/app/create-app.ts'
import { type Config, InvalidConfiguration, readConfig } from '../src/config/config.ts'
import { AppError } from '../src/core/kernel/errors.ts'
import { knownDeletions, type YoungerDeletions } from './backup/known-deletions.ts'
import { type Backup, listBackups, secretsName } from './backup/manifest.ts'
import { putBack } from './backup/put-back.ts'

/*
 * Puts a backup in the place of the data of one machine: `npm run restore`, with `--from <folder>` (./backups), `--at <time>`
 * (the last one that was taken by then; ISO 8601, or the name of one). No server may run. What was there is set aside. The audit
 * log is verified, and whoever was erased since is erased again.
 */

class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused'
}

function chosen(backups: readonly Backup[], at: string | undefined): Backup {
  const named = backups.find(({ name }) => name === at)
  const until = at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at)
  if (!named && Number.isNaN(until))
    throw new InvalidConfiguration(['--at takes a time such as 2026-11-28T08:00Z'])
  const found = named ?? backups.findLast(({ manifest: { takenAt } }) => Date.parse(takenAt) <= until)
  if (found) return found
  const known = backups.map(({ name }) => name)
  throw new RestoreRefused(
    known.length === 0 ? 'There is no backup there.' : `None is that old. There are: ${known.join(', ')}`,
  )
}

function requireKeys({ secrets, dataDirectory }: Config, { path, name }: Backup): void {
  if (secrets.kind !== 'generated') return
  if ([dataDirectory, path].some((folder) => existsSync(join(folder, secretsName)))) return
  throw new RestoreRefused(
    `The keys are missing: put the ${secretsName} that belongs to ${name} into ${dataDirectory}. Without it nothing that is encrypted can be read.`,
  )
}

async function run(
  config: Config,
  secrets: Parameters<typeof wire>[1],
  from: string,
  at: string | undefined,
) {
  const backups = await listBackups(from)
  const backup = chosen(backups, at)
  requireKeys(config, backup)
  const { dataDirectory } = config
  const younger = backups.filter(({ manifest }) => manifest.takenAt > backup.manifest.takenAt)
  const { aside } = await putBack(backup, { dataDirectory, at: new Date().toISOString() })
  console.log(`${dataDirectory} is as it was at ${backup.manifest.takenAt}.`)
  if (aside) console.log(`What was there is in ${join(dataDirectory, aside)}.`)

  const { ports, defer, close } = await wire(config, secrets, createNodeNative(config))
  try {
    const { erasure } = createApp(ports, config.app)
    const known: YoungerDeletions = knownDeletions([
      ...younger.map(({ path }) => path),
      ...(aside ? [join(dataDirectory, aside)] : []),
    ])
    let again = 0
    for (const deletion of known.deletions)
      try {
        if (await erasure.carryOver(deletion)) again++
      } catch (error) {
        if (!(error instanceof AppError && error.code === 'last_administrator')) throw error
        console.log(
          `${deletion.userId} had asked to be erased since, and is the only administrator here: npm run admin -- grant somebody else, and ask again.`,
        )
      }
    if (again > 0)
      console.log(
        `${again} who had asked to be erased since are closed again, and erased when a server runs.`,
      )
    for (const path of known.unreadable)
      console.log(`${path} cannot be read: who asked to be erased since, and is in it alone, is back.`)
    const { intact, records } = await ports.audit.verify()
    console.log(
      intact ? `The audit log is intact: ${records} rows.` : 'The audit log is broken: npm run audit:verify',
    )
    if (!intact) process.exitCode = 1
    await defer.settled()
  } finally {
    await close()
  }
}

try {
  const { values } = parseArgs({
    options: { from: { type: 'string', default: 'backups' }, at: { type: 'string' } },
  })
  const { config, secrets } = readConfig(process.env)
  const lock = lockFolderAlone(config.dataDirectory)
  try {
    await run(config, secrets, values.from, values.at)
  } finally {
    lock.release()
  }
} catch (error) {
  reportFailedStart(error)
}
