import type { FileWindow } from './file-window.ts'
import type { Patch } from './patches.ts'

const latin = new TextDecoder('latin1')
export const textOf = (view: DataView, at: number, length = 4): string =>
  latin.decode(new Uint8Array(view.buffer, view.byteOffset + at, length))

/** A box of MP4, QuickTime or HEIC: `at` is where it begins, `from` where its content does. */
export interface Box {
  readonly name: string
  readonly at: number
  readonly from: number
  readonly end: number
}

/** The boxes between two places. What follows the last that makes sense is said by `rest`. */
export async function boxesIn(
  window: FileWindow,
  from: number,
  end: number,
): Promise<{ readonly boxes: readonly Box[]; readonly rest: number }> {
  const boxes: Box[] = []
  let at = from
  while (at + 8 <= end) {
    const header = await window.view(at, Math.min(16, end - at))
    if (!header) break
    const short = header.getUint32(0)
    const isLong = short === 1 && header.byteLength === 16
    const length = isLong ? Number(header.getBigUint64(8)) : short === 0 ? end - at : short
    const content = at + (isLong ? 16 : 8)
    if (at + length < content || at + length > end) break
    boxes.push({ name: textOf(header, 4), at, from: content, end: at + length })
    at += length
  }
  return { boxes, rest: at }
}

const free = new Uint8Array([0x66, 0x72, 0x65, 0x65])

/** A box becomes room that nobody reads, empty. */
export const emptied = ({ at, from, end }: Box): readonly Patch[] => [
  { at: at + 4, bytes: free },
  { at: from, zeros: end - from },
]
