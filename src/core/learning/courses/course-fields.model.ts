import { z } from 'zod'

export const SingleLine = (min: number, max: number) =>
  z
    .string()
    .max(max * 2)
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(min)
        .max(max)
        .regex(/^[^\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]*$/u, 'Must not contain control characters.'),
    )
export const Prose = (max: number) =>
  z
    .string()
    .max(max)
    .meta({ description: `Up to ${max} characters.` })
/** Only what a browser may be sent to. */
export const WebAddress = z
  .string()
  .max(2_000)
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'Must be an https address.')

export const Timestamp = z.iso.datetime()

export const hasFields = (change: object): boolean => Object.keys(change).length > 0
export const nothingNamed = 'Give at least one field to change.'
