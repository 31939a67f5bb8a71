import type { AuditEntry } from '../../../ports/audit.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import type { Keys } from '../keys/keys.ts'
import { anonymous, type Occurrence, type Recording } from './audit.model.ts'

/** Coarse on purpose: enough to see that a script logged in, not enough to single out a person. */
function classOf(userAgent: string | null): string | null {
  if (userAgent === null) return null
  if (/bot|crawl|spider/i.test(userAgent)) return 'bot'
  if (/mobile|android|iphone|ipad/i.test(userAgent)) return 'mobile'
  return /mozilla/i.test(userAgent) ? 'browser' : 'script'
}

export function createRecording(
  { audit, clock, ids }: Needs<'audit' | 'clock' | 'ids'>,
  { keys }: { readonly keys: Pick<Keys, 'pseudonym'> },
): Recording {
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
