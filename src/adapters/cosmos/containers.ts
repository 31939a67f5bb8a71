import type { ContainerDefinition, IndexingPolicy } from '@azure/cosmos'
import type { AccessPath, AnyCollection } from '../../ports/documents.ts'
import { fullTextOf } from './full-text.ts'
import { idField } from './items.ts'

export const accessPathsOf = (c: AnyCollection): readonly AccessPath<any>[] =>
  Object.values(c.paths as Record<string, AccessPath<any>>)

/** What a list along a path is ordered by: the fields it is equal in come first, so that one index serves it whole. */
export const orderOf = (path: AccessPath<any>): readonly string[] => [
  ...path.by.map(String),
  String(path.order),
  idField,
]

/** Only what is asked for is indexed: every further path makes every write dearer. */
function indexingPolicyOf(c: AnyCollection): IndexingPolicy {
  const paths = accessPathsOf(c)
  const fields = new Set(paths.flatMap(orderOf))
  if (c.partition !== 'id') fields.add(String(c.partition))
  return {
    indexingMode: 'consistent',
    automatic: true,
    includedPaths: [...fields].map((field) => ({ path: `/${field}/?` })),
    excludedPaths: [{ path: '/*' }],
    compositeIndexes: paths.map((path) =>
      orderOf(path).map((field) => ({ path: `/${field}`, order: 'ascending' as const })),
    ),
  }
}

/**
 * The container of a collection. There is never a unique key policy: it would hold inside one partition only. What must
 * be unique is the id of a document (see ADR 2).
 */
export const containerOf = (c: AnyCollection, { hasFullText = false } = {}) => {
  const fullText = hasFullText ? fullTextOf(c) : undefined
  return {
    id: c.name,
    partitionKey: { paths: [`/${String(c.partition)}`], version: 2 },
    indexingPolicy: {
      ...indexingPolicyOf(c),
      ...(fullText && { fullTextIndexes: fullText.indexes }),
    },
    ...(fullText && { fullTextPolicy: fullText.policy }),
    // Nothing expires but what carries a `ttl` of its own.
    ...(c.ttl === undefined ? {} : { defaultTtl: -1 }),
  } satisfies ContainerDefinition
}
