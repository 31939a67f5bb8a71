import type { BlobBytes } from '../../ports/blob-bytes.ts'
import type { BlobName } from '../../ports/blobs.ts'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor } from '../../ports/cursor.ts'

interface Kept {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly createdAt: string
}

export function createMemoryBlobBytes({ clock }: { readonly clock: Clock }): BlobBytes {
  const blobs = new Map<string, Kept>()
  const keyOf = ({ container, path }: BlobName) => `${container}/${path}`

  return {
    async create(name, source) {
      const chunks: Uint8Array<ArrayBuffer>[] = []
      for await (const chunk of source) chunks.push(chunk.slice())
      if (blobs.has(keyOf(name))) return 'exists'
      const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer())
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
