import { getCookie, setCookie } from 'hono/cookie'
import type { Credentials } from '../core/accounts/auth/sessions.model.ts'
import type { AppContext } from './request-context.ts'

type Name = 'accessToken' | 'refreshToken'

/** Without `maxAge` the browser forgets it when it is closed. */
function write(c: AppContext, name: Name, value: string, maxAge?: number): void {
  const { prefix, sameSite, isSecure } = c.get('settings').cookies
  setCookie(c, prefix + name, value, {
    httpOnly: true,
    secure: isSecure,
    sameSite,
    path: '/',
    ...(maxAge === undefined ? {} : { maxAge }),
  })
}

export const readCookie = (c: AppContext, name: Name): string | undefined =>
  getCookie(c, c.get('settings').cookies.prefix + name)

export function setTokenCookies(
  c: AppContext,
  { accessToken, refreshToken, isOnSharedDevice }: Credentials,
): void {
  const { accessMaxAgeSeconds, refreshMaxAgeSeconds } = c.get('settings').cookies
  write(c, 'accessToken', accessToken, isOnSharedDevice ? undefined : accessMaxAgeSeconds)
  write(c, 'refreshToken', refreshToken, isOnSharedDevice ? undefined : refreshMaxAgeSeconds)
}

/** `Max-Age=0` and not only `Expires`: some hosts drop a date at the epoch. */
export function clearTokenCookies(c: AppContext): void {
  write(c, 'accessToken', '', 0)
  write(c, 'refreshToken', '', 0)
}

/** What pages of ours have stored on a computer that others use too goes as well. */
export function clearSiteData(c: AppContext): void {
  c.header('Clear-Site-Data', '"cache", "cookies", "storage"')
}
