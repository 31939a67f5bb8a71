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
}

export interface AuditPage {
  readonly items: readonly AuditRecord[]
  readonly next?: string
}

export type AuditVerification =
  | { readonly intact: true; readonly records: number; readonly heads: Readonly<Record<string, string>> }
  | {
      readonly intact: false
      readonly firstBroken: { readonly partition: string; readonly sequence: number }
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
  /** The entries of one actor, newest first; a damaged `after` throws `InvalidCursor`. `limit` 1 to 1,000. */
  listByActor(
    actorId: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<AuditPage>
  /** The same for the entries about one thing, whoever did it. */
  listByResource(
    resource: { readonly type: string; readonly id: string },
    options: { readonly after?: string; readonly limit: number },
  ): Promise<AuditPage>
  /** Recomputes every hash. Finds an altered, added, removed or reordered record; keep `heads` elsewhere to find a cut tail. */
  verify(): Promise<AuditVerification>
}

/** The hash before the first record of a partition. */
export const genesisHash = (partition: string): string => `genesis:${partition}`

export const auditPartition = (entry: AuditEntry): string => entry.createdAt.slice(0, 7)

/** The text whose SHA-256 (in hex) is a record's hash. The order of the fields is fixed for ever. */
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
