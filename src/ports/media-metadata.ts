/** What is sent instead of a file, in order: a part of it, other bytes, or so many zeros. */
export type Piece =
  | { readonly offset: number; readonly length: number }
  | { readonly zeros: number }
  | Uint8Array<ArrayBuffer>

/** A file that is read in pieces: as many bytes as there are from `offset` on, at most `length`. */
export interface ReadableFile {
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>
}

/** Takes out of pictures and recordings what is not to be seen or heard. */
export interface MediaMetadata {
  /**
   * What to send instead, so that it looks and sounds the same (upright, moving, in its colors) and tells nothing else: no place, no
   * time, no camera, no name, no comment, no picture within the picture, nothing behind its end. Nothing is encoded afresh.
   * `unchanged` where there is nothing of it, and for a type that is neither picture nor recording; null for what cannot be taken
   * apart. Recordings are never held in memory; pictures are, one or two at a time.
   */
  remove(type: string, file: ReadableFile): Promise<readonly Piece[] | 'unchanged' | null>
}
