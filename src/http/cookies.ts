import { getCookie, setCookie } from 'hono/cookie'
import { knownForDays } from '../core/accounts/auth/auth.model.ts'
import type { Credentials } from '../core/accounts/auth/sessions.model.ts'
import type { Caller } from '../core/kernel/actor.ts'
import type { AppContext } from './request-context.ts'

const daySeconds = 86_400

type Name = 'accessToken' | 'refreshToken' | 'device'

/** Without `maxAge` the browser forgets it when it is closed. */
function write(c: AppContext, name: Name, value: string, maxAge?: number): void {
  const { prefix, sameSite, isSecure } = c.get('settings').cookies
  setCookie(c, prefix + name, value, {
    httpOnly: true,
    secure: isSecure,
    sameSite,
    // Shown only where somebody signs in, but for a prefix that forbids to say so.
    path: name === 'device' && prefix === '' ? '/api/v1/auth' : '/',
    ...(maxAge === undefined ? {} : { maxAge }),
  })
}

export const readCookie = (c: AppContext, name: Name): string | undefined =>
  getCookie(c, c.get('settings').cookies.prefix + name)

/** Who is calling, with what their device keeps: for where somebody signs in, and where that is undone. */
export function callerWithDevice(c: AppContext): Caller {
  const device = readCookie(c, 'device')
  return device === undefined ? c.get('caller') : { ...c.get('caller'), device }
}

/**
 * Outlives the session: it is what the next login is known by. Null leaves what the device keeps. One that it kept nothing
 * on before may be shared, where nobody has said yet whether it is: there it goes with the browser.
 */
export function setDeviceCookie(
  c: AppContext,
  device: string | null,
  { isOwn }: { readonly isOwn: boolean },
): void {
  if (device !== null) write(c, 'device', device, isOwn ? knownForDays * daySeconds : undefined)
}

function clearDeviceCookie(c: AppContext): void {
  if (readCookie(c, 'device') !== undefined) write(c, 'device', '', 0)
}

export function setTokenCookies(
  c: AppContext,
  { accessToken, refreshToken, isOnSharedDevice, device }: Credentials,
): void {
  const { accessMaxAgeSeconds, refreshMaxAgeSeconds } = c.get('settings').cookies
  write(c, 'accessToken', accessToken, isOnSharedDevice ? undefined : accessMaxAgeSeconds)
  write(c, 'refreshToken', refreshToken, isOnSharedDevice ? undefined : refreshMaxAgeSeconds)
  if (isOnSharedDevice) clearDeviceCookie(c)
  else setDeviceCookie(c, device, { isOwn: true })
}

/** `Max-Age=0` and not only `Expires`: some hosts drop a date at the epoch. */
export function clearTokenCookies(c: AppContext): void {
  write(c, 'accessToken', '', 0)
  write(c, 'refreshToken', '', 0)
}

/** What pages of ours have stored on a computer that others use too goes as well. */
export function clearSiteData(c: AppContext): void {
  // Also where a browser does not know the header, or not for cookies.
  clearDeviceCookie(c)
  c.header('Clear-Site-Data', '"cache", "cookies", "storage"')
}
