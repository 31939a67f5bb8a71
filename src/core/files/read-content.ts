import type { BlobName, BlobStore } from '../../ports/blobs.ts'
import { notFound } from '../kernel/errors.ts'

const chunkBytes = 4 * 1024 * 1024

/** The bytes of a blob, piece by piece. */
export async function* readContent(
  blobs: BlobStore,
  blob: BlobName,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < size; offset += chunkBytes) {
    const chunk = await blobs.read(blob, { offset, length: chunkBytes })
    if (!chunk) throw notFound()
    yield chunk
  }
}
