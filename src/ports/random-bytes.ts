/** So many bytes that nobody can foresee, unless somebody wants the same ones again and says so. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>

const pool = new Uint8Array(8_192)
let used = pool.length

/**
 * Unpredictable bytes, as `crypto.getRandomValues` makes them, asked of the system a page at a time: asking costs more
 * than sealing a short text. Each byte is given out once and wiped here.
 */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length > pool.length) throw new RangeError(`at most ${pool.length} random bytes at once`)
  if (used + length > pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const bytes = pool.slice(used, used + length)
  pool.fill(0, used, used + length)
  used += length
  return bytes
}
