import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobBytes } from '../../ports/blob-bytes.ts'
import type { BlobName, SentBlock } from '../../ports/blobs.ts'
import { makeDirectory, orNull, syncDirectory, writeFile } from './files.ts'

const maxBlocks = 50_000
const pieceBytes = 256 * 1024

interface Block extends SentBlock {
  readonly path: string
}

class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/** A file is named by the id of its block and its size. */
const fileNameOf = ({ id, size }: SentBlock) =>
  `${id.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}.${size}`
const blockOf = (fileName: string): SentBlock => {
  const [coded = '', size = ''] = fileName.split('.')
  const id = coded.replaceAll('-', '+').replaceAll('_', '/')
  return { id: id.padEnd(Math.ceil(id.length / 4) * 4, '='), size: Number(size) }
}
const lengthOf = (id: string): number => id.replace(/=+$/, '').length

/**
 * Blocks wait as files of one directory for each blob, beside the containers. One is there once it is flushed and has its
 * name; the blob is put together beside them and published at once. What a crash leaves is swept like any upload.
 */
export function createStagedBlocks({
  incomingDirectory,
  hasBlob,
  create,
}: {
  readonly incomingDirectory: string
  readonly hasBlob: (name: BlobName) => Promise<boolean>
  readonly create: BlobBytes['create']
}): Pick<BlobBytes, 'stage' | 'blocks' | 'commit' | 'unstage'> {
  const keyOf = ({ container, path }: BlobName) =>
    createHash('sha256').update(`${container}/${path}`).digest('hex')
  const directoryOf = (name: BlobName) => join(incomingDirectory, `${keyOf(name)}.blocks`)
  const recordOf = (name: BlobName) => join(incomingDirectory, `${keyOf(name)}.list`)

  /** What one name's blocks do to each other goes one after the other; bytes come side by side. */
  const turns = new Map<string, Promise<unknown>>()
  const inTurn = <T>(name: BlobName, work: () => Promise<T>): Promise<T> => {
    const key = keyOf(name)
    const turn = (turns.get(key) ?? Promise.resolve()).then(work, work)
    turns.set(key, turn)
    const leave = () => void (turns.get(key) === turn && turns.delete(key))
    turn.then(leave, leave)
    return turn
  }
  /** Bytes that are on their way, by name. */
  const arriving = new Map<string, number>()
  async function* counted(
    name: BlobName,
    source: AsyncIterable<Uint8Array<ArrayBuffer>>,
    maxBytes: number,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const key = keyOf(name)
    let length = 0
    try {
      for await (const chunk of source) {
        length += chunk.byteLength
        const all = (arriving.get(key) ?? 0) + chunk.byteLength
        arriving.set(key, all)
        if (length > maxBytes || all > 2 * maxBytes) throw new TooLarge()
        yield chunk
      }
    } finally {
      const left = (arriving.get(key) ?? 0) - length
      if (left > 0) arriving.set(key, left)
      else arriving.delete(key)
    }
  }

  const blocksIn = async (directory: string): Promise<Block[]> =>
    ((await orNull(readdir(directory))) ?? []).map((fileName) => ({
      ...blockOf(fileName),
      path: join(directory, fileName),
    }))
  /** Oldest first. Of two with one id, which a crash between two steps can leave, the later one counts. */
  const byAge = async (directory: string): Promise<Block[]> => {
    const found = await Promise.all(
      (await blocksIn(directory)).map(async (block) => ({
        block,
        at: (await orNull(stat(block.path)))?.mtimeMs ?? 0,
      })),
    )
    const sorted = found.sort((a, b) => a.at - b.at).map(({ block }) => block)
    return [...new Map(sorted.map((block) => [block.id, block])).values()]
  }
  const committedOf = async (name: BlobName): Promise<readonly SentBlock[] | null> => {
    const text = await orNull(readFile(recordOf(name), 'utf8'))
    return text === null ? null : (JSON.parse(text) as readonly SentBlock[])
  }
  const keep = async (name: BlobName, temporary: string, block: SentBlock, maxBytes: number) => {
    if (await hasBlob(name)) return 'exists'
    const directory = directoryOf(name)
    await makeDirectory(directory)
    const kept = await blocksIn(directory)
    if (kept.some(({ id }) => lengthOf(id) !== lengthOf(block.id))) return 'unequal'
    const others = kept.filter(({ id }) => id !== block.id)
    if (others.length >= maxBlocks) return 'too_many'
    let total = others.reduce((sum, { size }) => sum + size, block.size)
    if (total > 2 * maxBytes)
      for (const oldest of await byAge(directory)) {
        if (total <= 2 * maxBytes) break
        if (oldest.id === block.id) continue
        await rm(oldest.path, { force: true })
        total -= oldest.size
      }
    const path = join(directory, fileNameOf(block))
    await rename(temporary, path)
    for (const earlier of kept)
      if (earlier.id === block.id && earlier.path !== path) await rm(earlier.path, { force: true })
    await syncDirectory(directory)
    return 'staged'
  }
  async function* contentOf(blocks: readonly Block[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const { path } of blocks)
      for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }))
        yield piece as Uint8Array<ArrayBuffer>
  }

  return {
    async stage(name, id, source, maxBytes) {
      let size = 0
      async function* measured() {
        for await (const chunk of counted(name, source, maxBytes)) {
          size += chunk.byteLength
          yield chunk
        }
      }
      await makeDirectory(incomingDirectory)
      const temporary = join(incomingDirectory, crypto.randomUUID())
      try {
        await writeFile(temporary, measured())
        return await inTurn(name, () => keep(name, temporary, { id, size }, maxBytes))
      } catch (error) {
        if (error instanceof TooLarge) return 'too_large'
        throw error
      } finally {
        await rm(temporary, { force: true })
      }
    },
    async blocks(name) {
      const staged = (await byAge(directoryOf(name))).map(({ id, size }) => ({ id, size }))
      return { staged, committed: (await hasBlob(name)) ? await committedOf(name) : null }
    },
    commit: (name, ids, maxBytes) =>
      inTurn(name, async () => {
        if (await hasBlob(name)) {
          const made = (await committedOf(name))?.map(({ id }) => id)
          return JSON.stringify(made) === JSON.stringify(ids) ? 'repeated' : 'exists'
        }
        const staged = new Map((await byAge(directoryOf(name))).map((block) => [block.id, block]))
        const chosen = ids.map((id) => staged.get(id))
        const found = chosen.filter((block) => block !== undefined)
        if (found.length < chosen.length) return 'missing'
        if (found.reduce((sum, { size }) => sum + size, 0) > maxBytes) return 'too_large'
        await makeDirectory(incomingDirectory)
        const record = found.map(({ id, size }) => ({ id, size }))
        async function* text() {
          yield new TextEncoder().encode(JSON.stringify(record))
        }
        const temporary = join(incomingDirectory, crypto.randomUUID())
        await writeFile(temporary, text())
        await rename(temporary, recordOf(name))
        const outcome = await create(name, contentOf(found))
        if (outcome === 'created') await rm(directoryOf(name), { recursive: true, force: true })
        return outcome
      }),
    unstage: (name) =>
      inTurn(name, async () => {
        await rm(directoryOf(name), { recursive: true, force: true })
        await rm(recordOf(name), { force: true })
      }),
  }
}
