export interface ArchiveEntry {
  /** A relative path with `/`, without `..`. Unique in its archive. */
  readonly name: string
  /** ISO time in UTC. */
  readonly lastModified: string
  readonly content: () => AsyncIterable<Uint8Array<ArrayBuffer>>
}

/**
 * Makes one ZIP file of many, piece by piece: however large they are, no more than a piece of one is in memory. Names
 * are UTF-8; a file may be larger than 4 GiB. An entry that fails makes the archive fail.
 */
export interface Archiver {
  archive(entries: AsyncIterable<ArchiveEntry>): AsyncIterable<Uint8Array<ArrayBuffer>>
}
