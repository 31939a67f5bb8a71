export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/**
 * What a `Range` header asks of `size` bytes (RFC 9110): undefined for all of it, null when it cannot be satisfied.
 * More than one range, or one that cannot be read, is answered with everything, as the RFC allows.
 */
export function readRange(header: string | null, size: number): ByteRange | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? null : { offset: size - length, length }
  }
  const offset = Number(first)
  if (last !== '' && Number(last) < offset) return undefined
  if (offset >= size) return null
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return { offset, length: end - offset + 1 }
}
