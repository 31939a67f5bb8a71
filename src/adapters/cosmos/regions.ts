import { type Clock, isRecent, stillLasts } from '../../ports/clock.ts'

/*
 * Which region of the account is asked. The SDK would learn of another one by a timer that workerd does not allow, or
 * from an answer; when a region says nothing it stays where it is. Here every request looks for itself, and nobody waits for
 * what another has asked: workerd gives no request the answer of another's.
 */

/** How long one that did not answer is left alone. Then one request finds out, while the others go elsewhere. */
const shunnedMs = 5_000
/** How long one that refused a write is no place for writes. Before a region takes over it refuses them. */
const refusedMs = 1_000
/** How old what is known of the account may become, and how soon it is asked for again when something is wrong. */
const learnedForMs = 5 * 60_000
const askedAgainMs = 5_000

export type Purpose = 'read' | 'fresh read' | 'write' | 'account'

interface Region {
  readonly name: string
  readonly origin: string
}

/** What the account says of its regions, in its order. */
interface Known {
  readonly writers: readonly Region[]
  readonly readers: readonly Region[]
  readonly hasManyWriters: boolean
}

interface Trouble {
  readonly until: number
  /** Nothing came until time was up: to ask again costs as long. */
  readonly isSlow: boolean
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Where the service has a region of an account: `https://name.documents.azure.com` is `https://name-eastus.…` in East US. */
export function regionalOrigin(origin: string, region: string): string | undefined {
  const { protocol, hostname, port } = new URL(origin)
  const [account, ...domain] = hostname.split('.')
  if (domain.length < 2 || /^[\d.]+$/.test(hostname)) return undefined
  return `${protocol}//${account}-${plainName(region)}.${domain.join('.')}${port && `:${port}`}`
}

export interface RegionsOptions {
  /** The account's own, which leads to whatever region takes writes. */
  readonly endpoint: string
  /** Names of regions, nearest first: where reads go. The region that takes writes when absent. */
  readonly preferred?: readonly string[] | undefined
  readonly clock: Clock
}

export function createRegions({ endpoint, preferred = [], clock }: RegionsOptions) {
  const { origin: home, protocol } = new URL(endpoint)
  let known: Known | undefined
  /** Took a write last, whatever the account said. */
  let writer: string | undefined
  const troubles = new Map<string, Trouble>()
  /** Until when each is no place for writes. */
  const refusals = new Map<string, number>()
  /** When each was asked last, in the order of asking. */
  const turns = new Map<string, number>()
  let turn = 0
  let learnAfter = { at: Number.NEGATIVE_INFINITY, ms: 0 }

  const isTroubled = (origin: string): boolean => {
    const trouble = troubles.get(origin)
    return trouble !== undefined && stillLasts(trouble.until, shunnedMs, clock.now())
  }
  const isRefusing = (origin: string, purpose: Purpose): boolean =>
    (purpose === 'write' || purpose === 'fresh read') &&
    stillLasts(refusals.get(origin) ?? 0, refusedMs, clock.now())

  /** Every place that may do, the best first. */
  function candidates(purpose: Purpose): readonly string[] {
    const guessed = preferred.flatMap((name) => regionalOrigin(home, name) ?? [])
    if (!known) return [...new Set([...(writer === undefined ? [] : [writer]), home, ...guessed])]
    const [writers, readers] = [known.writers, known.readers].map((regions) =>
      regions.map(({ origin }) => origin),
    ) as [string[], string[]]
    if (purpose === 'account') return [...new Set([home, ...writers, ...readers])]
    // An ETag that another region may still undo is no ETag.
    if (purpose !== 'read' && known.hasManyWriters) return [...new Set([...writers.slice(0, 1), home])]
    const writing = [...(writer === undefined ? [] : [writer]), ...writers]
    const { readers: regions } = known
    const near = preferred.flatMap(
      (name) => regions.find((region) => plainName(region.name) === plainName(name))?.origin ?? [],
    )
    return [...new Set([...(purpose === 'read' ? near : []), ...writing, ...readers, home])]
  }

  const isWell = (origin: string, purpose: Purpose): boolean =>
    !isTroubled(origin) && !isRefusing(origin, purpose)

  /** When nobody is well: each in turn, those last whose silence costs most. */
  const leastHopeless = (origins: readonly string[]): string | undefined => {
    const rank = (origin: string) => (isTroubled(origin) && troubles.get(origin)?.isSlow ? 1 : 0)
    return origins.toSorted((a, b) => rank(a) - rank(b) || (turns.get(a) ?? 0) - (turns.get(b) ?? 0))[0]
  }

  const learnSoon = (): void => {
    learnAfter = { ...learnAfter, ms: Math.min(learnAfter.ms, askedAgainMs) }
  }

  return {
    /** Where a request goes now. */
    choose(purpose: Purpose): string {
      const origins = candidates(purpose)
      const origin = origins.find((each) => isWell(each, purpose)) ?? leastHopeless(origins) ?? home
      turns.set(origin, ++turn)
      const trouble = troubles.get(origin)
      // Whoever comes meanwhile goes elsewhere.
      if (trouble) troubles.set(origin, { ...trouble, until: clock.now() + shunnedMs })
      return origin
    },
    /** Whether one that is well can be asked instead. The endpoint of the account leads to one of them. */
    hasOther: (purpose: Purpose): boolean =>
      candidates(purpose).some((each) => each !== home && isWell(each, purpose)),
    answered(origin: string, purpose: Purpose): void {
      troubles.delete(origin)
      if (purpose !== 'write') return
      refusals.delete(origin)
      writer = origin
    },
    /** It did not answer, or said that it cannot. */
    failed(origin: string, { isSlow }: { readonly isSlow: boolean }): void {
      troubles.set(origin, { until: clock.now() + shunnedMs, isSlow })
      learnSoon()
    },
    /** It reads, and no longer writes. */
    refusedWrite(origin: string): void {
      troubles.delete(origin)
      refusals.set(origin, clock.now() + refusedMs)
      if (writer === origin) writer = undefined
      learnSoon()
    },
    /** True for one request at a time: whose turn it is to ask for the account. */
    mustLearn(): boolean {
      const now = clock.now()
      if (isRecent(learnAfter.at, learnAfter.ms, now)) return false
      learnAfter = { at: now, ms: askedAgainMs }
      return true
    },
    /** Takes what an account says of itself, the body of `GET /`. */
    learn(text: string | null | undefined): void {
      const account = JSON.parse(text || '{}') as Readonly<Record<string, unknown>>
      const regionsIn = (field: string): readonly Region[] => {
        const listed = Array.isArray(account[field]) ? (account[field] as Record<string, unknown>[]) : []
        return listed.flatMap(({ name, databaseAccountEndpoint: at }) => {
          if (typeof name !== 'string' || typeof at !== 'string' || !URL.canParse(at)) return []
          const url = new URL(at)
          // What is signed is not sent in clear because somebody said so.
          return url.protocol === protocol ? [{ name, origin: url.origin }] : []
        })
      }
      const [writers, readers] = [regionsIn('writableLocations'), regionsIn('readableLocations')]
      if (writers.length === 0) return
      const hasMoved = writers[0]?.origin !== known?.writers[0]?.origin
      if ((known && hasMoved) || writer === home) writer = undefined
      known = { writers, readers, hasManyWriters: account['enableMultipleWriteLocations'] === true }
      learnAfter = { at: clock.now(), ms: learnedForMs }
    },
  }
}

export type Regions = ReturnType<typeof createRegions>
