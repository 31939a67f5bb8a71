import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { makeDirectory, orNull, syncDirectory } from '../../src/adapters/filesystem/files.ts'
import { isBusy, openNodeSqlite } from '../../src/adapters/sqlite/driver.ts'
import type { Clock } from '../../src/ports/clock.ts'
import {
  type Backup,
  blobsName,
  databaseName,
  filesIn,
  hashOf,
  type Kept,
  listBackups,
  type Manifest,
  manifestName,
  nameOf,
  secretsName,
  syncFile,
} from './manifest.ts'

const unfinished = '.unfinished-'
/** Of blobs that are on their way in. */
const incoming = '.incoming/'
/** More than any database has: all in one step, so that it is of one moment whatever is written meanwhile. */
const allPages = 2 ** 31 - 1

/** Another one is being taken into the same folder. */
export class BackupUnderWay extends Error {
  override readonly name = 'BackupUnderWay'
}

export interface BackupOptions {
  readonly dataDirectory: string
  readonly directory: string
  readonly clock: Clock
  /** Keys beside what they open. */
  readonly withKeys?: boolean
  /** How many stay; older ones are removed when this one is finished. */
  readonly keep?: number
}

function lock(directory: string): () => void {
  const held = openNodeSqlite(join(directory, 'backup.lock'), 0)
  try {
    held.exec('begin exclusive')
    return () => held.close()
  } catch (error) {
    held.close()
    throw isBusy(error) ? new BackupUnderWay(`A backup into ${directory} is under way already.`) : error
  }
}

/** The database as it is at one moment; nobody who writes to it waits. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const { backup, DatabaseSync } = process.getBuiltinModule('node:sqlite')
  // Before SQLite makes it, which would let others read it.
  await (await open(to, 'wx', 0o600)).close()
  const source = new DatabaseSync(from, { readOnly: true })
  try {
    await backup(source, to, { rate: allPages })
  } finally {
    source.close()
  }
  // One file, to be read anywhere: its log would be another.
  const copy = new DatabaseSync(to)
  copy.exec('pragma journal_mode = delete')
  copy.close()
  await syncFile(to)
}

/**
 * Copies the data of one machine while it is in use: the database as of one moment, and every file that is there before or
 * after that. A file never changes under its name, so one that the last backup has as well is linked from there. The folder gets its
 * name when all of it is on the disk; whatever was stopped before is removed by the next one. Throws `BackupUnderWay`.
 */
export async function takeBackup(options: BackupOptions): Promise<Backup> {
  const { dataDirectory, directory, clock, withKeys = false, keep } = options
  await makeDirectory(directory)
  const release = lock(directory)
  try {
    for (const name of await readdir(directory))
      if (name.startsWith(unfinished)) await rm(join(directory, name), { recursive: true, force: true })
    const before = await listBackups(directory)
    const last = before.at(-1)
    const known = new Map(last?.manifest.files.map((file) => [file.path, file]))
    const path = join(directory, `${unfinished}${randomUUID()}`)
    await makeDirectory(path)
    const files = new Map<string, Kept>()

    async function keepFile(name: string): Promise<void> {
      const [from, to] = [join(dataDirectory, name), join(path, name)]
      const found = await orNull(stat(from))
      // Deleted a moment ago.
      if (!found) return
      const kept = known.get(name)
      const former = kept && last ? join(last.path, name) : null
      const isAsOld = former && (await orNull(stat(former)))?.mtime.getTime() === found.mtime.getTime()
      await makeDirectory(dirname(to))
      if (kept && former && isAsOld && kept.size === found.size) {
        await link(former, to)
        files.set(name, kept)
        return
      }
      if ((await orNull(copyFile(from, to, constants.COPYFILE_FICLONE).then(() => true))) === null) return
      await utimes(to, found.atime, found.mtime)
      await syncFile(to)
      files.set(name, { path: name, size: (await stat(to)).size, sha256: await hashOf(to) })
    }
    async function keepBlobs(): Promise<void> {
      for await (const name of filesIn(join(dataDirectory, blobsName)))
        if (!name.startsWith(incoming) && !files.has(`${blobsName}/${name}`))
          await keepFile(`${blobsName}/${name}`)
    }

    await keepBlobs()
    const takenAt = new Date(clock.now()).toISOString()
    await copyDatabase(join(dataDirectory, databaseName), join(path, databaseName))
    const copy = join(path, databaseName)
    files.set(databaseName, {
      path: databaseName,
      size: (await stat(copy)).size,
      sha256: await hashOf(copy),
    })
    // What came while the others were copied; the database may know it.
    await keepBlobs()
    if (withKeys) await keepFile(secretsName)

    const manifest: Manifest = { format: 1, takenAt, files: [...files.values()] }
    await writeFile(join(path, manifestName), JSON.stringify(manifest, null, 1), { mode: 0o600, flush: true })
    const folders = new Set([path, ...[...files.keys()].map((name) => dirname(join(path, name)))])
    for (const folder of folders) await syncDirectory(folder)
    const name = nameOf(takenAt)
    await rename(path, join(directory, name))
    await syncDirectory(directory)
    const older = keep === undefined ? [] : before.slice(0, Math.max(0, before.length + 1 - keep))
    for (const each of older) await rm(each.path, { recursive: true, force: true })
    return { name, path: join(directory, name), manifest }
  } finally {
    release()
  }
}
