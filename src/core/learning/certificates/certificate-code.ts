import { type RandomBytes, randomBytes } from '../../../ports/random-bytes.ts'
import type { Course } from '../courses/courses.model.ts'
import type { Certificate } from './certificates.model.ts'

/** Without letters that are read as digits, or as each other. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 16

/** 80 bits. */
export const newCertificateCode = (random: RandomBytes = randomBytes): string =>
  [...random(length)].map((byte) => alphabet[byte % 32]).join('')

/** As people read it: `K7QF-2M9D-X4RT-8HWB`. */
export const grouped = (code: string): string => code.replaceAll(/(.{4})(?=.)/g, '$1-')

export const isCode = (text: string): boolean => new RegExp(`^[${alphabet}]{${length}}$`).test(text)

/** A certificate as it is issued, before its holder has said anything about it. */
export const certificateOf = (
  userId: string,
  { id, title }: Pick<Course, 'id' | 'title'>,
  { completedAt, issuedAt }: Pick<Certificate, 'completedAt' | 'issuedAt'>,
  code: string,
): Certificate => ({
  id,
  userId,
  code,
  courseTitle: title,
  completedAt,
  issuedAt,
  name: null,
  shows: 'validity',
  consentedAt: null,
})
