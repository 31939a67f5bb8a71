import { anchoredEvent, headText, type KeptHead, readHead } from '../../../ports/audit.ts'
import type { AuditKeys } from '../../../ports/audit-keys.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'
import { system } from './audit.model.ts'

/** Heads of the log on one day, as they are kept outside: one line of JSON. */
export interface Anchor {
  /** ISO day in UTC. */
  readonly day: string
  /** As `headText` writes them, joined by `; `: a line of the log holds no lists. */
  readonly heads: string
  readonly keyId: string
  /** HMAC-SHA-256 in hex, under that key, of what `signedText` makes of the rest. */
  readonly signature: string
}

const signedText = ({ day, heads }: Pick<Anchor, 'day' | 'heads'>): string =>
  `audit anchor ${JSON.stringify([day, heads])}`

async function sign(keys: AuditKeys, day: string, heads: string): Promise<Anchor> {
  const key = await keys.active()
  return { day, heads, keyId: key.id, signature: key.mac(signedText({ day, heads })) }
}

function isAnchor(value: unknown): value is Anchor {
  const { day, heads, keyId, signature } = (value ?? {}) as Partial<Record<keyof Anchor, unknown>>
  return [day, heads, keyId, signature].every((each) => typeof each === 'string')
}

export class ForgedAnchor extends Error {
  override readonly name = 'ForgedAnchor'
  constructor(day: string) {
    super(`the anchor of ${day} was not written by this deployment, or was changed since`)
  }
}

/**
 * The heads in what was kept: lines that `audit:verify` printed, lines of the log, or anchors. Other lines say nothing.
 * Throws `ForgedAnchor` for an anchor whose signature is not of its key.
 */
export async function readAnchors(text: string, keys: AuditKeys): Promise<readonly KeptHead[]> {
  const found: KeptHead[] = []
  for (const line of text.split('\n').map((each) => each.trim())) {
    const head = readHead(line)
    const [, partition, hash] = /^(\d{4}-\d\d) ([\da-f]{64})$/.exec(line) ?? []
    if (head) found.push(head)
    else if (partition && hash) found.push({ partition, sequence: null, hash })
    if (!line.startsWith('{')) continue
    let parsed: unknown
    try {
      parsed = JSON.parse(line)
    } catch {
      continue
    }
    if (!isAnchor(parsed)) continue
    const key = await keys.byId(parsed.keyId)
    if (!key || key.mac(signedText(parsed)) !== parsed.signature) throw new ForgedAnchor(parsed.day)
    found.push(
      ...parsed.heads
        .split('; ')
        .map(readHead)
        .filter((each) => each !== null),
    )
  }
  return found
}

/**
 * Once a day the heads of all months are written into the log itself, where the next records vouch for them, and outside
 * of it: as a signed line of the program's log, and where anchors are kept.
 */
export function createAnchoring({
  audit,
  auditAnchors,
  auditKeys,
  clock,
  log,
}: Needs<'audit' | 'auditAnchors' | 'auditKeys' | 'clock' | 'log'>): { readonly jobs: readonly Job[] } {
  async function anchor(): Promise<void> {
    const now = new Date(clock.now()).toISOString()
    const day = now.slice(0, 10)
    const known = await audit.listByResource({ type: 'audit', id: day }, { limit: 1 })
    const heads = known.items[0]?.changedFields ?? (await audit.heads()).map(headText)
    if (heads.length === 0) return
    const signed = await sign(auditKeys, day, heads.join('; '))
    if (known.items.length === 0) {
      await audit.append({
        // The same in every process: the first one counts.
        id: `audit-anchor-${day}`,
        eventType: anchoredEvent,
        actorId: system,
        onBehalfOf: null,
        resourceType: 'audit',
        resourceId: day,
        outcome: 'success',
        reason: null,
        requestId: null,
        sessionId: null,
        ipHmac: null,
        userAgentClass: null,
        changedFields: heads,
        createdAt: now,
      })
      log.info('audit_anchored', { ...signed })
    }
    await auditAnchors?.keep(day, `${JSON.stringify(signed)}\n`)
  }
  // Once an hour, so that a day whose first run was cut off is made up for.
  return { jobs: [{ name: 'anchor-audit', everyMs: 60 * 60_000, run: anchor }] }
}
