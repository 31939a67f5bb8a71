import type { Cookie } from '@azure/functions'

const sameSite: Readonly<Record<string, Cookie['sameSite']>> = { strict: 'Strict', lax: 'Lax', none: 'None' }

/** The host encodes the value again. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/**
 * A `Set-Cookie` line in the form Functions wants. Of several such headers the host keeps the last, so that every
 * cookie has to take this way.
 */
export function parseSetCookie(line: string, nowMs: number): Cookie {
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const cookie: Cookie = {
    name: pair.slice(0, equals).trim(),
    value: decode(pair.slice(equals + 1).trim()),
  }
  for (const attribute of attributes) {
    const [key = '', ...rest] = attribute.split('=')
    const value = rest.join('=').trim()
    switch (key.trim().toLowerCase()) {
      case 'path':
        cookie.path = value
        break
      case 'domain':
        cookie.domain = value
        break
      case 'secure':
        cookie.secure = true
        break
      case 'httponly':
        cookie.httpOnly = true
        break
      case 'samesite':
        cookie.sameSite = sameSite[value.toLowerCase()]
        break
      case 'max-age':
        if (/^-?\d+$/.test(value)) cookie.maxAge = Number(value)
        break
      case 'expires':
        // The host answers 500 to a date it cannot read.
        if (!Number.isNaN(Date.parse(value))) cookie.expires = new Date(value)
        break
    }
  }
  // Over gRPC a date at the epoch is lost, and with it the deletion.
  if (cookie.expires instanceof Date && cookie.expires.getTime() <= nowMs) cookie.maxAge ??= 0
  return cookie
}
