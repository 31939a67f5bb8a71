import type { Piece } from '../../ports/media-metadata.ts'
import { textOf } from './boxes.ts'
import type { FileWindow } from './file-window.ts'

const tagBytes = 128
const maxTags = 16

async function textAt(window: FileWindow, at: number, length: number): Promise<string> {
  const view = await window.view(at, length)
  return view ? textOf(view, 0, length) : ''
}

/** How many bytes a tag at the front takes: none when there is none. */
async function tagInFront(window: FileWindow, at: number): Promise<number> {
  if ((await textAt(window, at, 3)) !== 'ID3') return 0
  const view = await window.view(at, 10)
  if (!view) return 0
  let length = 0
  for (let i = 6; i < 10; i++) length = length * 128 + (view.getUint8(i) & 0x7f)
  return 10 + length + (view.getUint8(5) & 0x10 ? 10 : 0)
}

/** How many bytes a tag takes that ends there. */
async function tagBehind(window: FileWindow, end: number): Promise<number> {
  if ((await textAt(window, end - tagBytes, 3)) === 'TAG') return tagBytes
  if ((await textAt(window, end - 32, 8)) === 'APETAGEX') {
    const view = await window.view(end - 20, 12)
    const hasHeader = view && view.getUint32(8, true) & 0x80000000
    return view ? Math.min(end, view.getUint32(0, true) + (hasHeader ? 32 : 0)) : 0
  }
  if ((await textAt(window, end - 10, 3)) === '3DI') {
    const view = await window.view(end - 4, 4)
    let length = 0
    for (let i = 0; view && i < 4; i++) length = length * 128 + (view.getUint8(i) & 0x7f)
    return Math.min(end, length + 20)
  }
  if ((await textAt(window, end - 9, 9)) === 'LYRICS200') {
    const length = Number(await textAt(window, end - 15, 6))
    return Number.isInteger(length) ? Math.min(end, length + 15) : 0
  }
  return 0
}

/** The sound between the tags. */
export async function stripMp3(window: FileWindow): Promise<readonly Piece[] | 'unchanged' | null> {
  let [from, end] = [0, window.size]
  for (let i = 0, more = 1; i < maxTags && more > 0; i++) {
    more = await tagInFront(window, from)
    from += more
  }
  for (let i = 0, more = 1; i < maxTags && more > 0; i++) {
    more = await tagBehind(window, end)
    end -= more
  }
  // A tag that is cut off: where it ends cannot be told, only where it begins.
  if (end <= from) return null
  const last = Math.max(from, end - tagBytes)
  const begun = (await textAt(window, last, end - last)).lastIndexOf('TAG')
  if (begun >= 0) end = last + begun
  if (end <= from) return null
  return from === 0 && end === window.size ? 'unchanged' : [{ offset: from, length: end - from }]
}
