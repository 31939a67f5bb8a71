import type { AuditFilter, AuditPage, AuditPaging, AuditRecord } from '../ports/audit.ts'
import { decodeCursor, encodeCursor, InvalidCursor } from '../ports/cursor.ts'

/** A position in the order of lists, by time and id. */
export interface AuditPosition {
  readonly createdAt: string
  readonly id: string
}

const maxLooked = 5_000
const lookedAtOnce = 500

/** What an index leads to, and what is then looked at record by record. */
export function splitFilter({ from, until, ...filter }: AuditFilter): {
  readonly indexed: AuditFilter
  readonly isWanted: ((record: AuditRecord) => boolean) | null
} {
  const { actorId, resourceType, resourceId, eventType, outcome } = filter
  const times = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
  const by: AuditFilter =
    resourceType !== undefined && resourceId !== undefined
      ? { resourceType, resourceId }
      : actorId !== undefined
        ? { actorId }
        : eventType !== undefined
          ? { eventType }
          : outcome !== undefined && outcome !== 'success'
            ? { outcome }
            : {}
  const rest = Object.entries(filter).filter(([name, value]) => value !== undefined && !(name in by)) as [
    keyof typeof filter,
    string,
  ][]
  return {
    indexed: { ...by, ...times },
    isWanted: rest.length === 0 ? null : (record) => rest.every(([name, value]) => record[name] === value),
  }
}

function positionIn(cursor: string): AuditPosition {
  const [createdAt, id] = decodeCursor(cursor)
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt))) throw new InvalidCursor()
  return { createdAt, id }
}

const cursorAt = ({ createdAt, id }: AuditPosition): string => encodeCursor([createdAt, id])

/**
 * A page of what `read` answers in order, newest first. Throws `InvalidCursor` for a damaged `after`.
 */
export async function pageOfAudit(
  read: (
    indexed: AuditFilter,
    after: AuditPosition | undefined,
    limit: number,
  ) => Promise<readonly AuditRecord[]> | readonly AuditRecord[],
  filter: AuditFilter,
  { after, limit }: AuditPaging,
): Promise<AuditPage> {
  let position = after === undefined ? undefined : positionIn(after)
  const { indexed, isWanted } = splitFilter(filter)
  const items: AuditRecord[] = []
  const atOnce = isWanted ? lookedAtOnce : limit + 1
  for (let looked = 0; looked < maxLooked; looked += atOnce) {
    const records = await read(indexed, position, atOnce)
    for (const record of records) {
      if (items.length === limit) {
        const last = items.at(-1) as AuditRecord
        // Where looking goes on, not where the last one was found: between the two nothing is wanted.
        return { items, next: cursorAt(position ?? last) }
      }
      position = record
      if (!isWanted || isWanted(record)) items.push(record)
    }
    if (records.length < atOnce) return { items }
  }
  return position ? { items, next: cursorAt(position) } : { items }
}
