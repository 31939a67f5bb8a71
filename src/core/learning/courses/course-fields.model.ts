import { z } from 'zod'
import { DisplayName } from '../../kernel/display-name.ts'

export const Title = (min: number, max: number) => DisplayName({ min, max, has: 'anything' })
export const Prose = (max: number) =>
  z
    .string()
    .max(max)
    .meta({ description: `Up to ${max} characters.` })
const browserMayGo = /^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1)(?:[:/]|$))/i

/** Only what a browser may be sent to: by https, or on this machine, where a server is that has nothing else yet. */
export const WebAddress = z
  .string()
  .max(2_000)
  .refine((text) => URL.canParse(text) && browserMayGo.test(text), 'Must be an https address.')
  .meta({ format: 'uri', pattern: browserMayGo.source, example: 'https://www.example.org/courses/first-day' })

export const Timestamp = z.iso.datetime()

export const hasFields = (change: object): boolean => Object.keys(change).length > 0
export const nothingNamed = 'Give at least one field to change.'
