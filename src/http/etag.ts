import { preconditionFailed } from '../core/kernel/errors.ts'
import type { AppContext } from './request-context.ts'

const quoted = /^"([^"]*)"$/

/** Sets the ETag; true when the client has this version already and wants a 304. */
export function hasCurrent(c: AppContext, version: string): boolean {
  c.header('ETag', `"${version}"`)
  const known = c.req.header('if-none-match')
  if (known === undefined) return false
  return known
    .split(',')
    .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${version}"`)
}

/** The version an update insists on; undefined when it does not. A weak tag never matches. */
export function expectedVersion(c: AppContext): string | undefined {
  const wanted = c.req.header('if-match')?.trim()
  if (wanted === undefined || wanted === '*') return undefined
  const [, version] = quoted.exec(wanted) ?? []
  if (version === undefined) throw preconditionFailed()
  return version
}
