import type { ReadableFile } from '../../ports/media-metadata.ts'

const windowBytes = 64 * 1024

export interface FileWindow {
  readonly size: number
  /** Null where there are not as many. */
  view(at: number, length: number): Promise<DataView<ArrayBuffer> | null>
}

/** Reads ahead. */
export function createFileWindow({ size, read }: ReadableFile): FileWindow {
  let window = { from: 0, bytes: new Uint8Array() }
  return {
    size,
    async view(at, length) {
      if (at < 0 || at + length > size) return null
      if (at < window.from || at + length > window.from + window.bytes.byteLength)
        window = { from: at, bytes: await read(at, Math.max(windowBytes, length)) }
      const start = at - window.from
      if (start + length > window.bytes.byteLength) return null
      return new DataView(window.bytes.buffer, window.bytes.byteOffset + start, length)
    },
  }
}
