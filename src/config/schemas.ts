import { z } from 'zod'
import { isLoopback } from '../core/kernel/sites.ts'
import { isEmailAddress, normalizeEmailAddress } from '../ports/email-address.ts'

export const csv = z.string().transform((text) => text.split(',').flatMap((part) => part.trim() || []))

export const origin = z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
  message: 'must be an origin such as https://portal.example.org, without a path or trailing slash',
})

export const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max)

export const port = wholeNumber(1, 65_535)

export const onOrOff = z.enum(['on', 'off'])

export const anyText = z.string().min(1)

export const emailAddresses = csv.pipe(
  z.array(
    z
      .string()
      .transform(normalizeEmailAddress)
      .refine(isEmailAddress, 'must be e-mail addresses, separated by commas'),
  ),
)

export const json = (message: string) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue(message)
      return z.NEVER
    }
  })

export const isLocalhost = (url: string): boolean => isLoopback(new URL(url).hostname)

export const isUrlOf = (schemes: readonly string[]) => (text: string) =>
  URL.canParse(text) && schemes.includes(new URL(text).protocol)

/** Of a service that is reached over the network: in clear only on this machine. */
export const serviceUrl = z
  .string()
  .refine((text) => isUrlOf(['https:'])(text) || (isUrlOf(['http:'])(text) && isLocalhost(text)), {
    message: 'must be an https URL',
  })
