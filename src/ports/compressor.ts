/** A content coding by its name in HTTP. */
export type ContentCoding = 'br' | 'zstd' | 'gzip'

/**
 * Makes bytes smaller for the way. Costs milliseconds for each 100 KB and none of them on the event loop: for what is
 * sent many times as it is. May run any number of times at once, and the same bytes always give the same bytes.
 */
export interface Compressor {
  /** What this runtime can do, the smallest outcome first. None where the platform does it by itself. */
  readonly codings: readonly ContentCoding[]
  /** Rejects for a coding that is not among `codings`. */
  compress(bytes: Uint8Array<ArrayBuffer>, coding: ContentCoding): Promise<Uint8Array<ArrayBuffer>>
}
