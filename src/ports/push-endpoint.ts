/*
 * Which addresses of push services are called at all. Whoever subscribes names one, so it is looked at where it is taken
 * and again where it is called.
 */

const longest = 1_024

/** `*.push.apple.com` or `fcm.googleapis.com`; a port is named or is 443. */
export const pushHostPattern =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?::[1-9]\d{0,4})?$/

/** Where browsers are told by: Safari, Chrome and what is made of it, Firefox, Edge. */
export const pushHosts = [
  '*.push.apple.com',
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '*.notify.windows.com',
] as const

const isMatched = (host: string, pattern: string): boolean =>
  pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length >= pattern.length
    : host === pattern

/**
 * The pattern that lets an address through; null for one that is not called: another host, not https, with a login, a
 * fragment, an address instead of a name, another port, or written in any other way than it would be called.
 */
export function pushHostOf(endpoint: string, allowed: readonly string[]): string | null {
  if (endpoint.length > longest || !/^[\x21-\x7e]+$/.test(endpoint)) return null
  const url = URL.parse(endpoint)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '') return null
  // What the parser changed would be called as something else than was looked at.
  if (url.href !== endpoint || url.pathname === '/') return null
  if (/^\[|\.$|^[\d.]+$/.test(url.hostname)) return null
  return allowed.find((pattern) => isMatched(url.host, pattern)) ?? null
}
