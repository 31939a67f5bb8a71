import type { Precondition } from '../core/kernel/precondition.ts'
import type { AppContext } from './request-context.ts'

/** The tags of a list, which may hold commas themselves. What is none is left out: it matches nothing. */
const tagsIn = (list: string): readonly { readonly isWeak: boolean; readonly version: string }[] =>
  [...list.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, version = '']) => ({
    isWeak: weak !== undefined,
    version,
  }))

/** Of what is sent: changes when the bytes change. 128 bits in hexadecimal. */
export async function versionOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Sets the ETag; true when the client has this version already and wants a 304. */
export function hasCurrent(c: AppContext, version: string): boolean {
  c.header('ETag', `"${version}"`)
  const known = c.req.header('if-none-match')?.trim()
  if (known === undefined) return false
  return known === '*' || tagsIn(known).some((tag) => tag.version === version)
}

/**
 * What a change insists on, by `If-Match` (compared strongly: a weak tag never matches) and `If-None-Match` (weakly);
 * undefined when it insists on nothing. RFC 9110 §13.1.
 */
export function preconditionOf(c: AppContext): Precondition | undefined {
  const wanted = c.req.header('if-match')?.trim()
  const unwanted = c.req.header('if-none-match')?.trim()
  const anyOf =
    wanted === undefined || wanted === '*'
      ? undefined
      : tagsIn(wanted).flatMap(({ isWeak, version }) => (isWeak ? [] : [version]))
  const noneOf =
    unwanted === '*' || unwanted === undefined ? unwanted : tagsIn(unwanted).map((tag) => tag.version)
  if (anyOf === undefined && noneOf === undefined) return undefined
  return { ...(anyOf && { anyOf }), ...(noneOf !== undefined && { noneOf }) }
}
