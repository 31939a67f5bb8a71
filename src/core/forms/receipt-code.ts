import type { Ciphers } from '../../ports/ciphers.ts'
import { type RandomBytes, randomBytes } from '../../ports/random-bytes.ts'

/** Without letters that are read as digits, or as each other. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16

/** 80 bits that a person can write down: `K7QF-2M9D-X4RT-8HWB`. */
export function newReceiptCode(random: RandomBytes = randomBytes): string {
  const characters = [...random(length)].map((byte) => alphabet[byte % 32])
  return characters.join('').replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** Of a code however it was typed; different for each submission. */
export async function receiptHash(ciphers: Ciphers, submissionId: string, code: string): Promise<string> {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digest = await ciphers.digest(`${submissionId} ${plain}`)
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
