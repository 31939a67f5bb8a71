import { parseAccept } from 'hono/utils/accept'
import type { AppContext } from './request-context.ts'
import { varyBy } from './vary.ts'

/** How welcome a media type is, by the range of `Accept` that fits it most closely. */
function welcomeOf(header: string, type: string) {
  const [main] = type.split('/')
  const ranges = parseAccept(header).map((range) => ({ ...range, type: range.type.toLowerCase() }))
  for (const [pattern, isNamed] of [
    [type, true],
    [`${main}/*`, true],
    ['*/*', false],
  ] as const) {
    const fitting = ranges.filter((range) => range.type === pattern)
    if (fitting.length > 0) return { quality: Math.max(...fitting.map(({ q }) => q)), isNamed }
  }
  return { quality: 0, isNamed: false }
}

/**
 * Whether the caller asks for `wanted` by its name and likes it at least as well as `usual`, which everybody else gets. The
 * answer says that it was asked.
 */
export function prefers(c: AppContext, wanted: string, usual = 'application/json'): boolean {
  varyBy(c, 'Accept')
  const header = c.req.header('accept') ?? ''
  const { quality, isNamed } = welcomeOf(header, wanted)
  return isNamed && quality > 0 && quality >= welcomeOf(header, usual).quality
}

/**
 * Whether the caller likes `wanted` better than whatever else there is, for an address whose usual answer has no type of its own:
 * programs name a type and take any other as well without having thought of it.
 */
export function asksFor(c: AppContext, wanted: string): boolean {
  c.header('Vary', 'Origin, Accept')
  const header = c.req.header('accept') ?? ''
  return welcomeOf(header, wanted).quality > welcomeOf(header, '*/*').quality
}
