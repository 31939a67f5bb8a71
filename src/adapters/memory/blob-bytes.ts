import type { BlobBytes } from '../../ports/blob-bytes.ts'
import type { BlobName, SentBlock } from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'

interface Kept {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly createdAt: string
}

const maxBlocks = 50_000

const lengthOf = (id: string): number => id.replace(/=+$/, '').length

async function joined(source: AsyncIterable<Uint8Array<ArrayBuffer>>) {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of source) chunks.push(chunk.slice())
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}

export function createMemoryBlobBytes({ clock }: { readonly clock: Clock }): BlobBytes {
  const blobs = new Map<string, Kept>()
  const staged = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>()
  const committed = new Map<string, readonly SentBlock[]>()
  const keyOf = ({ container, path }: BlobName) => `${container}/${path}`
  const sizes = (blocks: Iterable<Uint8Array>) =>
    [...blocks].reduce((sum, { byteLength }) => sum + byteLength, 0)

  return {
    async create(name, source) {
      const bytes = await joined(source)
      if (blobs.has(keyOf(name))) return 'exists'
      blobs.set(keyOf(name), { bytes, createdAt: new Date(clock.now()).toISOString() })
      return 'created'
    },
    async head(name) {
      const kept = blobs.get(keyOf(name))
      return kept ? { size: kept.bytes.byteLength, createdAt: kept.createdAt } : null
    },
    async open(name, { offset, length }) {
      const kept = blobs.get(keyOf(name))
      return kept ? new Blob([kept.bytes.subarray(offset, offset + length)]).stream() : null
    },
    async stage(name, id, source, maxBytes) {
      const bytes = await joined(source)
      if (bytes.byteLength > maxBytes) return 'too_large'
      if (blobs.has(keyOf(name))) return 'exists'
      const kept = staged.get(keyOf(name)) ?? new Map<string, Uint8Array<ArrayBuffer>>()
      if ([...kept.keys()].some((other) => lengthOf(other) !== lengthOf(id))) return 'unequal'
      if (!kept.has(id) && kept.size >= maxBlocks) return 'too_many'
      kept.delete(id)
      kept.set(id, bytes)
      for (const oldest of kept.keys()) {
        if (sizes(kept.values()) <= 2 * maxBytes) break
        kept.delete(oldest)
      }
      staged.set(keyOf(name), kept)
      return 'staged'
    },
    async blocks(name) {
      const kept = [...(staged.get(keyOf(name)) ?? [])]
      return {
        staged: kept.map(([id, { byteLength }]) => ({ id, size: byteLength })),
        committed: committed.get(keyOf(name)) ?? null,
      }
    },
    async commit(name, ids, maxBytes) {
      const key = keyOf(name)
      if (blobs.has(key)) {
        const isSame = JSON.stringify(committed.get(key)?.map(({ id }) => id)) === JSON.stringify(ids)
        return isSame ? 'repeated' : 'exists'
      }
      const blocks = ids.map((id) => staged.get(key)?.get(id))
      if (blocks.includes(undefined)) return 'missing'
      const found = blocks.filter((block) => block !== undefined)
      const bytes = new Uint8Array(sizes(found))
      if (bytes.byteLength > maxBytes) return 'too_large'
      let at = 0
      for (const block of found) {
        bytes.set(block, at)
        at += block.byteLength
      }
      committed.set(
        key,
        found.map(({ byteLength: size }, i) => ({ id: ids[i] ?? '', size })),
      )
      staged.delete(key)
      blobs.set(key, { bytes, createdAt: new Date(clock.now()).toISOString() })
      return 'created'
    },
    async unstage(name) {
      staged.delete(keyOf(name))
      committed.delete(keyOf(name))
    },
    async delete(name) {
      return blobs.delete(keyOf(name))
    },
    async list(container, { prefix, limit, after }) {
      const from = after === undefined ? '' : decodeCursor(after)[1]
      const found = [...blobs]
        .map(([key, { bytes, createdAt }]) => ({ key, size: bytes.byteLength, createdAt }))
        .filter(({ key }) => key.startsWith(`${container}/${prefix}`))
        .map(({ key, ...facts }) => ({ path: key.slice(container.length + 1), ...facts }))
        .filter(({ path }) => path > from)
        .sort((a, b) => (a.path < b.path ? -1 : 1))
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return last && found.length > limit ? { items, next: encodeCursor(['', last.path]) } : { items }
    },
  }
}
