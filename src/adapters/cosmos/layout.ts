/*
 * In which container each collection is. At most 25 containers can share the throughput of a database (ADR 74), so
 * collections live together, by what they are partitioned by, unless they are named here. To move one that has documents
 * takes a migration.
 */

/** Asked by nearly every request, or growing with every message: each has a container and throughput of its own. */
const busy = ['Users', 'Sessions', 'Messages', 'Inbox', 'Progress']
/** With so many indexes, or so much coming and going, that others in the same container would pay for it. */
const apart = ['Courses', 'Reports', 'FileChores']

/** By what collections are partitioned, and where those live that are partitioned so. */
const together: Readonly<Record<string, string>> = { id: 'ById', userId: 'ByUser', courseId: 'ByCourse' }
const others = 'ByOther'

/** How many containers of one database can share its throughput: Cosmos DB refuses the next one. */
export const mostThatShare = 25

export interface Place {
  /** The container. */
  readonly container: string
  /** In a container of several collections: what the partitions of this one begin with. No other's begin so. */
  readonly prefix?: string
  readonly hasOwnThroughput: boolean
}

export type Layout = (c: { readonly name: string; readonly partition: string }) => Place

/** By it a container of several collections is partitioned: a field of the item alone, never of the document. */
export const partitionField = '_partition'

/** No name of a collection has it. */
const separator = '|'
/** The next character: below it are all partitions that begin with a prefix. */
const behindSeparator = '}'

export const layout: Layout = ({ name, partition }) => {
  if (busy.includes(name)) return { container: name, hasOwnThroughput: true }
  if (apart.includes(name)) return { container: name, hasOwnThroughput: false }
  return {
    container: together[partition] ?? others,
    prefix: `${name}${separator}`,
    hasOwnThroughput: false,
  }
}

/** As it was before ADR 74: each collection in a container of its name. */
export const layoutBefore: Layout = ({ name }) => ({ container: name, hasOwnThroughput: false })

/** The partitions of a collection in a container that it shares: from the first, up to but without the second. */
export const boundsOf = (prefix: string): readonly [from: string, below: string] => [
  prefix,
  prefix.slice(0, -separator.length) + behindSeparator,
]
