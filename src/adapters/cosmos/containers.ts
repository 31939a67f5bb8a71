import {
  type ContainerDefinition,
  type IndexingPolicy,
  type PartitionKeyDefinition,
  PartitionKeyKind,
} from '@azure/cosmos'
import type { AccessPath, AnyCollection } from '../../ports/documents.ts'
import { idField } from './items.ts'
import { type Layout, layout as layoutNow, type Place, partitionField } from './layout.ts'
import { searchPathsOf } from './listed-words.ts'

export const accessPathsOf = (c: AnyCollection): readonly AccessPath<any>[] =>
  Object.values(c.paths as Record<string, AccessPath<any>>)

/** What a list along a path is ordered by: the fields it is equal in come first, so that one index serves it whole. */
export const orderOf = (path: AccessPath<any>): readonly string[] => [
  ...path.by.map(String),
  String(path.order),
  idField,
]

/** Only what is asked for is indexed: every further path makes every write dearer. */
function indexingPolicyOf(living: readonly AnyCollection[], partition: string): IndexingPolicy {
  const orders = living.flatMap(accessPathsOf).map(orderOf)
  const different = [...new Map(orders.map((order) => [String(order), order])).values()]
  const fields = new Set([...orders.flat(), ...(partition === 'id' ? [] : [partition])])
  return {
    indexingMode: 'consistent',
    automatic: true,
    includedPaths: [...[...fields].map((field) => `/${field}/?`), ...living.flatMap(searchPathsOf)].map(
      (path) => ({ path }),
    ),
    excludedPaths: [{ path: '/*' }],
    compositeIndexes: different.map((order) =>
      order.map((field) => ({ path: `/${field}`, order: 'ascending' as const })),
    ),
  }
}

export interface PlannedContainer {
  readonly definition: ContainerDefinition & {
    readonly id: string
    readonly partitionKey: PartitionKeyDefinition
    readonly indexingPolicy: IndexingPolicy
  }
  readonly collections: readonly string[]
  /** Otherwise it shares that of the database. Neither on a serverless account. */
  readonly hasOwnThroughput: boolean
}

/**
 * There is never a unique key policy: it would hold inside one partition only. What must be unique is the id of a
 * document (see ADR 2).
 */
function containerOf(place: Place, living: readonly AnyCollection[]): PlannedContainer {
  const isShared = place.prefix !== undefined
  const partition = isShared ? partitionField : String(living[0]?.partition)
  return {
    definition: {
      id: place.container,
      partitionKey: { paths: [`/${partition}`], version: 2, kind: PartitionKeyKind.Hash },
      indexingPolicy: indexingPolicyOf(living, partition),
      // Nothing expires but what carries a `ttl` of its own.
      ...(isShared || living.some(({ ttl }) => ttl !== undefined) ? { defaultTtl: -1 } : {}),
    },
    collections: living.map(({ name }) => name),
    hasOwnThroughput: place.hasOwnThroughput,
  }
}

/** Every container that the collections need. */
export function planOf(
  collections: readonly AnyCollection[],
  { layout = layoutNow }: { layout?: Layout } = {},
): readonly PlannedContainer[] {
  const groups = Map.groupBy(collections, (c) => layout(c).container)
  return [...groups.values()].map((living) => {
    const [place] = living.map(layout) as [Place]
    return containerOf(place, living)
  })
}
