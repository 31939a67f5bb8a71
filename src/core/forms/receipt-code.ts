import type { Ciphers } from '../../ports/ciphers.ts'
import { type RandomBytes, randomBytes } from '../../ports/random-bytes.ts'
import { trackingNumberOf } from '../../ports/submissions.ts'
import { foldBase32, foldBase32Header } from '../kernel/typed-code.ts'

/** Without letters that are read as digits, or as each other. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16

/** 80 bits that a person can write down: `K7QF-2M9D-X4RT-8HWB`. */
export function newReceiptCode(random: RandomBytes = randomBytes): string {
  const characters = [...random(length)].map((byte) => alphabet[byte % 32])
  return characters.join('').replaceAll(/(.{4})(?=.)/g, '$1-')
}

/** What people write around a number: `Referral no. 2026/125`, `#REF-2026-125`. */
const around = /[#№:;,/\\()[\]'"]/g
const spelled = /^(?:(REF)[A-Z0-9]*?)?(20\d{2})(\d{1,9})$/

/** The number of a referral however it was typed: `ref 2026 125`. What is none stays as it is, and finds nothing. */
export function foldTrackingNumber(text: string): string {
  const [, series, year, number] = spelled.exec(foldBase32(text.replaceAll(around, ''))) ?? []
  return year === undefined ? text : trackingNumberOf(`${series ?? 'REF'}-${year}`, Number(number))
}

export const isTrackingNumber = (text: string): boolean => /^REF-\d{4}-\d{6,9}$/.test(text)

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

async function hashOf(ciphers: Ciphers, submissionId: string, folded: string): Promise<string> {
  const digest = await ciphers.digest(`${submissionId} ${folded}`)
  let hex = ''
  for (const byte of digest) hex += hexOf[byte]
  return hex
}

/** Of a code however it was typed; different for each submission. */
export const receiptHash = (ciphers: Ciphers, submissionId: string, code: string): Promise<string> =>
  hashOf(ciphers, submissionId, foldBase32Header(code))

/** The same of one that was just made: but for what groups it, it is as folding would leave it. */
export const newReceiptHash = (ciphers: Ciphers, submissionId: string, code: string): Promise<string> =>
  hashOf(ciphers, submissionId, code.replaceAll('-', ''))
