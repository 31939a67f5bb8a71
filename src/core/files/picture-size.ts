import { type ByteWindow, createByteWindow, type ReadBytes } from './byte-window.ts'
import { boxOf } from './iso-boxes.ts'
import type { MediaType } from './media-types.ts'

/** How large a picture is once it is decoded. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

const maxDirectoryBytes = 1024 * 1024

const latin = new TextDecoder('latin1')
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

async function readJpeg(window: ByteWindow): Promise<PictureSize | null> {
  for (let at = 2; ; ) {
    const start = await window(at, 4)
    if (start?.getUint8(0) !== 0xff) return null
    const marker = start.getUint8(1)
    if (marker === 0xff) {
      at++
      continue
    }
    if (isFrame(marker)) {
      const frame = await window(at + 5, 4)
      return frame && { height: frame.getUint16(0), width: frame.getUint16(2) }
    }
    const length = start.getUint16(2)
    // The pixels begin, and no frame said how many they are.
    if (marker === 0xda || length < 2) return null
    at += 2 + length
  }
}

function readWebp(head: Uint8Array): PictureSize | null {
  if (head.byteLength < 30) return null
  const view = viewOf(head)
  const name = latin.decode(head.subarray(12, 16))
  if (name === 'VP8 ')
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
  if (name === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (name !== 'VP8X') return null
  const canvas = view.getUint32(24, true)
  return { width: (canvas & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 }
}

/** The sizes in all boxes `ispe`, which lie in `iprp` and there in `ipco`. */
function* sizesIn(meta: DataView, from: number, end: number): Generator<PictureSize> {
  for (let at = from; at + 16 <= end; ) {
    const box = boxOf(new DataView(meta.buffer, meta.byteOffset + at, 16), at, end)
    if (!box) return
    if (box.name === 'iprp' || box.name === 'ipco') yield* sizesIn(meta, box.from, box.end)
    if (box.name === 'ispe' && box.end - box.from >= 12)
      yield { width: meta.getUint32(box.from + 4), height: meta.getUint32(box.from + 8) }
    at = box.end
  }
}

/** The largest of the pictures in it: a photograph is put together of tiles, and has a thumbnail. */
async function readHeic(window: ByteWindow, size: number): Promise<PictureSize | null> {
  for (let at = 0; ; ) {
    const header = await window(at, 16)
    const box = header && boxOf(header, at, size)
    if (!box) return null
    if (box.name === 'meta') {
      const length = box.end - box.from
      const meta = length > maxDirectoryBytes ? null : await window(box.from, length)
      // After four bytes of version and flags.
      const sizes = meta ? [...sizesIn(meta, 4, length)] : []
      return sizes.toSorted((a, b) => b.width * b.height - a.width * a.height)[0] ?? null
    }
    at = box.end
  }
}

export const isPicture = (type: MediaType): boolean => type.startsWith('image/')

/** From the header alone. Null when it does not say. */
export async function readPictureSize(
  type: MediaType,
  file: { readonly head: Uint8Array; readonly size: number; readonly read: ReadBytes },
): Promise<PictureSize | null> {
  const { head, size, read } = file
  const view = viewOf(head)
  switch (type) {
    case 'image/jpeg':
      return readJpeg(createByteWindow(head, read))
    case 'image/heic':
      return readHeic(createByteWindow(head, read), size)
    case 'image/webp':
      return readWebp(head)
    case 'image/png':
      return head.byteLength < 24 ? null : { width: view.getUint32(16), height: view.getUint32(20) }
    case 'image/gif':
      return head.byteLength < 10 ? null : { width: view.getUint16(6, true), height: view.getUint16(8, true) }
    default:
      return null
  }
}
