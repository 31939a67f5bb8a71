import type { BlobFacts, BlobName, BlobPage, SentBlock } from './blobs.ts'

export interface Blocks {
  /** Staged, and not part of a blob yet. */
  readonly staged: readonly SentBlock[]
  /** Of the blob, when it was made of blocks that are still remembered. */
  readonly committed: readonly SentBlock[] | null
}

/**
 * Where a store that signs its own URLs keeps the bytes: the promises of `BlobStore` about writing once, completeness
 * and crashes are kept here.
 */
export interface BlobBytes {
  /**
   * Takes the source as a stream. `exists` when a blob of this name is there, also one that came while this was
   * written. An error of the source is thrown and leaves nothing.
   */
  create(name: BlobName, source: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<'created' | 'exists'>
  head(name: BlobName): Promise<BlobFacts | null>
  /** `length` bytes from `offset`, both within the blob; null when there is no such blob. */
  open(
    name: BlobName,
    range: { readonly offset: number; readonly length: number },
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null>
  /**
   * Keeps a block for the blob of this name, in place of one with this id. `id` is 1 to 64 bytes in base64; `unequal`
   * when those of other staged blocks have another length. All that is staged for a name takes at most twice
   * `maxBytes`: beyond, the oldest goes. `exists`, and nothing is kept, when the blob is there. An error of the source is
   * thrown and leaves nothing. Blocks come in any order, several at once.
   */
  stage(
    name: BlobName,
    id: string,
    source: AsyncIterable<Uint8Array<ArrayBuffer>>,
    maxBytes: number,
  ): Promise<'staged' | 'exists' | 'unequal' | 'too_many' | 'too_large'>
  /** In the order in which they were staged. */
  blocks(name: BlobName): Promise<Blocks>
  /**
   * Makes the blob of these blocks, in this order; one may come several times. Then nothing is staged any more. Of
   * several at once one creates it. `repeated` when it was made of just these.
   */
  commit(
    name: BlobName,
    ids: readonly string[],
    maxBytes: number,
  ): Promise<'created' | 'exists' | 'repeated' | 'missing' | 'too_large'>
  /** Forgets what is staged, and of which blocks the blob was made. */
  unstage(name: BlobName): Promise<void>
  delete(name: BlobName): Promise<boolean>
  list(
    container: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<BlobPage>
}
