/** Bytes of a file by ranged reads: fewer than asked for at its end. */
export interface RecordingBytes {
  readonly size: number
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
}

/** Big-endian numbers of a piece; zero beyond its end. */
export const viewOf = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const has = (at: number, length: number) => at >= 0 && at + length <= bytes.byteLength
  return {
    length: bytes.byteLength,
    u8: (at: number): number => (has(at, 1) ? view.getUint8(at) : 0),
    u16: (at: number): number => (has(at, 2) ? view.getUint16(at) : 0),
    u32: (at: number): number => (has(at, 4) ? view.getUint32(at) : 0),
    u64: (at: number): number => (has(at, 8) ? Number(view.getBigUint64(at)) : 0),
    u16le: (at: number): number => (has(at, 2) ? view.getUint16(at, true) : 0),
    u32le: (at: number): number => (has(at, 4) ? view.getUint32(at, true) : 0),
    i64le: (at: number): number => (has(at, 8) ? Number(view.getBigInt64(at, true)) : 0),
    i16: (at: number): number => (has(at, 2) ? view.getInt16(at) : 0),
    f32: (at: number): number => (has(at, 4) ? view.getFloat32(at) : 0),
    f64: (at: number): number => (has(at, 8) ? view.getFloat64(at) : 0),
    text: (at: number, length: number): string =>
      String.fromCharCode(...bytes.subarray(Math.max(0, at), Math.max(0, at + length))),
  }
}
