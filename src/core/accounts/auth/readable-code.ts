/** Crockford's base 32: no letter that is mistaken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 50 bits of these bytes, in two groups, to be read out or written down. */
export function readableCode(bytes: Uint8Array): string {
  const letters = [...bytes.slice(0, 10)].map((byte) => alphabet[byte % 32])
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
}

export const newReadableCode = (): string => readableCode(crypto.getRandomValues(new Uint8Array(10)))
