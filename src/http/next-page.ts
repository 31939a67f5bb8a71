import type { AppContext } from './request-context.ts'

/** Where the page behind this one is: the same question, with its cursor. */
export function addressOfNext(c: AppContext, cursor: string): string {
  const url = new URL(`${c.get('settings').publicOrigin}${c.req.path}`)
  for (const [name, value] of Object.entries(c.req.query())) url.searchParams.set(name, value)
  url.searchParams.set('cursor', cursor)
  return url.href
}
