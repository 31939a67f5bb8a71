import type { AuditEntry, AuditOutcome } from '../../../ports/audit.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Keys } from '../keys/keys.ts'

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

/** Coarse on purpose: enough to see that a script logged in, not enough to single out a person. */
function classOf(userAgent: string | null): string | null {
  if (userAgent === null) return null
  if (/bot|crawl|spider/i.test(userAgent)) return 'bot'
  if (/mobile|android|iphone|ipad/i.test(userAgent)) return 'mobile'
  return /mozilla/i.test(userAgent) ? 'browser' : 'script'
}

/** Stands for whoever was not signed in, and for what nobody asked for. */
export const anonymous = 'anonymous'
export const system = 'system'

/**
 * Writes what happened into the audit log. Resolves when it is durable; a failure fails the use case. `entryOf` is for
 * a store whose writes take the entry along.
 */
export function createRecording(
  { audit, clock, ids }: Needs<'audit' | 'clock' | 'ids'>,
  { keys }: { readonly keys: Pick<Keys, 'pseudonym'> },
) {
  /** `caller` is null for a job. */
  const entryOf = async (caller: Caller | null, occurrence: Occurrence): Promise<AuditEntry> => {
    const address = caller?.address ?? null
    return {
      id: ids.next(),
      eventType: occurrence.event,
      actorId: occurrence.actorId ?? anonymous,
      onBehalfOf: null,
      resourceType: occurrence.resource.type,
      resourceId: occurrence.resource.id,
      outcome: occurrence.outcome ?? 'success',
      reason: occurrence.reason ?? null,
      requestId: caller?.requestId ?? null,
      sessionId: occurrence.sessionId ?? null,
      ipHmac: address === null ? null : await keys.pseudonym('address', address),
      userAgentClass: classOf(caller?.userAgent ?? null),
      changedFields: occurrence.changedFields ?? [],
      createdAt: new Date(clock.now()).toISOString(),
    }
  }
  const record = async (caller: Caller | null, occurrence: Occurrence): Promise<void> =>
    audit.append(await entryOf(caller, occurrence))
  return { record, entryOf }
}

export type Recording = ReturnType<typeof createRecording>
