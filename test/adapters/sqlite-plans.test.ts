import { expect, test } from 'vitest'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import {
  createSqliteDocuments,
  type Direction,
  pageSql,
  scanSql,
} from '../../src/adapters/sqlite/documents.ts'
import { collections } from '../../src/app/domains.ts'
import type { AccessPath } from '../../src/ports/documents.ts'

const database = openSqlite(':memory:')
createSqliteDocuments({ database, collections, clock: { now: () => 0 } })

const planOf = (sql: string): readonly string[] =>
  database.all('plan', `explain query plan ${sql}`).map(({ detail }) => String(detail))

const pages = collections.flatMap((c) =>
  Object.entries(c.paths as Record<string, AccessPath<any>>).flatMap(([name, path]) =>
    (['asc', 'desc'] as const).flatMap((direction: Direction) =>
      [false, true].map((isContinued) => ({ collection: c.name, name, path, direction, isContinued })),
    ),
  ),
)

test.each(pages)(
  'a page of $collection along $name, $direction, continued: $isContinued, is a range of its index',
  ({ collection, path, direction, isContinued }) => {
    const plan = planOf(pageSql(collection, path, direction, isContinued))
    const index = `path_${collection}_${[...path.by, path.order].join('_')}`
    const range = isContinued ? [`<expr>${direction === 'desc' ? '<' : '>'}?`] : []
    const terms = ['partition=?', ...path.by.map(() => '<expr>=?'), ...range].join(' AND ')
    expect(plan).toEqual([`SEARCH documents USING INDEX ${index} (${terms})`])
  },
)

test.each(collections.map(({ name }) => name))('a walk through %s goes along its key', (name) => {
  expect(planOf(scanSql(name))).toEqual([
    'SEARCH documents USING PRIMARY KEY (collection=? AND (partition,id)>(?,?))',
  ])
})
