export type AuditOutcome = 'success' | 'failure' | 'denied'

/** One thing that happened. Ids and names of fields, never values, never anything a person typed. */
export interface AuditEntry {
  readonly id: string
  /** `domain.verb`, such as `user.login`. */
  readonly eventType: string
  /** Who did it: a user id, `service:` and its id, `anonymous` when nobody was signed in, `system` for a job. */
  readonly actorId: string
  readonly onBehalfOf: string | null
  readonly resourceType: string
  readonly resourceId: string | null
  readonly outcome: AuditOutcome
  /** A code, never prose. */
  readonly reason: string | null
  readonly requestId: string | null
  readonly sessionId: string | null
  readonly ipHmac: string | null
  /** Coarse: `browser`, `mobile`, `script` … */
  readonly userAgentClass: string | null
  readonly changedFields: readonly string[]
  /** ISO time in UTC. */
  readonly createdAt: string
}

/** An entry in its place in the chain. */
export interface AuditRecord extends AuditEntry {
  /** The chain it belongs to: the UTC month of `createdAt`, so that a month past its retention can go whole. */
  readonly partition: string
  /** 1, 2, 3 … in its partition, without gaps. */
  readonly sequence: number
  readonly previousHash: string
  readonly hash: string
  /** The key that `hash` was made with; null for a record from before there were keys. */
  readonly keyId: string | null
}

export interface AuditPage {
  readonly items: readonly AuditRecord[]
  readonly next?: string
}

/** A record and all before it in its partition, by its hash. */
export interface AuditHead {
  readonly partition: string
  readonly sequence: number
  readonly hash: string
}

/** A head that was kept elsewhere. `sequence` is null where only a month and its last hash were written down. */
export type KeptHead = Omit<AuditHead, 'sequence'> & { readonly sequence: number | null }

/**
 * `altered`: a record says something else than it was written with. `missing`: one was taken out, or put elsewhere.
 * `inserted`: one stands where none was written. `wrong_month`: it stands in another month than it happened in. `unkeyed`:
 * it was written without the key. `unknown_key`: nobody here has its key. `month_gone`: a whole month is not there.
 * `cut_off`: the end of a month is not there. `replaced`: another record stands where a head was kept. `unprotected`: the
 * table itself no longer refuses changes. `index`: looking up shows other records than there are.
 */
export type AuditDamageKind =
  | 'altered'
  | 'missing'
  | 'inserted'
  | 'wrong_month'
  | 'unkeyed'
  | 'unknown_key'
  | 'month_gone'
  | 'cut_off'
  | 'replaced'
  | 'unprotected'
  | 'index'

export interface AuditDamage {
  readonly kind: AuditDamageKind
  /** Where, as far as it has a place. */
  readonly partition: string | null
  readonly sequence: number | null
}

export interface AuditVerification {
  readonly intact: boolean
  readonly records: number
  /** One for each month, oldest first. */
  readonly heads: readonly AuditHead[]
  /** The first hundred, in the order of the log. */
  readonly damages: readonly AuditDamage[]
}

/** All that is given has to be so. Times are ISO in UTC. */
export interface AuditFilter {
  readonly actorId?: string
  readonly resourceType?: string
  readonly resourceId?: string
  readonly eventType?: string
  readonly outcome?: AuditOutcome
  /** Not before. */
  readonly from?: string
  /** Before. */
  readonly until?: string
}

export interface AuditPaging {
  readonly after?: string
  /** 1 to 1,000. */
  readonly limit: number
}

/**
 * The memory of who did what. Append only: there is no way to change or remove a record, and the store refuses if
 * somebody tries around this port. Concurrent appends are each given their own place in the chain.
 *
 * A log that cannot answer throws `PortUnavailable('audit')`.
 */
export interface AuditLog {
  /** Durable when it resolves; the entry is taken as it was when asked. Appending an id that is already there changes nothing. */
  append(entry: AuditEntry): Promise<void>
  /**
   * Newest first; a damaged `after` throws `InvalidCursor`. By actor, by thing, by event, by an outcome other than success
   * and by time it costs what it answers; of what is asked beside that it looks at some thousand records at most for one
   * page, which may then hold fewer than its limit, or nothing, and still have a next one.
   */
  list(filter: AuditFilter, paging: AuditPaging): Promise<AuditPage>
  /** The entries of one actor. */
  listByActor(actorId: string, paging: AuditPaging): Promise<AuditPage>
  /** The entries about one thing, whoever did it. */
  listByResource(
    resource: { readonly type: string; readonly id: string },
    paging: AuditPaging,
  ): Promise<AuditPage>
  /** The newest record of each month, oldest month first. Cheap, and takes the store at its word. */
  heads(): Promise<readonly AuditHead[]>
  /**
   * Recomputes every hash and compares what the log says of itself. `against`: heads kept elsewhere; a log that only grew
   * since then has them all.
   */
  verify(against?: readonly KeptHead[]): Promise<AuditVerification>
}

/** The hash before the first record of a partition. */
export const genesisHash = (partition: string): string => `genesis:${partition}`

export const auditPartition = (entry: AuditEntry): string => entry.createdAt.slice(0, 7)

/** Records of heads: the entries of this event name them in `changedFields`, as `headText` writes them. */
export const anchoredEvent = 'audit.anchor'

export const headText = ({ partition, sequence, hash }: AuditHead): string =>
  `${partition} ${sequence} ${hash}`

/** What `headText` wrote; null for anything else. */
export function readHead(text: string): AuditHead | null {
  const [, partition, sequence, hash] = /^(\d{4}-\d\d) ([1-9]\d*) ([\da-f]{64})$/.exec(text) ?? []
  return partition && sequence && hash ? { partition, sequence: Number(sequence), hash } : null
}

/** The text whose HMAC (in hex) is a record's hash; before there were keys, its SHA-256. The order of the fields is fixed for ever. */
export const auditChainText = (entry: AuditEntry, sequence: number, previousHash: string): string =>
  JSON.stringify([
    previousHash,
    sequence,
    entry.id,
    entry.eventType,
    entry.actorId,
    entry.onBehalfOf,
    entry.resourceType,
    entry.resourceId,
    entry.outcome,
    entry.reason,
    entry.requestId,
    entry.sessionId,
    entry.ipHmac,
    entry.userAgentClass,
    entry.changedFields,
    entry.createdAt,
  ])
