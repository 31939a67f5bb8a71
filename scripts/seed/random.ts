import { v7 } from 'uuid'
import type { RandomBytes } from '../../src/ports/random-bytes.ts'

/** Numbers that look like chance and are the same for the same names. For nothing that has to stay secret. */
export interface Random {
  /** 0 to 1, without 1. */
  readonly next: () => number
  /** 0, 1 … below `end`. */
  readonly int: (end: number) => number
  /** From `start` up to and without `end`. */
  readonly between: (start: number, end: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(list: readonly T[]) => T
  readonly bytes: RandomBytes
  /** A UUIDv7 of that millisecond. */
  readonly uuid: (ms: number) => string
}

/** Four numbers from a text (cyrb128). */
function hashOf(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ code, 597_399_067)
    b = c ^ Math.imul(b ^ code, 2_869_860_233)
    c = d ^ Math.imul(c ^ code, 951_274_213)
    d = a ^ Math.imul(d ^ code, 2_716_044_179)
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067)
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233)
  c = Math.imul(a ^ (c >>> 17), 951_274_213)
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179)
  a ^= b ^ c ^ d
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0]
}

/** `createRandom('1', 'person', 17)`: each thing has numbers of its own, whatever was made before it (sfc32). */
export function createRandom(...names: readonly (string | number)[]): Random {
  let [a, b, c, counter] = hashOf(names.join(' '))
  const word = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  const next = () => word() / 2 ** 32
  const int = (end: number) => Math.floor(next() * end)
  const bytes: RandomBytes = (length) => {
    const result = new Uint8Array(length)
    for (let i = 0; i < length; i++) result[i] = word() & 0xff
    return result
  }
  return {
    next,
    int,
    between: (start, end) => start + int(end - start),
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)] as (typeof list)[number],
    bytes,
    uuid: (ms) => v7({ random: bytes(16), msecs: ms, seq: word() >>> 1 }),
  }
}
