import { addRanges, measure, type Range } from './ranges.ts'

const blockSeconds = 3_600
/** Where an hour has more pieces than this, its seconds take less room as bits. */
const piecesPerBlock = 40

/**
 * A set of seconds that loses none, however many pieces it is in, and takes at most some 750 bytes an hour. Pieces of
 * which there are few stay exact to the fraction; of many the ends are rounded to the second.
 */
export interface SecondSet {
  readonly ranges: readonly Range[]
  /** By the number of the hour: a bit for each second that lies in a piece within that hour. */
  readonly dense?: Readonly<Record<string, string>>
}

const encode = (bits: Uint8Array): string => btoa(String.fromCharCode(...bits))
const decode = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

function bitsOf(pieces: readonly Range[], start: number): string {
  const bits = new Uint8Array(blockSeconds / 8)
  for (const [from, to] of pieces)
    for (let second = Math.round(from) - start; second < Math.round(to) - start; second++)
      bits[second >> 3] = (bits[second >> 3] ?? 0) | (1 << (second & 7))
  return encode(bits)
}

function piecesOf(text: string, start: number): Range[] {
  const bits = decode(text)
  const pieces: [number, number][] = []
  for (let second = 0; second < blockSeconds; second++) {
    if (((bits[second >> 3] ?? 0) & (1 << (second & 7))) === 0) continue
    const last = pieces.at(-1)
    if (last?.[1] === start + second) last[1]++
    else pieces.push([start + second, start + second + 1])
  }
  return pieces
}

/** All pieces, in order and without overlaps. */
export function expand({ ranges, dense = {} }: SecondSet): Range[] {
  const hidden = Object.entries(dense).flatMap(([block, text]) =>
    piecesOf(text, Number(block) * blockSeconds),
  )
  return hidden.length === 0 ? [...ranges] : addRanges(ranges, hidden)
}

export const secondsIn = (set: SecondSet): number => measure(expand(set))

/** The least room for these pieces, which have to be in order and without overlaps. */
export function compact(pieces: readonly Range[]): SecondSet {
  const within = new Map<number, Range[]>()
  for (const piece of pieces) {
    const block = Math.floor(piece[0] / blockSeconds)
    if (piece[1] > (block + 1) * blockSeconds) continue
    const inside = within.get(block)
    if (inside) inside.push(piece)
    else within.set(block, [piece])
  }
  const dense = [...within].filter(([, inside]) => inside.length > piecesPerBlock)
  if (dense.length === 0) return { ranges: pieces }
  const hidden = new Set(dense.flatMap(([, inside]) => inside))
  return {
    ranges: pieces.filter((piece) => !hidden.has(piece)),
    dense: Object.fromEntries(
      dense.map(([block, inside]) => [String(block), bitsOf(inside, block * blockSeconds)]),
    ),
  }
}

/** With these pieces too: adding the same twice, or in any order, gives the same. */
export const withPieces = (set: SecondSet, added: readonly Range[]): SecondSet =>
  compact(addRanges(expand(set), added))
