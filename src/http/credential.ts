import type { Presented } from '../core/accounts/auth/find-presented.ts'
import { readCookies, readEveryCookie } from './cookies.ts'
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
      cookies: readCookies(c, 'accessToken'),
    }
    c.set('tokens', tokens)
  }
  return tokens
}

/** Begins to ask about a token seen before. It is looked at again, and what was asked counts only for itself. */
export function askAhead(c: AppContext): void {
  const { askAhead: ask } = c.get('auth')
  const { explicit, bearer, cookies } = tokensOf(c)
  for (const token of [explicit, bearer, ...cookies]) {
    const asked = token === undefined ? null : ask(token)
    if (!asked) continue
    c.set('asked', asked)
    return
  }
}

async function verify(c: AppContext, token: string) {
  const asked = c.get('asked')
  return asked?.token === token
    ? { verdict: 'valid' as const, claims: asked.claims }
    : c.get('auth').verifyToken(token)
}

async function look(c: AppContext): Promise<Credential> {
  const { explicit, bearer, cookies } = tokensOf(c)
  if (explicit !== undefined) {
    const verdict = await verify(c, explicit)
    return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  if (bearer !== undefined) {
    const verdict = await verify(c, bearer)
    // Static Web Apps puts a token of its own here: not ours, so the cookie decides.
    if (verdict.verdict !== 'foreign' || cookies.length === 0)
      return { from: 'bearer', claims: verdict.verdict === 'valid' ? verdict.claims : null }
  }
  if (cookies.length === 0) return { from: 'none' }
  const verdicts = await Promise.all(cookies.map((cookie) => verify(c, cookie)))
  const valid = verdicts.flatMap((verdict) => (verdict.verdict === 'valid' ? [verdict.claims] : []))
  const [claims = null, ...others] = valid.sort((a, b) => b.iat - a.iat)
  return { from: 'cookie', claims, others }
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

/** Every token that came along, whatever it is good for. */
export function presentedBy(c: AppContext): Presented {
  const { explicit, bearer, cookies } = tokensOf(c)
  const fromCookies = new Set([...cookies, ...readEveryCookie(c, 'accessToken')])
  return {
    accessTokens: [explicit, bearer, ...fromCookies].filter((token) => token !== undefined),
    refreshTokens: readEveryCookie(c, 'refreshToken'),
  }
}
