import ipaddr from 'ipaddr.js'

export interface TrustedSite {
  readonly name: string
  /** CIDR. */
  readonly networks: readonly string[]
  /** Multiplies every limit for people behind this address. */
  readonly scale: number
}

/** Who says a caller's address. */
export type AddressSource =
  | { readonly from: 'socket' }
  /** Our own proxies, so many, which each append who came to them. */
  | { readonly from: 'hops'; readonly hops: number }
  /** Azure Front Door, and of all there are the one that is ours. */
  | { readonly from: 'front-door'; readonly isOurFrontDoor: (id: string | undefined) => boolean }

/** Why nobody is known. */
export type Unknown =
  | 'no_connection'
  | 'too_few_entries'
  | 'not_by_our_front_door'
  | 'front_door_said_nothing'
  | 'not_an_address'

export interface ClientAddress {
  /**
   * Canonical; IPv6 as its /64, since one person holds at least that much, and as the IPv4 address that a translator or a
   * tunnel wrote into it. Null when nobody said: then `unknown` is why, and nothing may be counted as if it were one person.
   */
  readonly address: string | null
  readonly site: TrustedSite | null
  readonly unknown?: Unknown
}

/** `1.2.3.4:5678`, `[::1]:5678`, `::1` → the address without its port. */
function stripPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop)
  if (bracketed) return bracketed[1] ?? ''
  const [address = '', , ...more] = hop.split(':')
  return more.length === 0 ? address : hop
}

function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const address = stripPort(text.trim())
  return ipaddr.isValid(address) ? ipaddr.process(address) : null
}

/**
 * Where the four octets of an IPv4 address stand in an IPv6 address that a translator or a tunnel made of it. Under such a
 * prefix everybody's upper 64 bits are the same, or all of them are one person's.
 */
const octetsAt = (first: number, second = first + 1, third = second + 1, fourth = third + 1) =>
  [first, second, third, fourth] as const
const last = octetsAt(12)

/** RFC 6052, 2.2: octet 8 is left out, and what comes after the address is zero. */
const translatedAt = (octets: readonly number[]) => {
  if (octets.slice(13).some(Boolean)) return last
  if (octets[12]) return octetsAt(9)
  return octets[11] ? octetsAt(7, 9) : octetsAt(6, 7, 9)
}

const embeddings: readonly {
  readonly prefix: readonly [ipaddr.IPv4 | ipaddr.IPv6, number]
  readonly at: (octets: readonly number[]) => readonly number[]
  /** Teredo writes the address inverted, so that no translator on the way takes it for one. */
  readonly isInverted?: true
}[] = [
  // IPv4-translated (RFC 2765). IPv4-mapped ones are IPv4 addresses already.
  { prefix: ipaddr.parseCIDR('::ffff:0:0:0/96'), at: () => last },
  // NAT64, the well-known prefix and the one for use inside a network (RFC 8215).
  { prefix: ipaddr.parseCIDR('64:ff9b::/96'), at: () => last },
  { prefix: ipaddr.parseCIDR('64:ff9b:1::/48'), at: translatedAt },
  // 6to4 (RFC 3056) and Teredo (RFC 4380).
  { prefix: ipaddr.parseCIDR('2002::/16'), at: () => octetsAt(2) },
  { prefix: ipaddr.parseCIDR('2001::/32'), at: () => last, isInverted: true },
]

/** The IPv4 address that stands for the same host; null where there is none. */
function embeddedIn(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | null {
  if (address.kind() === 'ipv4') return null
  const found = embeddings.find(({ prefix }) => address.match(prefix as [ipaddr.IPv6, number]))
  if (!found) return null
  const octets = address.toByteArray()
  const embedded = found.at(octets).map((index) => octets[index] ?? 0)
  return new ipaddr.IPv4(found.isInverted ? embedded.map((octet) => octet ^ 0xff) : embedded)
}

function canonical(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (address.kind() === 'ipv4') return address.toString()
  const network = (address as ipaddr.IPv6).parts.slice(0, 4)
  return `${new ipaddr.IPv6([...network, 0, 0, 0, 0]).toString()}/64`
}

const rememberedAddresses = 10_000

const nobody = (unknown: Unknown): ClientAddress => ({ address: null, site: null, unknown })

/** What a request shows of where it is from. */
export interface Shown {
  readonly remoteAddress: string | undefined
  readonly header: (name: string) => string | undefined
}

/** The text that the source says the address by, or why there is none. */
function textFrom(source: AddressSource, { remoteAddress, header }: Shown): string | { unknown: Unknown } {
  switch (source.from) {
    case 'socket':
      return remoteAddress ?? { unknown: 'no_connection' }
    case 'hops': {
      const entries = header('x-forwarded-for')?.split(',') ?? []
      return entries.at(-source.hops) ?? { unknown: 'too_few_entries' }
    }
    case 'front-door':
      if (!source.isOurFrontDoor(header('x-azure-fdid'))) return { unknown: 'not_by_our_front_door' }
      // Not X-Azure-ClientIP, which follows what a caller claims in X-Forwarded-For.
      return header('x-azure-socketip') ?? { unknown: 'front_door_said_nothing' }
  }
}

/**
 * Reads the client's address as the source says it, and nobody else: the connection; the n-th entry of `X-Forwarded-For` from
 * the right, which the outermost of our own proxies wrote (entries left of it are the client's own claims); or
 * `X-Azure-SocketIP` where the id of our Front Door came with it. What the source does not say is not guessed from another
 * one: that would be a proxy, and everybody behind it one caller.
 */
export function createReadClientAddress(source: AddressSource, sites: readonly TrustedSite[]) {
  const networks = sites.flatMap((site) =>
    site.networks.map((network) => ({ site, range: ipaddr.parseCIDR(network) })),
  )
  const remembered = new Map<string, ClientAddress>()

  const read = (text: string): ClientAddress => {
    const address = parse(text)
    if (!address) return nobody('not_an_address')
    const embedded = embeddedIn(address)
    const found = networks.find(({ range }) =>
      [address, embedded].some(
        (known) =>
          known?.kind() === range[0].kind() && known.match(range as [ipaddr.IPv4 & ipaddr.IPv6, number]),
      ),
    )
    return { address: canonical(embedded ?? address), site: found?.site ?? null }
  }

  return (shown: Shown): ClientAddress => {
    const text = textFrom(source, shown)
    if (typeof text !== 'string') return nobody(text.unknown)
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
