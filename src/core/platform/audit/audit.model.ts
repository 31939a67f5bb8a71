import type { AuditEntry, AuditOutcome } from '../../../ports/audit.ts'
import type { Caller } from '../../kernel/actor.ts'

export interface Occurrence {
  /** `domain.verb` */
  readonly event: string
  readonly actorId: string | null
  readonly sessionId?: string
  readonly resource: { readonly type: string; readonly id: string | null }
  readonly outcome?: AuditOutcome
  /** A code, never prose. */
  readonly reason?: string
  readonly changedFields?: readonly string[]
}

/** Stands for whoever was not signed in, and for what nobody asked for. */
export const anonymous = 'anonymous'
export const system = 'system'

/**
 * Writes what happened into the audit log. Resolves when it is durable; a failure fails the use case. `caller` is null for a
 * job. `entryOf` is for a store whose writes take the entry along.
 */
export interface Recording {
  readonly record: (caller: Caller | null, occurrence: Occurrence) => Promise<void>
  readonly entryOf: (caller: Caller | null, occurrence: Occurrence) => Promise<AuditEntry>
}
