import { existsSync } from 'node:fs'
import { copyFile, link, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { restoringName } from '../../entry/wiring/folder.ts'
import { makeDirectory, orNull, syncDirectory } from '../../src/adapters/filesystem/files.ts'
import {
  type Backup,
  blobsName,
  checkBackup,
  databaseName,
  nameOf,
  secretsName,
  syncFile,
} from './manifest.ts'

async function copyDurably(from: string, to: string): Promise<void> {
  await makeDirectory(dirname(to))
  await copyFile(from, to)
  await syncFile(to)
  await syncDirectory(dirname(to))
}

/**
 * Puts the data of a backup in the place of what is there, which is set aside beside it: `aside`, relative to the data. Stopped in
 * the middle it is run again. No server may run on the folder. Throws `DamagedBackup`, before anything is changed.
 */
export async function putBack(
  backup: Backup,
  { dataDirectory, at }: { readonly dataDirectory: string; readonly at: string },
): Promise<{ readonly aside: string | null }> {
  await checkBackup(backup)
  const staged = join(dataDirectory, restoringName)
  // What an earlier attempt had staged may be half of it.
  await rm(join(staged, 'new'), { recursive: true, force: true })
  await makeDirectory(join(staged, 'new'))
  await syncDirectory(dataDirectory)
  for (const { path } of backup.manifest.files)
    await copyDurably(join(backup.path, path), join(staged, 'new', path))

  const old = join(staged, 'old')
  await makeDirectory(old)
  const names = [databaseName, `${databaseName}-wal`, `${databaseName}-shm`]
  // What an earlier attempt has moved stays; what it has put here meanwhile is ours.
  for (const name of [...names, blobsName])
    if (!existsSync(join(old, name))) await orNull(rename(join(dataDirectory, name), join(old, name)))
  for (const name of [...names, blobsName])
    await rm(join(dataDirectory, name), { recursive: true, force: true })
  const hasOld = existsSync(join(old, databaseName)) || existsSync(join(old, blobsName))
  await orNull(rename(join(staged, 'new', blobsName), join(dataDirectory, blobsName)))
  await rename(join(staged, 'new', databaseName), join(dataDirectory, databaseName))
  const keys = join(staged, 'new', secretsName)
  // The keys that are there may open more than those of the backup.
  if (existsSync(keys) && !existsSync(join(dataDirectory, secretsName)))
    await link(keys, join(dataDirectory, secretsName))
  await syncDirectory(dataDirectory)
  const aside = hasOld ? `before-restore-${nameOf(at)}` : null
  if (aside) await rename(old, join(dataDirectory, aside))
  await rm(staged, { recursive: true, force: true })
  await syncDirectory(dataDirectory)
  return { aside }
}
