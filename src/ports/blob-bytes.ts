import type { BlobFacts, BlobName, BlobPage } from './blobs.ts'

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
  delete(name: BlobName): Promise<boolean>
  list(
    container: string,
    options: { readonly prefix: string; readonly limit: number; readonly after?: string },
  ): Promise<BlobPage>
}
