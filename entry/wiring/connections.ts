import type { ConnectionsOf } from '../../src/adapters/node/least-progress.ts'
import { createReadClientAddress, type TrustedSite } from '../../src/http/client-address.ts'

/** How many connections an address may have; at a trusted site so many times as many. */
export function countConnections({
  connectionsPerAddress,
  trustedSites,
}: {
  /** Infinity where a proxy of ours opens them for everybody. */
  readonly connectionsPerAddress: number
  readonly trustedSites: readonly TrustedSite[]
}): ConnectionsOf {
  const read = createReadClientAddress({ from: 'socket' }, trustedSites)
  return (remoteAddress) => {
    const { address, site } = read({ remoteAddress, header: () => undefined })
    if (address === null || connectionsPerAddress === Number.POSITIVE_INFINITY) return null
    return { address, most: connectionsPerAddress * (site?.scale ?? 1) }
  }
}
