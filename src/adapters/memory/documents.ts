import type { Clock } from '../../ports/clock.ts'
import { type Cursor, decodeCursor, encodeCursor } from '../../ports/cursor.ts'
import {
  type AccessPath,
  type AnyCollection,
  checkSize,
  checkTransaction,
  DocumentExists,
  type DocumentStore,
  type Stored,
  VersionMismatch,
  valuesOf,
  type Write,
} from '../../ports/documents.ts'

interface Row {
  readonly json: string
  readonly version: string
  readonly expiresAt: number
}

type Partition = Map<string, Row>

/** UTF-16 order differs from code point order only where one side is a surrogate. */
function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) {
      const isSurrogateX = x >= 0xd800 && x <= 0xdfff
      const isSurrogateY = y >= 0xd800 && y <= 0xdfff
      return isSurrogateX === isSurrogateY ? x - y : isSurrogateX ? 1 : -1
    }
  }
  return a.length - b.length
}

const compare = (a: string | number, b: string | number): number =>
  typeof a === 'string' && typeof b === 'string' ? compareByCodePoint(a, b) : Number(a) - Number(b)

const comparePositions = (a: Cursor, b: Cursor): number => compare(a[0], b[0]) || compare(a[1], b[1])

export function createMemoryDocuments({ clock }: { readonly clock: Clock }): DocumentStore {
  const collections = new Map<string, Map<string, Partition>>()
  let writes = 0

  const partitionsOf = (c: AnyCollection) => {
    const partitions = collections.get(c.name) ?? new Map<string, Partition>()
    collections.set(c.name, partitions)
    return partitions
  }
  const partitionOf = (c: AnyCollection, name: string) => {
    const partitions = partitionsOf(c)
    const partition = partitions.get(name) ?? new Map<string, Row>()
    partitions.set(name, partition)
    return partition
  }
  const find = (partition: Partition, id: string) => {
    const row = partition.get(id)
    return row && row.expiresAt > clock.now() ? row : undefined
  }
  const load = (row: Row): Stored<any> => ({ value: JSON.parse(row.json), version: row.version })
  const put = (c: AnyCollection, partition: Partition, value: any): Stored<any> => {
    const expiry = c.ttl === undefined ? undefined : value[c.ttl]
    const row = {
      json: JSON.stringify(value),
      version: String(++writes),
      expiresAt: expiry === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiry),
    }
    partition.set(value.id, row)
    return load(row)
  }
  const apply = (c: AnyCollection, partition: Partition, write: Write<any>): Stored<any> | null => {
    if ('insert' in write) {
      if (find(partition, write.insert.id)) throw new DocumentExists(c.name)
      return put(c, partition, write.insert)
    }
    const row = find(partition, 'replace' in write ? write.replace.id : write.remove)
    if (!row || (write.version !== undefined && row.version !== write.version))
      throw new VersionMismatch(c.name)
    if ('replace' in write) return put(c, partition, write.replace)
    partition.delete(write.remove)
    return null
  }

  return {
    async read(c, key) {
      const row = find(partitionOf(c, key.partition), key.id)
      return row ? load(row) : null
    },
    async insert(c, value) {
      checkSize(c, [JSON.stringify(value)])
      return apply(c, partitionOf(c, String((value as any)[c.partition])), { insert: value }) as Stored<any>
    },
    async replace(c, value, version) {
      checkSize(c, [JSON.stringify(value)])
      const partition = partitionOf(c, String((value as any)[c.partition]))
      return apply(c, partition, { replace: value, version }) as Stored<any>
    },
    async remove(c, key, version) {
      const partition = partitionOf(c, key.partition)
      const row = find(partition, key.id)
      if (!row || (version !== undefined && row.version !== version)) return false
      return partition.delete(key.id)
    },
    async query(c, q) {
      const path = c.paths[q.path] as AccessPath<any>
      const sign = q.direction === 'desc' ? -1 : 1
      const after = q.after === undefined ? undefined : decodeCursor(q.after)
      const positionOf = ({ value }: Stored<any>): Cursor => [value[path.order], value.id]
      const partition = partitionOf(c, q.partition)
      const matches = [...partition.keys()]
        .flatMap((id) => find(partition, id) ?? [])
        .map(load)
        .filter(({ value }) => path.by.every((field) => value[field] === (q.equals as any)[field]))
        .filter((stored) => !after || sign * comparePositions(positionOf(stored), after) > 0)
        .sort((a, b) => sign * comparePositions(positionOf(a), positionOf(b)))
      const items = matches.slice(0, q.limit)
      const last = items.at(-1)
      return last && matches.length > items.length
        ? { items, next: encodeCursor(positionOf(last)) }
        : { items }
    },
    async transact(c, name, steps) {
      checkTransaction(c, name, steps)
      checkSize(c, valuesOf(steps))
      const partition = partitionOf(c, name)
      const before = new Map(partition)
      try {
        return steps.map((step) => apply(c, partition, step))
      } catch (error) {
        partitionsOf(c).set(name, before)
        throw error
      }
    },
    async scan(c, { after, limit = 100 } = {}) {
      const from = after === undefined ? undefined : decodeCursor(after)
      const rows = [...partitionsOf(c)]
        .flatMap(([name, partition]) =>
          [...partition.keys()].flatMap((id) => {
            const row = find(partition, id)
            return row ? [{ position: [name, id] as const, row }] : []
          }),
        )
        .filter(({ position }) => !from || comparePositions(position, from) > 0)
        .sort((a, b) => comparePositions(a.position, b.position))
      const page = rows.slice(0, limit)
      const items = page.map(({ row }) => load(row))
      const last = page.at(-1)
      return last && rows.length > page.length ? { items, next: encodeCursor(last.position) } : { items }
    },
  }
}
