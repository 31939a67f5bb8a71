import { type Box, boxesIn, emptied, textOf } from './boxes.ts'
import type { FileWindow } from './file-window.ts'
import { type Patch, patched } from './patches.ts'

const needed = new Set(['ftyp', 'meta', 'mdat', 'free', 'skip'])
const maxMetaBytes = 4 * 1024 * 1024

/** Exif data without anything in it, for who insists on some. */
const noExif = new Uint8Array([0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0])

/** Items that are no picture, by their numbers: Exif data, XMP and whatever else is written beside it. */
async function textItems(
  window: FileWindow,
  { from, end }: Box,
): Promise<ReadonlyMap<number, string> | null> {
  const header = await window.view(from, 8)
  if (!header) return null
  const items = new Map<number, string>()
  const isLong = header.getUint8(0) > 0
  for (const box of (await boxesIn(window, from + (isLong ? 8 : 6), end)).boxes) {
    const view = box.name === 'infe' ? await window.view(box.from, box.end - box.from) : null
    const version = view?.getUint8(0) ?? 0
    if (!view || version < 2 || view.byteLength < (version === 2 ? 12 : 14)) continue
    const id = version === 2 ? view.getUint16(4) : view.getUint32(4)
    const type = textOf(view, version === 2 ? 8 : 10)
    if (type === 'Exif' || type === 'mime' || type === 'uri ') items.set(id, type)
  }
  return items
}

interface Extent {
  readonly item: number
  readonly at: number
  readonly length: number
}

/** Where items lie. Widths of its numbers are in its first bytes. */
async function extents(window: FileWindow, box: Box, data: Box | null): Promise<readonly Extent[] | null> {
  const view = await window.view(box.from, box.end - box.from)
  if (!view) return null
  const version = view.getUint8(0)
  const [offsetBytes, lengthBytes] = [view.getUint8(4) >> 4, view.getUint8(4) & 15]
  const [baseBytes, indexBytes] = [view.getUint8(5) >> 4, version > 0 ? view.getUint8(5) & 15 : 0]
  let at = 6
  const number = (bytes: number): number => {
    let value = 0
    for (let i = 0; i < bytes; i++) value = value * 256 + view.getUint8(at++)
    return value
  }
  const found: Extent[] = []
  try {
    const items = number(version < 2 ? 2 : 4)
    for (let i = 0; i < items; i++) {
      const item = number(version < 2 ? 2 : 4)
      const method = version > 0 ? number(2) & 15 : 0
      number(2)
      const start = number(baseBytes) + (method === 1 ? (data?.from ?? 0) : 0)
      const count = number(2)
      for (let n = 0; n < count; n++) {
        number(indexBytes)
        const offset = start + number(offsetBytes)
        found.push({ item, at: offset, length: number(lengthBytes) })
      }
    }
    return found
  } catch {
    // It says that there is more than there is.
    return null
  }
}

/** HEIC keeps its turn among the properties of the picture: nothing of its Exif data is needed. */
export async function stripHeic(window: FileWindow): Promise<ReturnType<typeof patched> | null> {
  const { boxes, rest } = await boxesIn(window, 0, window.size)
  const meta = boxes.find(({ name }) => name === 'meta')
  if (!meta || meta.end - meta.from > maxMetaBytes) return null
  const patches: Patch[] = boxes.filter(({ name }) => !needed.has(name)).flatMap(emptied)
  if (rest < window.size) patches.push({ at: rest, zeros: window.size - rest })
  const inside = (await boxesIn(window, meta.from + 4, meta.end)).boxes
  const box = (name: string) => inside.find((each) => each.name === name) ?? null
  const [info, places] = [box('iinf'), box('iloc')]
  if (!info || !places) return null
  const items = await textItems(window, info)
  const found = await extents(window, places, box('idat'))
  if (!items || !found) return null
  for (const { item, at, length } of found) {
    const type = items.get(item)
    // A length of 0 is all of the file.
    if (type === undefined || length === 0 || at + length > window.size) {
      if (type !== undefined) return null
      continue
    }
    const isExif = type === 'Exif' && length >= noExif.byteLength
    if (isExif) patches.push({ at, bytes: noExif })
    const skipped = isExif ? noExif.byteLength : 0
    patches.push({ at: at + skipped, zeros: length - skipped })
  }
  return patched(window.size, patches)
}
