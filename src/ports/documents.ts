/** Fields a store can index: always present, scalar. */
type Indexable<T> = {
  [K in keyof T & string]-?: undefined extends T[K] ? never : T[K] extends string | number ? K : never
}[keyof T & string]

/** Fields that may say when a document stops existing: an ISO time in UTC, or absent. */
type Expiry<T> = {
  [K in keyof T & string]-?: T[K] extends string | undefined ? K : never
}[keyof T & string]

export interface Document {
  readonly id: string
}

/** A way to walk one partition: equality on `by`, then ordered by `order`, then by id. */
export interface AccessPath<T> {
  readonly by: readonly Indexable<T>[]
  readonly order: Indexable<T>
}

export type AccessPaths<T> = Record<string, AccessPath<T>>

/**
 * A declared set of documents. The declaration is all a store needs to derive its containers, index policies and
 * expiry, so it carries a comment that says why this partition key.
 */
export interface Collection<T extends Document, P extends AccessPaths<T> = AccessPaths<T>> {
  /** Unique, PascalCase: the container's name in Cosmos DB. */
  readonly name: string
  /** The field whose value names the partition. `id` makes every document its own partition. */
  readonly partition: Indexable<T>
  readonly paths: P
  /** The field that holds the moment from which the document no longer exists. */
  readonly ttl?: Expiry<T>
}

/** `collection<Message>()({ name, partition, paths, ttl })`: curried so that the paths are inferred. */
export const collection =
  <T extends Document>() =>
  <const P extends AccessPaths<T>>(declaration: Collection<T, P>): Collection<T, P> =>
    declaration

/** Any declared collection, for code that treats all of them alike. */
export type AnyCollection = Collection<any, any>

export interface Stored<T> {
  readonly value: T
  /** Opaque. Changes with every write and is never used again, even after delete and insert. */
  readonly version: string
}

export interface Key {
  readonly partition: string
  readonly id: string
}

export type Query<T extends Document, P extends AccessPaths<T>> = {
  [N in keyof P & string]: {
    readonly path: N
    readonly partition: string
    readonly equals: { readonly [F in P[N]['by'][number]]: T[F & keyof T] }
    /** The `next` of the page before. */
    readonly after?: string
    readonly direction?: 'asc' | 'desc'
    /** 1 to 1,000. */
    readonly limit: number
  }
}[keyof P & string]

export interface Page<T> {
  readonly items: readonly Stored<T>[]
  /** Present when there may be more. */
  readonly next?: string
}

/** One step of a transaction. A `remove` or `replace` of an absent document is a version mismatch. */
export type Write<T extends Document> =
  | { readonly insert: T }
  | { readonly replace: T; readonly version: string }
  | { readonly remove: string; readonly version?: string }

export const maxTransactionWrites = 100

/**
 * Of a document, and of all that one transaction writes: as JSON in UTF-8. Cosmos DB takes 2 MB, with what a store adds of
 * its own, and other stores take no more, so that none keeps what another could not.
 */
export const maxDocumentBytes = 1_900_000
/** What one write is counted with in a transaction, beside its value. */
const bytesOfOneWrite = 1_000

/** Nothing was written: a document, or what a transaction writes, is larger than any store takes. */
export class DocumentTooLarge extends Error {
  override readonly name = 'DocumentTooLarge'
  constructor(collectionName: string) {
    super(`what is to be written to ${collectionName} has more than ${maxDocumentBytes} bytes`)
  }
}

/** Of JSON as it is sent, where line and paragraph separators are escaped. */
const bytesOf = (json: string): number =>
  new TextEncoder().encode(json).length + 3 * (json.match(/[\u2028\u2029]/g)?.length ?? 0)

/** Every store checks what it writes with this: `json` is the value of each write. */
export function checkSize(collection: AnyCollection, json: readonly string[]): void {
  const units = json.reduce((sum, { length }) => sum + length, 0)
  // No unit of a text takes more than six bytes.
  if (6 * units + bytesOfOneWrite * json.length <= maxDocumentBytes) return
  const ofWrites = json.length > 1 ? bytesOfOneWrite * json.length : 0
  if (json.reduce((sum, each) => sum + bytesOf(each), ofWrites) > maxDocumentBytes)
    throw new DocumentTooLarge(collection.name)
}

/** What a transaction writes, each as JSON. */
export const valuesOf = (writes: readonly Write<any>[]): readonly string[] =>
  writes.flatMap((write) =>
    'insert' in write
      ? JSON.stringify(write.insert)
      : 'replace' in write
        ? JSON.stringify(write.replace)
        : [],
  )

/** Every store checks a transaction with this before its first step. */
export function checkTransaction<T extends Document>(
  collection: Collection<T, any>,
  partition: string,
  writes: readonly Write<T>[],
): void {
  if (writes.length > maxTransactionWrites)
    throw new RangeError(`a transaction in ${collection.name} has more than ${maxTransactionWrites} writes`)
  for (const write of writes) {
    const value = 'insert' in write ? write.insert : 'replace' in write ? write.replace : undefined
    if (value !== undefined && String(value[collection.partition]) !== partition)
      throw new RangeError(`a transaction in ${collection.name} leaves its partition`)
  }
}

/** Messages name the collection only: an id may be personal. */
export class DocumentExists extends Error {
  override readonly name = 'DocumentExists'
  constructor(collectionName: string) {
    super(`a document with this id exists in ${collectionName}`)
  }
}

export class VersionMismatch extends Error {
  override readonly name = 'VersionMismatch'
  constructor(collectionName: string) {
    super(`a document in ${collectionName} is absent or no longer at the given version`)
  }
}

/**
 * Where documents live. Deliberately too small to be an ORM.
 *
 * Path fields are required strings or numbers; strings order by code point; times are ISO strings in UTC. Values are
 * JSON and are isolated: what is stored or returned does not change when a caller mutates its copy, even before the
 * write's promise resolves. A document whose `ttl` field is not in the future does not exist for any operation, and an
 * insert may take its place.
 *
 * A document of more than `maxDocumentBytes`, or a transaction that writes more, throws `DocumentTooLarge` in every store.
 *
 * Every write is durable when its promise resolves. A store that cannot answer throws `PortUnavailable('documents')`;
 * a write that failed so may or may not have happened.
 */
export interface DocumentStore {
  /** The document, or null. */
  read<T extends Document>(collection: Collection<T, any>, key: Key): Promise<Stored<T> | null>
  /** Exactly one of any number of concurrent inserts of one key succeeds; the others throw `DocumentExists`. */
  insert<T extends Document>(collection: Collection<T, any>, value: T): Promise<Stored<T>>
  /** Writes only if the stored version is still `version`; otherwise throws `VersionMismatch`. */
  replace<T extends Document>(collection: Collection<T, any>, value: T, version: string): Promise<Stored<T>>
  /** True for exactly one caller: the one whose call removed the document. False when absent or at another version. */
  remove<T extends Document>(collection: Collection<T, any>, key: Key, version?: string): Promise<boolean>
  /** One page along a declared path of one partition. A damaged `after` throws `InvalidCursor`. */
  query<T extends Document, P extends AccessPaths<T>>(
    collection: Collection<T, P>,
    query: Query<T, P>,
  ): Promise<Page<T>>
  /**
   * All writes or none, in one partition; at most `maxTransactionWrites`. More, or a value of another partition, is a
   * programming error and throws `RangeError`. Throws `DocumentExists` or
   * `VersionMismatch` for the first step that cannot be. Answers the stored value of each insert and replace and null
   * for each remove, in order.
   */
  transact<T extends Document>(
    collection: Collection<T, any>,
    partition: string,
    writes: readonly Write<T>[],
  ): Promise<readonly (Stored<T> | null)[]>
  /**
   * One page of a whole collection in an order of the store's own: every document that exists throughout is visited
   * once. A damaged `after` throws `InvalidCursor`. For jobs and admin lists only, never on a person's request path.
   */
  scan<T extends Document>(
    collection: Collection<T, any>,
    options?: { readonly after?: string; readonly limit?: number },
  ): Promise<Page<T>>
}
