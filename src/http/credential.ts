import type { AskedAhead, VerifiedClaims } from '../core/auth/authenticate.ts'
import { readCookie } from './cookies.ts'
import type { AppContext } from './request-context.ts'

/** By what a request says who is acting. */
export type Credential =
  | { readonly from: 'none' }
  | { readonly from: 'bearer' | 'cookie'; readonly claims: VerifiedClaims | null }

export const bearerOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^Bearer +(\S+)$/i.exec(header)?.[1]

/** What a request may be signed in by, in the order of their rank. */
const tokensOf = (c: AppContext): readonly string[] =>
  [
    bearerOf(c.req.header('x-authorization')),
    bearerOf(c.req.header('authorization')),
    readCookie(c, 'accessToken'),
  ].filter((token) => token !== undefined)

/** Begins to ask about a token seen before. It is looked at again, and what was asked counts only for itself. */
export function askAhead(c: AppContext): void {
  const { askAhead: ask } = c.get('auth')
  let asked: AskedAhead | null = null
  for (const token of tokensOf(c)) asked ??= ask(token)
  if (asked) c.set('asked', asked)
}

async function look(c: AppContext): Promise<Credential> {
  const { verifyToken } = c.get('auth')
  const explicit = bearerOf(c.req.header('x-authorization'))
  if (explicit !== undefined) {
    const verdict = await verifyToken(explicit)
    return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  const cookie = readCookie(c, 'accessToken')
  const bearer = bearerOf(c.req.header('authorization'))
  if (bearer !== undefined) {
    const verdict = await verifyToken(bearer)
    // Static Web Apps puts a token of its own here: not ours, so the cookie decides.
    if (verdict.verdict !== 'foreign' || !cookie)
      return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  if (!cookie) return { from: 'none' }
  const verdict = await verifyToken(cookie)
  return { from: 'cookie', claims: verdict.verdict === 'valid' ? verdict.claims : null }
}

/** The first of X-Authorization, a bearer of ours, and the cookie. Looked for once in a request. */
export function credentialOf(c: AppContext): Promise<Credential> {
  let credential = c.get('credential')
  if (!credential) {
    credential = look(c)
    c.set('credential', credential)
  }
  return credential
}
