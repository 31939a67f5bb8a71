import { AppError, type ErrorDetail } from '../core/kernel/errors.ts'
import { filled, inEnglish, type Said } from '../core/kernel/messages/said.ts'
import { isLoopback, isOtherSite } from '../core/kernel/sites.ts'
import { allows } from './allowed-origins.ts'
import type { AppContext, DroppedCookies } from './request-context.ts'

const words: Readonly<Record<DroppedCookies, (sameSite: string) => Said>> = {
  in_clear: () =>
    'This page was opened over http, where browsers drop our cookies: they are Secure. Open the address in PUBLIC_URL.',
  other_site: (sameSite) =>
    filled(
      'This page is on another site than the API, where browsers keep and send no cookies with COOKIE_SAME_SITE={sameSite}. Serve both from one site, or send the access token as a bearer token.',
      { sameSite: { asIs: sameSite } },
    ),
  third_party: () =>
    'This page is on another site than the API. A browser that blocks third-party cookies keeps none of ours; others send them only with credentials included. Serve both from one site, or send the access token as a bearer token.',
  not_included: () =>
    "A page of another origin sends cookies only where it asks for it: `credentials: 'include'` in fetch.",
}

/** Whether the browser has reached this server without TLS. It says so by the page's own address; else by nothing. */
function isInClear(c: AppContext, origin: string | undefined): boolean {
  if (!origin?.startsWith('http://') || c.req.header('sec-fetch-site') !== undefined) return false
  if (c.req.header('x-forwarded-proto') === 'https' || !URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  const host = `http://${c.req.header('host') ?? new URL(c.req.url).host}`
  return !isLoopback(hostname) && URL.canParse(host) && new URL(host).hostname === hostname
}

/** Null where nothing speaks for it. Only pages that may call are looked at. */
export function whyDropped(c: AppContext): DroppedCookies | null {
  const { allowedOrigins, cookies, publicOrigin } = c.get('settings')
  const origin = c.req.header('origin')
  if (cookies.isSecure && isInClear(c, origin)) return 'in_clear'
  if (origin === undefined || origin === publicOrigin || !allows(allowedOrigins, origin)) return null
  const site = c.req.header('sec-fetch-site')
  if (site === 'cross-site' || (site === undefined && isOtherSite(origin, publicOrigin)))
    return cookies.sameSite === 'None' ? 'third_party' : 'other_site'
  return site === 'same-origin' ? null : 'not_included'
}

/** Tells of each reason once: it does not change while the process runs. */
export function createNoteDropped(warn: (reason: DroppedCookies, says: string) => void) {
  const told = new Set<DroppedCookies>()
  return (reason: DroppedCookies, says: string): void => {
    // That a page left its cookies out, or that nobody has signed in, is no matter of the deployment.
    if (reason === 'not_included' || told.has(reason)) return
    told.add(reason)
    warn(reason, says)
  }
}

const noteOf = (c: AppContext): { readonly reason: DroppedCookies; readonly says: Said } | null => {
  const reason = whyDropped(c)
  if (!reason) return null
  const says = words[reason](c.get('settings').cookies.sameSite)
  c.get('noteDropped')(reason, inEnglish(says))
  return { reason, says }
}

/** The same error; outside production with what may be wrong with the set-up, where something is. */
export function explained(c: AppContext, error: AppError): AppError {
  const found = noteOf(c)
  if (!found || c.get('settings').isProduction) return error
  const detail: ErrorDetail = { path: '', code: `cookies_dropped_${found.reason}`, message: found.says }
  return new AppError(error.kind, error.code, error.said, { details: [...(error.details ?? []), detail] })
}

/** For where cookies are set: that this browser will not keep them. `not_included` is a matter of what is sent. */
export function tellIfDropped(c: AppContext): void {
  const found = noteOf(c)
  if (!found || found.reason === 'not_included' || c.get('settings').isProduction) return
  c.header('X-Cookies-Dropped', inEnglish(found.says))
}
