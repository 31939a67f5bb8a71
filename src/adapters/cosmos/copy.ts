import type { Clock } from '../../ports/clock.ts'
import type { AnyCollection } from '../../ports/documents.ts'
import { CosmosFailure } from './client.ts'
import { expiryField, type Item, isExpired, keyOf, placed, type StoredItem, ttlOf } from './items.ts'
import { boundsOf, partitionField } from './layout.ts'
import { conflict, isDone, type Requests, rounds, unavailable, unknown } from './requests.ts'

const pageSize = 100
/** Asked at the same time. */
const atOnce = 10

type Movable = StoredItem & { readonly _ts: number }

export interface Copying {
  readonly from: Requests
  readonly to: Requests
  readonly clock: Clock
  /** Before each page. Throws when this is no longer ours to do. */
  readonly renew: () => Promise<void>
}

/** Brings what is where a collection was to where it is, and nothing else: the same documents by the same writes. */
export function createCopy({ from, to, clock, renew }: Copying, c: AnyCollection) {
  async function* pagesOf(requests: Requests): AsyncGenerator<readonly Movable[]> {
    const { prefix } = requests.layout(c)
    const partition = `c[${JSON.stringify(partitionField)}]`
    const [lowest, below] = prefix === undefined ? [] : boundsOf(prefix)
    const where = prefix === undefined ? '' : ` WHERE ${partition} >= @from AND ${partition} < @below`
    const parameters =
      prefix === undefined
        ? []
        : [
            { name: '@from', value: lowest as string },
            { name: '@below', value: below as string },
          ]
    let continuationToken: string | undefined
    do {
      const { status, answer } = await requests.ask(c, 'scan', () =>
        requests
          .containerOf(c)
          .items.query<Movable>(
            { query: `SELECT * FROM c${where}`, parameters },
            { maxItemCount: pageSize, ...(continuationToken === undefined ? {} : { continuationToken }) },
          )
          .fetchNext(),
      )
      if (!answer) throw unavailable(new CosmosFailure({ status }))
      yield answer.resources
      continuationToken = answer.continuationToken
    } while (continuationToken)
  }

  /** How many of them `work` has done something about. */
  async function each(
    pages: AsyncGenerator<readonly Movable[]>,
    work: (item: Movable) => Promise<boolean>,
  ): Promise<number> {
    let done = 0
    for await (const page of pages)
      for (let start = 0; start < page.length; start += atOnce) {
        await renew()
        const results = await Promise.all(page.slice(start, start + atOnce).map(work))
        done += results.filter(Boolean).length
      }
    return done
  }

  /** As it is now where it was, or null when it is nothing any more. */
  async function original(item: StoredItem): Promise<StoredItem | null> {
    const found = await from.find(c, keyOf(c, item))
    return found && !isExpired(found, clock.now()) ? found : null
  }

  function inItsPlace(item: StoredItem): Item {
    const { _etag, _ts, _rid, _self, _attachments, ...kept } = item as StoredItem & Record<string, unknown>
    const expiresAt = item[expiryField]
    return placed(to.layout(c), c, {
      ...(kept as Item),
      // It counts from the last write, which is this one.
      ...(expiresAt === undefined ? {} : { ttl: ttlOf(expiresAt, clock.now()) }),
    })
  }

  /** Whether there was something to write. */
  async function bring(scanned: StoredItem): Promise<boolean> {
    let item: StoredItem | null = isExpired(scanned, clock.now()) ? null : scanned
    for (let round = 1; round <= rounds; round++) {
      if (!item) return false
      const current: StoredItem = item
      const made = await to.ask(c, 'insert', () => to.containerOf(c).items.create(inItsPlace(current)))
      if (isDone(made.status)) return true
      if (made.status !== conflict) throw unavailable(new CosmosFailure(made))
      const there = await to.find(c, keyOf(c, current))
      if (there?._write === current._write) return made.isRepeated
      // What was scanned may be older than what somebody has brought since.
      item = await original(current)
      if (!item || !there) continue
      if (there._write === item._write) return false
      const newer = item
      const condition = { accessCondition: { type: 'IfMatch', condition: there._etag } }
      const put = await to.ask(c, 'replace', () =>
        to.itemAt(c, keyOf(c, newer)).replace(inItsPlace(newer), condition),
      )
      if (isDone(put.status)) return true
    }
    throw unknown()
  }

  /** Whether it was there and is nothing where it came from. */
  async function takeAway(item: StoredItem): Promise<boolean> {
    if (isExpired(item, clock.now()) || (await original(item))) return false
    const condition = { accessCondition: { type: 'IfMatch', condition: item._etag } }
    const { status } = await to.ask(c, 'remove', () => to.itemAt(c, keyOf(c, item)).delete(condition))
    return isDone(status)
  }

  const copy = async () => ({
    written: await each(pagesOf(from), bring),
    removed: await each(pagesOf(to), takeAway),
  })

  /** How many were written where they came from, at `seconds` or later, and are not here. */
  const writtenSince = (seconds: number) =>
    each(pagesOf(from), async (item) => {
      if (item._ts < seconds || isExpired(item, clock.now())) return false
      return (await to.find(c, keyOf(c, item)))?._write !== item._write
    })

  return Object.assign(copy, { writtenSince })
}
