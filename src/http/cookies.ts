import { setCookie } from 'hono/cookie'
import { knownForDays } from '../core/accounts/auth/auth.model.ts'
import type { Credentials } from '../core/accounts/auth/sessions.model.ts'
import type { Caller } from '../core/kernel/actor.ts'
import { tellIfDropped } from './dropped-cookies.ts'
import type { AppContext } from './request-context.ts'

const daySeconds = 86_400

type Name = 'accessToken' | 'refreshToken' | 'device'

/** Without `maxAge` the browser forgets it when it is closed. */
function writeCookie(
  c: AppContext,
  prefix: string,
  name: Name,
  value: string,
  { maxAge, domain }: { readonly maxAge?: number | undefined; readonly domain?: string } = {},
): void {
  const { sameSite, isSecure } = c.get('settings').cookies
  setCookie(c, prefix + name, value, {
    httpOnly: true,
    secure: isSecure || prefix === '__Host-',
    sameSite,
    // Shown only where somebody signs in, but for a prefix that forbids to say so.
    path: name === 'device' && prefix === '' ? '/api/v1/auth' : '/',
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(domain === undefined ? {} : { domain }),
  })
}

const prefixes = ['', '__Host-'] as const
/** More of one name than any browser has by accident are not looked at. */
const maxOfOneName = 10

function valuesOf(c: AppContext, fullName: string): readonly string[] {
  const header = c.req.header('cookie') ?? ''
  if (!header.includes(fullName)) return []
  const values = header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=')
    return pair.slice(0, at).trim() === fullName ? [pair.slice(at + 1).trim()] : []
  })
  return [...new Set(values)].filter((value) => value !== '').slice(0, maxOfOneName)
}

/**
 * Every value that came under this name, in the order of the header. There are several where a proxy added a `Domain` to
 * a cookie once, or another host of the domain set one of its own: which of them is ours only its content says.
 */
export const readCookies = (c: AppContext, name: Name): readonly string[] =>
  valuesOf(c, c.get('settings').cookies.prefix + name)

/** Those too that were set under the other prefix, before it was changed. */
export const readEveryCookie = (c: AppContext, name: Name): readonly string[] =>
  prefixes.flatMap((prefix) => valuesOf(c, prefix + name))

/** The host that browsers know, and the domains above it, for which a cookie that reaches it may have been set. */
function domainsOf(publicOrigin: string): readonly string[] {
  const labels = new URL(publicOrigin).hostname.split('.')
  const isAddress = labels.at(-1)?.match(/^\d+$|\]$/)
  if (isAddress) return []
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}

/**
 * Clears what goes by the name of a cookie of ours and is none: set with a `Domain`, or under the other prefix. Comes
 * before the cookies themselves: where a proxy adds the `Domain` to these lines too, the last one counts.
 */
function clearLeftovers(c: AppContext, isLeaving: boolean): void {
  const { publicOrigin, cookies } = c.get('settings')
  for (const name of ['accessToken', 'refreshToken', 'device'] as const)
    for (const prefix of prefixes) {
      const count = valuesOf(c, prefix + name).length
      const isOther = prefix !== cookies.prefix
      if (isOther && count > 0) writeCookie(c, prefix, name, '', { maxAge: 0 })
      // A browser keeps no `__Host-` cookie that has a domain.
      const isMeant = isOther || (isLeaving && name !== 'device')
      if (prefix === '' && count > (isMeant ? 0 : 1))
        for (const domain of domainsOf(publicOrigin)) writeCookie(c, prefix, name, '', { maxAge: 0, domain })
    }
}

/** Who is calling, with what their device keeps: for where somebody signs in, and where that is undone. */
export function callerWithDevice(c: AppContext): Caller {
  const values = readCookies(c, 'device')
  return values.length === 0 ? c.get('caller') : { ...c.get('caller'), device: values.join('~') }
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
  const { prefix } = c.get('settings').cookies
  const maxAge = isOwn ? knownForDays * daySeconds : undefined
  if (device !== null) writeCookie(c, prefix, 'device', device, { maxAge })
}

function clearDeviceCookie(c: AppContext): void {
  const { prefix } = c.get('settings').cookies
  if (readCookies(c, 'device').length > 0) writeCookie(c, prefix, 'device', '', { maxAge: 0 })
}

/** Signs a browser in, and tells its page for how long. */
export function setTokenCookies(
  c: AppContext,
  { accessToken, refreshToken, isOnSharedDevice, device, idleExpiresAt, sessionExpiresAt }: Credentials,
): void {
  c.header('X-Session-Idle-Expires', idleExpiresAt)
  c.header('X-Session-Expires', sessionExpiresAt)
  const { prefix, accessMaxAgeSeconds, refreshMaxAgeSeconds } = c.get('settings').cookies
  tellIfDropped(c)
  clearLeftovers(c, false)
  const maxAge = (seconds: number) => ({ maxAge: isOnSharedDevice ? undefined : seconds })
  writeCookie(c, prefix, 'accessToken', accessToken, maxAge(accessMaxAgeSeconds))
  writeCookie(c, prefix, 'refreshToken', refreshToken, maxAge(refreshMaxAgeSeconds))
  if (isOnSharedDevice) clearDeviceCookie(c)
  else setDeviceCookie(c, device, { isOwn: true })
}

/** `Max-Age=0` and not only `Expires`: some hosts drop a date at the epoch. */
export function clearTokenCookies(c: AppContext): void {
  const { prefix } = c.get('settings').cookies
  clearLeftovers(c, true)
  writeCookie(c, prefix, 'accessToken', '', { maxAge: 0 })
  writeCookie(c, prefix, 'refreshToken', '', { maxAge: 0 })
}

/** What pages of ours have stored on a computer that others use too goes as well. */
export function clearSiteData(c: AppContext): void {
  // Also where a browser does not know the header, or not for cookies.
  clearDeviceCookie(c)
  c.header('Clear-Site-Data', '"cache", "cookies", "storage"')
}
