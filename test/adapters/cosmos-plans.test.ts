import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCosmosClient } from '../../src/adapters/cosmos/client.ts'
import { createCosmosDocuments } from '../../src/adapters/cosmos/documents.ts'
import { createMemoryLog } from '../../src/adapters/memory/log.ts'
import { collections } from '../../src/app/domains.ts'
import { encodeCursor } from '../../src/ports/cursor.ts'
import type { AccessPath, AnyCollection, DocumentStore } from '../../src/ports/documents.ts'
import { startProvisionedCosmos } from '../stand-ins/provisioned-cosmos.ts'

/*
 * As sqlite-plans.test.ts asks SQLite for its plan: how many documents a page looks at, as the stand-in counts them. It knows
 * of no bound but one that stands by itself.
 */

const many = 60
const limit = 5
let standIn: Awaited<ReturnType<typeof startProvisionedCosmos>>
let documents: DocumentStore
const clients: { dispose(): void }[] = []

beforeAll(async () => {
  standIn = await startProvisionedCosmos()
  const { endpoint, key, environment } = standIn
  const client = createCosmosClient({ endpoint, key })
  clients.push(client)
  const database = client.database(environment.COSMOS_DATABASE)
  documents = createCosmosDocuments({ database, clock: { now: () => 0 }, log: createMemoryLog() })
})
afterAll(async () => {
  for (const client of clients) client.dispose()
  await standIn.close()
})

const pathsOf = (c: AnyCollection) => Object.entries(c.paths as Record<string, AccessPath<any>>)
const paths = collections.flatMap((c: AnyCollection) =>
  pathsOf(c).map(([name, path]) => ({ collection: c, name, path, title: c.name })),
)

test.each(paths)('a page of $title along $name looks at what it shows, wherever it begins', async (of) => {
  const { collection, path, name } = of
  const [order, partitionField] = [String(path.order), String(collection.partition)]
  const partition = `partition of ${name}`
  const fields = [...new Set(pathsOf(collection).flatMap(([, each]) => [...each.by, each.order].map(String)))]
  const equals = Object.fromEntries(path.by.map((by) => [String(by), 'same']))
  const orderOf = (i: number) => (order === 'id' ? idOf(i) : `order ${String(i).padStart(3, '0')}`)
  const idOf = (i: number) => `${name}-${String(i).padStart(3, '0')}`
  const rows = Array.from({ length: many }, (_, i) => ({
    ...Object.fromEntries(fields.map((field) => [field, `${field} ${i}`])),
    ...equals,
    [order]: orderOf(i),
    [partitionField]: partition,
    id: idOf(i),
  }))
  for (let first = 0; first < many; first += 50)
    await documents.transact(
      collection,
      partition,
      rows.slice(first, first + 50).map((insert) => ({ insert })),
    )
  for (const direction of ['asc', 'desc'] as const)
    for (const from of [undefined, many / 2, direction === 'asc' ? many - 10 : 9]) {
      const before = standIn.answered.length
      const page = await documents.query(collection, {
        path: name,
        partition,
        equals,
        direction,
        limit,
        ...(from === undefined ? {} : { after: encodeCursor([orderOf(from), idOf(from)]) }),
      } as never)
      const begins =
        from === undefined ? (direction === 'asc' ? 0 : many - 1) : from + (direction === 'asc' ? 1 : -1)
      const shown = Array.from({ length: limit }, (_, i) => idOf(begins + (direction === 'asc' ? i : -i)))
      expect(page.items.map(({ value }) => value.id)).toEqual(shown)
      const scanned = standIn.answered.slice(before).map((each) => each.scanned)
      // One more than the page, to know whether there is more; and where it goes on, the row it goes on from.
      expect(scanned.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(limit + 2)
    }
})
