import type { AuditOutcome } from '../../ports/audit.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Caller } from '../actor.ts'
import type { Vault } from '../vault/vault.ts'

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

/** Writes what happened into the audit log. Resolves when it is durable; a failure fails the use case. */
export function createTrail({ audit, clock, ids }: Needs<'audit' | 'clock' | 'ids'>, vault: Vault) {
  return async (caller: Caller, occurrence: Occurrence): Promise<void> => {
    await audit.append({
      id: ids.next(),
      eventType: occurrence.event,
      actorId: occurrence.actorId,
      onBehalfOf: null,
      resourceType: occurrence.resource.type,
      resourceId: occurrence.resource.id,
      outcome: occurrence.outcome ?? 'success',
      reason: occurrence.reason ?? null,
      requestId: caller.requestId,
      sessionId: occurrence.sessionId ?? null,
      ipHmac: caller.address === null ? null : await vault.pseudonym('address', caller.address),
      userAgentClass: classOf(caller.userAgent),
      changedFields: occurrence.changedFields ?? [],
      createdAt: new Date(clock.now()).toISOString(),
    })
  }
}

export type Trail = ReturnType<typeof createTrail>
