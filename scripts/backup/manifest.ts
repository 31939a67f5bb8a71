import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { orNull } from '../../src/adapters/filesystem/files.ts'

export const databaseName = 'tools-inc.db'
export const blobsName = 'blobs'
export const secretsName = 'secrets.json'
export const manifestName = 'manifest.json'

const Kept = z.strictObject({
  /** Relative, with slashes. */
  path: z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\\]+$/),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Kept = z.infer<typeof Kept>

/** What a backup consists of. It is written last. */
export const Manifest = z.strictObject({
  format: z.literal(1),
  /** When the database was copied; files are younger or as old. */
  takenAt: z.iso.datetime(),
  files: z.array(Kept),
})
export type Manifest = z.infer<typeof Manifest>

export interface Backup {
  /** Of its folder: the time, as file names take it. */
  readonly name: string
  readonly path: string
  readonly manifest: Manifest
}

/** What is in the folder is not what the manifest says. */
export class DamagedBackup extends Error {
  override readonly name = 'DamagedBackup'
}

export const nameOf = (at: string): string => at.replaceAll(':', '-')

export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** Its content is on the disk afterwards. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Every file below, relative, in order. */
export async function* filesIn(directory: string, below = ''): AsyncGenerator<string> {
  const entries = (await orNull(readdir(join(directory, below), { withFileTypes: true }))) ?? []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* filesIn(directory, path)
    else if (entry.isFile()) yield path
  }
}

async function readManifest(path: string): Promise<Manifest | null> {
  const text = await orNull(readFile(join(path, manifestName), 'utf8'))
  if (text === null) return null
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    throw new DamagedBackup(`${path} has a manifest that is none.`)
  }
}

/** The finished ones, the oldest first. What was stopped in the middle has another name, and is none. */
export async function listBackups(directory: string): Promise<readonly Backup[]> {
  const names = ((await orNull(readdir(directory))) ?? []).filter((name) => /^\d{4}-.*Z$/.test(name))
  const found: Backup[] = []
  for (const name of names.sort()) {
    const path = join(directory, name)
    const manifest = await readManifest(path)
    if (manifest) found.push({ name, path, manifest })
  }
  return found
}

/** Reads all of it. Throws `DamagedBackup` and says which file. */
export async function checkBackup({ path, manifest: { files } }: Backup): Promise<void> {
  const known = new Set([manifestName, ...files.map((file) => file.path)])
  for (const file of files) {
    const found = await orNull(stat(join(path, file.path)))
    if (found?.size !== file.size || (await hashOf(join(path, file.path))) !== file.sha256)
      throw new DamagedBackup(`${join(path, file.path)} is not what was kept.`)
  }
  for await (const name of filesIn(path))
    if (!known.has(name)) throw new DamagedBackup(`${join(path, name)} is in no manifest.`)
}
