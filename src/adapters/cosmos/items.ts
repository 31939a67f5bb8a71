import { encodeBase64url } from '../../ports/base64url.ts'
import { type AnyCollection, checkSize, type Key, type Stored } from '../../ports/documents.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { type Place, partitionField } from './layout.ts'
import { searchFieldsOf } from './listed-words.ts'

/*
 * A document is stored as an item with the same fields, and a few more: the service's own begin with an underscore or
 * are called `ttl`, and so are ours.
 */

/** The document's id, as the core knows it: what lists order by last. */
export const idField = '_key'
/** The moment from which the document no longer exists, in milliseconds since the epoch. */
export const expiryField = '_expiresAt'

/** Longer than clocks differ: an item must never be swept while it still exists. */
const sweptAfterMs = 60 * 60_000
const longestTtlSeconds = 2_147_483_647

export interface Item {
  readonly id: string
  readonly [idField]: string
  /** Names the write that made it so, and so tells whose it was. */
  readonly _write: string
  readonly [expiryField]?: number
  /** Seconds, for the service's own broom. */
  readonly ttl?: number
  readonly [field: string]: unknown
}

export interface StoredItem extends Item {
  readonly _etag: string
}

const plainId = /^[A-Za-z0-9_.@:+-]+$/
/** Of an id in Cosmos DB, in bytes. */
const maxIdBytes = 1023

/** What Cosmos DB forbids in an id, or is known to trip over, goes in as base64url behind a sign no plain id has. */
export const itemIdOf = (id: string): string =>
  plainId.test(id) ? id : `=${encodeBase64url(new TextEncoder().encode(id))}`

export const isStorableId = (id: string): boolean => itemIdOf(id).length <= maxIdBytes

export interface Address {
  readonly id: string
  readonly partition: string
}

/** Where a key's item is. */
export const addressOf = ({ prefix = '' }: Place, c: AnyCollection, { partition, id }: Key): Address => ({
  id: itemIdOf(id),
  partition: prefix + (c.partition === 'id' ? itemIdOf(partition) : partition),
})

export const keyOf = (c: AnyCollection, item: Item): Key => ({
  partition: c.partition === 'id' ? item[idField] : String(item[String(c.partition)]),
  id: item[idField],
})

/** An item as it is in its container. */
export const placed = (place: Place, c: AnyCollection, item: Item): Item =>
  place.prefix === undefined
    ? item
    : { ...item, [partitionField]: addressOf(place, c, keyOf(c, item)).partition }

/** How long the service keeps what expires at `expiresAt`, in seconds from its last write. */
export const ttlOf = (expiresAt: number, nowMs: number): number =>
  Math.min(Math.ceil((Math.max(0, expiresAt - nowMs) + sweptAfterMs) / 1000), longestTtlSeconds)

/** The item of a value as it is now: what a caller does to it later changes nothing. */
export function itemOf(place: Place, c: AnyCollection, value: any, nowMs: number, write: string): Item {
  if (!isStorableId(value.id)) throw new RangeError(`an id in ${c.name} is too long`)
  for (const field of Object.keys(value))
    if (field === 'ttl' || field.startsWith('_'))
      throw new RangeError(`the field ${field} in ${c.name} is Cosmos DB's own`)
  const expiry = c.ttl === undefined ? undefined : value[c.ttl]
  const expiresAt = expiry === undefined ? undefined : Date.parse(expiry)
  const json = JSON.stringify(value)
  checkSize(c, [json])
  const item: Item = {
    ...JSON.parse(json),
    id: itemIdOf(value.id),
    [idField]: value.id,
    _write: write,
    ...searchFieldsOf(c, value),
    ...(expiresAt === undefined
      ? {}
      : {
          [expiryField]: expiresAt,
          ttl: ttlOf(expiresAt, nowMs),
        }),
  }
  return placed(place, c, item)
}

const documentOf = (item: Item): any => ({
  ...Object.fromEntries(Object.entries(item).filter(([field]) => field !== 'ttl' && !field.startsWith('_'))),
  id: item[idField],
})

export const isExpired = (item: Item, nowMs: number): boolean =>
  item[expiryField] !== undefined && item[expiryField] <= nowMs

/*
 * A version is the item's ETag, without its quotes, and the moment the item expires: so that a write at a version knows
 * without reading that there is nothing left to write to.
 */

const separator = '!'

/** Without a tag there is no version to speak of, and an answer that names none is no answer. */
export const storedOf = (item: Item, etag: string | undefined): Stored<any> => {
  if (!etag) throw new PortUnavailable('documents')
  const expiresAt = item[expiryField]
  const tag = etag.replaceAll('"', '')
  return {
    value: documentOf(item),
    version: expiresAt === undefined ? tag : `${tag}${separator}${expiresAt}`,
  }
}

/** What `If-Match` has to say for a write at `version`; null when the item has expired. */
export function matchOf(version: string, nowMs: number): string | null {
  const [tag, expiresAt] = version.split(separator)
  return expiresAt !== undefined && Number(expiresAt) <= nowMs ? null : `"${tag}"`
}
