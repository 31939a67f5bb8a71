/** Bytes that are asked for one by one cost more than the rest of a step: they are taken, and written, many at a time. */
const bytes = new Uint8Array(4_096)
const written = new Uint8Array(bytes.length * 2)
const digits = new TextEncoder().encode('0123456789abcdef')
const ascii = new TextDecoder()
let pool = ''
let next = 0

function refill(): void {
  crypto.getRandomValues(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    written[at * 2] = digits[byte >> 4] ?? 0
    written[at * 2 + 1] = digits[byte & 15] ?? 0
  }
  pool = ascii.decode(written)
  next = 0
}

/** In hexadecimal digits. An id of zeros is none. */
function randomId(length: number, none: string): string {
  if (next + length > pool.length) refill()
  const id = pool.slice(next, next + length)
  next += length
  return id === none ? randomId(length, none) : id
}

const noTrace = '0'.repeat(32)
const noSpan = '0'.repeat(16)

export const newTraceId = (): string => randomId(32, noTrace)
export const newSpanId = (): string => randomId(16, noSpan)
