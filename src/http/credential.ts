import { readCookie } from './cookies.ts'
import type { AppContext, Credential, Tokens } from './request-context.ts'

const scheme = 'bearer '

/** The token of an `Authorization` header; undefined when there is none, or another scheme. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header?.slice(0, scheme.length).toLowerCase() !== scheme) return undefined
  const token = header.slice(scheme.length).trim()
  return token === '' || token.includes(' ') ? undefined : token
}

function tokensOf(c: AppContext): Tokens {
  let tokens = c.get('tokens')
  if (!tokens) {
    tokens = {
      explicit: bearerOf(c.req.header('x-authorization')),
      bearer: bearerOf(c.req.header('authorization')),
      cookie: readCookie(c, 'accessToken'),
    }
    c.set('tokens', tokens)
  }
  return tokens
}

/** Begins to ask about a token seen before. It is looked at again, and what was asked counts only for itself. */
export function askAhead(c: AppContext): void {
  const { askAhead: ask } = c.get('auth')
  const { explicit, bearer, cookie } = tokensOf(c)
  const asked =
    (explicit === undefined ? null : ask(explicit)) ??
    (bearer === undefined ? null : ask(bearer)) ??
    (cookie === undefined ? null : ask(cookie))
  if (asked) c.set('asked', asked)
}

async function verify(c: AppContext, token: string) {
  const asked = c.get('asked')
  return asked?.token === token
    ? { verdict: 'valid' as const, claims: asked.claims }
    : c.get('auth').verifyToken(token)
}

async function look(c: AppContext): Promise<Credential> {
  const { explicit, bearer, cookie } = tokensOf(c)
  if (explicit !== undefined) {
    const verdict = await verify(c, explicit)
    return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  if (bearer !== undefined) {
    const verdict = await verify(c, bearer)
    // Static Web Apps puts a token of its own here: not ours, so the cookie decides.
    if (verdict.verdict !== 'foreign' || !cookie)
      return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  if (!cookie) return { from: 'none' }
  const verdict = await verify(c, cookie)
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
