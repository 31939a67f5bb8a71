/** A name or an address of this machine alone: browsers trust it without TLS. As `URL.hostname` writes it. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname)

const isAddress = (hostname: string): boolean => hostname.startsWith('[') || /^[\d.]+$/.test(hostname)

/** What two hosts of one site share at least: a registrable domain has two labels or more. */
const lastLabels = (hostname: string): string => hostname.split('.').slice(-2).join('.')

/**
 * Whether two origins are certainly not of one site, as browsers see it: the scheme counts, the port does not. What looks like
 * one site and is none (`a.co.uk` and `b.co.uk`) only a browser knows, and says it by `Sec-Fetch-Site`.
 */
export function isOtherSite(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)]
  if (a.protocol !== b.protocol) return true
  if (a.hostname === b.hostname) return false
  return isAddress(a.hostname) || isAddress(b.hostname) || lastLabels(a.hostname) !== lastLabels(b.hostname)
}
