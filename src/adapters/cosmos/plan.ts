import type { AnyCollection } from '../../ports/documents.ts'
import { planOf } from './containers.ts'
import { mostThatShare } from './layout.ts'
import type { PlannedThroughput } from './setup.ts'

/** The containers for whoever makes them otherwise: `resource` is what Azure Resource Manager takes. */
export function describeContainers(collections: readonly AnyCollection[]) {
  return planOf(collections).map((planned) => ({
    throughput: planned.hasOwnThroughput ? ('own' as const) : ('shared' as const),
    collections: planned.collections,
    resource: planned.definition,
  }))
}

/** All that `npm run azure:setup` would make. Request units per second are null on a serverless account. */
export function describePlan(
  collections: readonly AnyCollection[],
  { databaseName, throughput }: { databaseName: string; throughput?: PlannedThroughput | undefined },
) {
  const containers = describeContainers(collections)
  return {
    database: {
      id: databaseName,
      isServerless: throughput === undefined,
      autoscaleMaxThroughput: throughput?.shared ?? null,
      containersThatShare: containers.filter((each) => each.throughput === 'shared').length,
      mostThatCanShare: mostThatShare,
    },
    containers: containers.map(({ resource, ...container }) => ({
      ...container,
      autoscaleMaxThroughput: (container.throughput === 'own' ? throughput?.own : undefined) ?? null,
      resource,
    })),
  }
}
