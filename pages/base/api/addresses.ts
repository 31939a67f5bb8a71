/** Where the server says that it is, as the page was told. */
const publicOrigin =
  document.querySelector<HTMLMetaElement>('meta[name="public-origin"]')?.content ?? location.origin

const webSocketOf = (origin: string): string => origin.replace(/^http/, 'ws')

/**
 * An address of the server as it is reached from here. It names the host of its settings; a phone in the same network
 * came by another one. What lives elsewhere stays as it is.
 */
export function hereOf(address: string): string {
  for (const [there, here] of [
    [publicOrigin, location.origin],
    [webSocketOf(publicOrigin), webSocketOf(location.origin)],
  ] as const)
    if (address === there || address.startsWith(`${there}/`)) return here + address.slice(there.length)
  return address
}

/** This page without its fragment: where links that are handed to others lead. */
export const pageAddress = (): string => location.origin + location.pathname
