/** Crockford's base 32: no letter that is mistaken for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 50 random bits, in two groups, to be read out or written down. */
export function newReadableCode(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => alphabet[byte % 32])
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
}
