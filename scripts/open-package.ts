import { open, readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type PackageArchive, type PackageFiles, PackageUnreadable } from '../src/ports/course-packages.ts'

const maxFiles = 10_000

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path)
  try {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await file.read(bytes, 0, length, offset)
    return bytes.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** A folder as a package. Links are not followed: they may lead out of it. */
async function openFolder(folder: string): Promise<PackageFiles> {
  const sizes = new Map<string, number>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    if (sizes.size >= maxFiles)
      throw new PackageUnreadable('too_large', `There are more than ${maxFiles} files in it.`)
    const path = join(entry.parentPath, entry.name)
    sizes.set(relative(folder, path).split(sep).join('/'), (await stat(path)).size)
  }
  return {
    paths: [...sizes.keys()],
    sizeOf: (path) => sizes.get(path) ?? 0,
    async read(path, maxBytes) {
      const size = sizes.get(path)
      if (size === undefined) throw new PackageUnreadable('broken', `There is no file ${path}.`)
      if (size > maxBytes) throw new PackageUnreadable('too_large', `${path} is larger than is read.`)
      return readAt(join(folder, path), 0, size)
    },
  }
}

/** A folder, or an archive by `openArchive`. */
export async function openPackage(
  path: string,
  openArchive: (archive: PackageArchive) => Promise<PackageFiles>,
): Promise<PackageFiles> {
  const found = await stat(path)
  if (found.isDirectory()) return openFolder(path)
  return openArchive({ size: found.size, read: (offset, length) => readAt(path, offset, length) })
}
