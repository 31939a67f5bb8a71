import { randomUUID } from 'node:crypto'
import { link, open, readdir, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { BlobBytes } from '../../ports/blob-bytes.ts'
import { type BlobName, checkBlobName, type ListedBlob } from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'
import { codeOf, makeDirectory, orNull, syncDirectory, writeFile } from './files.ts'
import { createStagedBlocks } from './staged-blocks.ts'

/** No container is named so, and it is on the same file system as they are: a link cannot leave it. */
const incoming = '.incoming'
/** Longer than the slowest upload may take. */
const abandonedAfterMs = 24 * 60 * 60_000

/**
 * Blobs as files of one directory. Bytes go to a file beside the containers, are flushed to the disk, and are then
 * linked to their name: a link is there completely or not at all, and refuses to replace.
 */
export function createFilesystemBlobBytes({
  directory: given,
  clock,
}: {
  readonly directory: string
  readonly clock: Clock
}): BlobBytes & {
  /** Removes what uploads left that were cut off. */
  readonly removeAbandoned: () => Promise<void>
} {
  const directory = resolve(given)
  const incomingDirectory = join(directory, incoming)

  const locate = (name: BlobName): string => {
    checkBlobName(name)
    const path = join(directory, name.container, name.path)
    if (!path.startsWith(join(directory, name.container) + sep)) throw new RangeError('outside of the store')
    return path
  }
  const factsOf = async (path: string) => {
    const found = await orNull(stat(path))
    return found?.isFile() ? { size: found.size, createdAt: found.mtime.toISOString() } : null
  }
  const publish = async (temporary: string, path: string): Promise<'created' | 'exists'> => {
    for (let isLinked = false; !isLinked; ) {
      await makeDirectory(dirname(path))
      try {
        await link(temporary, path)
        isLinked = true
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return 'exists'
        // A delete of the last blob beside this one took the directory away in between.
        if (codeOf(error) !== 'ENOENT' || (await orNull(stat(temporary))) === null) throw error
      }
    }
    // Up to the top, since a directory may be there that another writer made and has not flushed yet.
    for (let above = dirname(path); above.startsWith(directory); above = dirname(above))
      await syncDirectory(above)
    return 'created'
  }
  async function* walk(container: string, path: string): AsyncGenerator<string> {
    const entries = await orNull(readdir(join(directory, container, path), { withFileTypes: true }))
    // The order of whole paths: a directory sorts as its name with the slash that follows.
    const names = (entries ?? []).map((entry) => ({
      entry,
      sortsAs: entry.name + (entry.isDirectory() ? '/' : ''),
    }))
    for (const { entry } of names.sort((a, b) => (a.sortsAs < b.sortsAs ? -1 : 1)))
      if (entry.isDirectory()) yield* walk(container, `${path}${entry.name}/`)
      else yield path + entry.name
  }

  const create: BlobBytes['create'] = async (name, source) => {
    const path = locate(name)
    await makeDirectory(incomingDirectory)
    const temporary = join(incomingDirectory, randomUUID())
    try {
      await writeFile(temporary, source, () => new Date(clock.now()))
      return await publish(temporary, path)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  return {
    create,
    ...createStagedBlocks({
      incomingDirectory,
      hasBlob: async (name) => (await factsOf(locate(name))) !== null,
      create,
    }),
    head: async (name) => factsOf(locate(name)),
    async open(name, { offset, length }) {
      const path = locate(name)
      const handle = await orNull(open(path, 'r'))
      if (!handle) return null
      const stream = handle.createReadStream({ start: offset, end: offset + length - 1 })
      return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>
    },
    async delete(name) {
      const path = locate(name)
      const isGone = (await orNull(unlink(path).then(() => true))) ?? false
      if (!isGone) return false
      const parent = dirname(path)
      await syncDirectory(parent)
      if (parent !== join(directory, name.container))
        await rmdir(parent).catch((error: unknown) => {
          if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error
        })
      return true
    },
    async list(container, { prefix, limit, after }) {
      const from = after === undefined ? '' : decodeCursor(after)[1]
      const items: ListedBlob[] = []
      for await (const path of walk(container, '')) {
        if (!path.startsWith(prefix) || path <= from) continue
        const facts = await factsOf(join(directory, container, path))
        if (!facts) continue
        const last = items.at(-1)
        if (last && items.length === limit) return { items, next: encodeCursor(['', last.path]) }
        items.push({ path, ...facts })
      }
      return { items }
    },
    async removeAbandoned() {
      for (const name of (await orNull(readdir(incomingDirectory))) ?? []) {
        const path = join(incomingDirectory, name)
        const found = await orNull(stat(path))
        if (found && clock.now() - found.mtimeMs > abandonedAfterMs)
          await rm(path, { recursive: true, force: true })
      }
    },
  }
}
