import { getCookie, setCookie } from 'hono/cookie'
import type { AppContext } from './request-context.ts'

type Name = 'accessToken' | 'refreshToken'

function write(c: AppContext, name: Name, value: string, maxAge: number): void {
  const { prefix, sameSite, isSecure } = c.get('settings').cookies
  setCookie(c, prefix + name, value, { httpOnly: true, secure: isSecure, sameSite, path: '/', maxAge })
}

export const readCookie = (c: AppContext, name: Name): string | undefined =>
  getCookie(c, c.get('settings').cookies.prefix + name)

export function setTokenCookies(c: AppContext, tokens: { accessToken: string; refreshToken: string }): void {
  const { accessMaxAgeSeconds, refreshMaxAgeSeconds } = c.get('settings').cookies
  write(c, 'accessToken', tokens.accessToken, accessMaxAgeSeconds)
  write(c, 'refreshToken', tokens.refreshToken, refreshMaxAgeSeconds)
}

/** `Max-Age=0` and not only `Expires`: some hosts drop a date at the epoch. */
export function clearTokenCookies(c: AppContext): void {
  write(c, 'accessToken', '', 0)
  write(c, 'refreshToken', '', 0)
}
