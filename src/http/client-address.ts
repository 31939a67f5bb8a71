import ipaddr from 'ipaddr.js'

export interface TrustedSite {
  readonly name: string
  /** CIDR. */
  readonly networks: readonly string[]
  /** Multiplies every limit for people behind this address. */
  readonly scale: number
}

export interface ClientAddress {
  /** Canonical; IPv6 as its /64, since one person holds at least that much. Null when nobody said. */
  readonly address: string | null
  readonly site: TrustedSite | null
}

/** `1.2.3.4:5678`, `[::1]:5678`, `::1` → the address without its port. */
function stripPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)
  if (bracketed) return bracketed[1] ?? ''
  const [address = '', , ...more] = hop.split(':')
  return more.length === 0 ? address : hop
}

function parse(text: string | undefined): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const address = stripPort(text?.trim() ?? '')
  return ipaddr.isValid(address) ? ipaddr.process(address) : null
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address.kind() === 'ipv4') return address.toString()
  const network = (address as ipaddr.IPv6).parts.slice(0, 4)
  return `${new ipaddr.IPv6([...network, 0, 0, 0, 0]).toString()}/64`
}

const rememberedAddresses = 10_000

/**
 * Reads the client's address from the hop that can be trusted: with 0 proxies the peer, with n the n-th entry of
 * `X-Forwarded-For` from the right, which the outermost of our own proxies wrote. Entries left of it are the client's
 * own claims.
 */
export function createReadClientAddress(trustedHops: number, sites: readonly TrustedSite[]) {
  const networks = sites.flatMap((site) =>
    site.networks.map((network) => ({ site, range: ipaddr.parseCIDR(network) })),
  )
  const remembered = new Map<string, ClientAddress>()

  const read = (text: string | undefined): ClientAddress => {
    const address = parse(text)
    if (!address) return { address: null, site: null }
    const found = networks.find(
      ({ range }) =>
        range[0].kind() === address.kind() && address.match(range as [ipaddr.IPv4 & ipaddr.IPv6, number]),
    )
    return { address: canonical(address), site: found?.site ?? null }
  }

  return (remoteAddress: string | undefined, forwardedFor: string | undefined): ClientAddress => {
    const hop = trustedHops === 0 ? remoteAddress : forwardedFor?.split(',').at(-trustedHops)
    const text = hop ?? remoteAddress ?? ''
    let client = remembered.get(text)
    if (!client) {
      if (remembered.size >= rememberedAddresses) remembered.clear()
      client = read(text)
      remembered.set(text, client)
    }
    return client
  }
}

export type ReadClientAddress = ReturnType<typeof createReadClientAddress>
