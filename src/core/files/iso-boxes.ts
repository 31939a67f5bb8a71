import type { ByteWindow } from './byte-window.ts'

const latin = new TextDecoder('latin1')

/** A box of an ISO base media file (MP4, QuickTime, HEIC): `from` is where its content begins. */
export interface Box {
  readonly name: string
  readonly from: number
  readonly end: number
}

/** Four characters. */
export const nameAt = (view: DataView, at: number): string =>
  latin.decode(new Uint8Array(view.buffer, view.byteOffset + at, 4))

/** The box at this place; null when there is none. A length of 0 reaches to the end. */
export function boxOf(header: DataView, at: number, end: number): Box | null {
  const name = nameAt(header, 4)
  const short = header.getUint32(0)
  const isLong = short === 1
  if (isLong && header.byteLength < 16) return null
  const length = isLong ? Number(header.getBigUint64(8)) : short === 0 ? end - at : short
  const from = at + (isLong ? 16 : 8)
  return at + length < from || at + length > end ? null : { name, from, end: at + length }
}

/** The boxes between two places, up to the first that makes no sense. */
export async function* boxesIn(window: ByteWindow, from: number, end: number): AsyncGenerator<Box> {
  for (let at = from; at + 8 <= end; ) {
    const header = await window(at, Math.min(16, end - at))
    const box = header && boxOf(header, at, end)
    if (!box) return
    yield box
    at = box.end
  }
}
