import type { Piece } from '../../ports/media-metadata.ts'

/** Bytes that are written over others, or zeros: the file keeps its length, and everything in it its place. */
export type Patch =
  | { readonly at: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly at: number; readonly zeros: number }

const lengthOf = (patch: Patch): number => ('zeros' in patch ? patch.zeros : patch.bytes.byteLength)

/** The pieces of a file that is patched. Of patches that overlap the first in the list wins. */
export function patched(size: number, patches: readonly Patch[]): readonly Piece[] | 'unchanged' {
  if (patches.length === 0) return 'unchanged'
  const pieces: Piece[] = []
  let end = 0
  for (const patch of patches.toSorted((a, b) => a.at - b.at)) {
    const skipped = Math.max(0, end - patch.at)
    const length = Math.min(lengthOf(patch), size - patch.at) - skipped
    if (length <= 0) continue
    if (patch.at > end) pieces.push({ offset: end, length: patch.at - end })
    pieces.push('zeros' in patch ? { zeros: length } : patch.bytes.slice(skipped, skipped + length))
    end = patch.at + skipped + length
  }
  if (end < size) pieces.push({ offset: end, length: size - end })
  return pieces
}
