/** Bytes of a file: as many as there are from that offset on, at most `length`. */
export type ReadBytes = (offset: number, length: number) => Promise<Uint8Array>

const windowBytes = 256 * 1024
/** A portrait with its depth map can have megabytes before the frame; nothing honest has more. */
const maxWindows = 64

/** Bytes at a place; null beyond the end, or when it was enough. */
export type ByteWindow = (at: number, length: number) => Promise<DataView | null>

/** Reads ahead: what is looked at next mostly lies in what was read last. */
export function createByteWindow(head: Uint8Array, read: ReadBytes): ByteWindow {
  let window = { from: 0, bytes: head }
  let left = maxWindows
  return async (at, length) => {
    if (at < window.from || at + length > window.from + window.bytes.byteLength) {
      if (left-- === 0) return null
      window = { from: at, bytes: await read(at, Math.max(windowBytes, length)) }
    }
    const start = at - window.from
    if (start + length > window.bytes.byteLength) return null
    const bytes = window.bytes.subarray(start, start + length)
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}
