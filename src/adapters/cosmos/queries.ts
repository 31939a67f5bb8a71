import type { SqlQuerySpec } from '@azure/cosmos'
import type { Clock } from '../../ports/clock.ts'
import { decodeCursor, encodeCursor, InvalidCursor } from '../../ports/cursor.ts'
import type { AccessPath, AnyCollection, DocumentStore, Stored } from '../../ports/documents.ts'
import type { PortUnavailable } from '../../ports/unavailable.ts'
import { CosmosFailure } from './client.ts'
import { orderOf } from './containers.ts'
import { expiryField, idField, type StoredItem, storedOf } from './items.ts'
import { boundsOf, partitionField } from './layout.ts'
import { badRequest, type Requests, unavailable } from './requests.ts'

const field = (name: string): string => `c[${JSON.stringify(name)}]`
const live = `(NOT IS_DEFINED(${field(expiryField)}) OR ${field(expiryField)} > @now)`

/** Lists: along a declared path in one partition, and through everything. */
export function createQueries(
  { addressIn, ask, containerOf, layout }: Requests,
  clock: Clock,
): Pick<DocumentStore, 'query' | 'scan'> {
  const queryOf = (c: AnyCollection, conditions: readonly string[], order: string): string =>
    ['SELECT * FROM c', [...conditions, ...(c.ttl === undefined ? [] : [live])].join(' AND '), order]
      .map((part, i) => (i === 1 && part ? `WHERE ${part}` : part))
      .filter(Boolean)
      .join(' ')
  const nowOf = (c: AnyCollection) => (c.ttl === undefined ? [] : [{ name: '@now', value: clock.now() }])
  /** Of a container of several collections, those items that are of this one. */
  const partOf = (c: AnyCollection) => {
    const { prefix } = layout(c)
    const [from, below] = prefix === undefined ? [] : boundsOf(prefix)
    const partition = field(partitionField)
    return from === undefined
      ? { conditions: [], parameters: [] }
      : {
          conditions: [`${partition} >= @from`, `${partition} < @below`],
          parameters: [
            { name: '@from', value: from },
            { name: '@below', value: below as string },
          ],
        }
  }
  const load = (item: StoredItem): Stored<any> => storedOf(item, item._etag)

  return {
    async query(c, q) {
      const path = c.paths[q.path] as AccessPath<any>
      const order = orderOf(path)
      const [beyond, direction] = q.direction === 'desc' ? ['<', 'DESC'] : ['>', 'ASC']
      const after = q.after === undefined ? undefined : decodeCursor(q.after)
      const [by, id] = [field(String(path.order)), field(idField)]
      const spec: SqlQuerySpec = {
        query: queryOf(
          c,
          [
            ...path.by.map((name, i) => `${field(String(name))} = @equal${i}`),
            // The order of the last row stands by itself, as a bound of the index: in an alternative it might be none.
            ...(after ? [`${by} ${beyond}= @order`, `(${by} ${beyond} @order OR ${id} ${beyond} @id)`] : []),
          ],
          `ORDER BY ${order.map((name) => `${field(name)} ${direction}`).join(', ')}`,
        ),
        parameters: [
          ...path.by.map((name, i) => ({
            name: `@equal${i}`,
            value: (q.equals as Record<string, string | number>)[String(name)] as string | number,
          })),
          ...(after
            ? [
                { name: '@order', value: after[0] },
                { name: '@id', value: after[1] },
              ]
            : []),
          ...nowOf(c),
        ],
      }
      const { partition } = addressIn(c, { partition: q.partition, id: '' })
      const rows: StoredItem[] = []
      let continuationToken: string | undefined
      do {
        const { status, answer } = await ask(c, 'query', () =>
          containerOf(c)
            .items.query<StoredItem>(spec, {
              partitionKey: partition,
              maxItemCount: q.limit + 1 - rows.length,
              ...(continuationToken === undefined ? {} : { continuationToken }),
            })
            .fetchNext(),
        )
        if (!answer?.resources) throw unavailable(new CosmosFailure({ status }))
        rows.push(...answer.resources)
        continuationToken = answer.continuationToken
      } while (rows.length <= q.limit && continuationToken)
      const items = rows.slice(0, q.limit).map(load)
      const last = items.at(-1)
      return last && rows.length > q.limit
        ? { items, next: encodeCursor([last.value[path.order], last.value.id]) }
        : { items }
    },
    async scan(c, { after, limit = 100 } = {}) {
      const continuationToken = after === undefined ? undefined : String(decodeCursor(after)[0])
      const { conditions, parameters } = partOf(c)
      const { status, answer } = await ask(c, 'scan', () =>
        containerOf(c)
          .items.query<StoredItem>(
            { query: queryOf(c, conditions, ''), parameters: [...parameters, ...nowOf(c)] },
            {
              maxItemCount: limit,
              // What the cursor of a list may be is more than such a token becomes.
              continuationTokenLimitInKB: 1,
              ...(continuationToken === undefined ? {} : { continuationToken }),
            },
          )
          .fetchNext(),
      ).catch((error: PortUnavailable) => {
        const isOfToken = after !== undefined && (error.cause as CosmosFailure).status === badRequest
        throw isOfToken ? new InvalidCursor() : error
      })
      if (!answer?.resources) throw unavailable(new CosmosFailure({ status }))
      const items = answer.resources.map(load)
      const { continuationToken: next } = answer
      return next ? { items, next: encodeCursor([next, '']) } : { items }
    },
  }
}
