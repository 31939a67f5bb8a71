import { expect, test } from 'vitest'
import { createSqliteAudit } from '../../src/adapters/sqlite/audit.ts'
import { openSqlite } from '../../src/adapters/sqlite/database.ts'
import {
  createSqliteDocuments,
  type Direction,
  pageSql,
  removeExpiredSql,
  scanSql,
} from '../../src/adapters/sqlite/documents.ts'
import { createSqliteSubmissions } from '../../src/adapters/sqlite/submissions.ts'
import { collections } from '../../src/app/domains.ts'
import type { AuditFilter } from '../../src/ports/audit.ts'
import { encodeCursor } from '../../src/ports/cursor.ts'
import type { AccessPath } from '../../src/ports/documents.ts'
import type { SubmissionFilter } from '../../src/ports/submissions.ts'
import { testAuditKeys } from '../audit-keys.ts'

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

test('what is past its time is found by its time, and removed by its key', () => {
  expect(planOf(removeExpiredSql)).toEqual([
    'SEARCH documents USING PRIMARY KEY (collection=? AND partition=? AND id=?)',
    expect.stringMatching(/^LIST SUBQUERY/),
    'SEARCH documents USING COVERING INDEX documents_expiry (expires_at<?)',
  ])
})

const filters: readonly [what: AuditFilter, index: string][] = [
  [{}, 'audit_logs_time'],
  [{ actorId: 'a' }, 'audit_logs_actor'],
  [{ resourceType: 't', resourceId: 'r' }, 'audit_logs_resource'],
  [{ resourceType: 't' }, 'audit_logs_time'],
  [{ eventType: 'e' }, 'audit_logs_event'],
  [{ outcome: 'denied' }, 'audit_logs_refused'],
  [{ outcome: 'success' }, 'audit_logs_time'],
  [{ outcome: 'failure', actorId: 'a' }, 'audit_logs_actor'],
]

test.each(
  filters.flatMap(([filter, index]) =>
    [{}, { from: '2026', until: '2027' }].flatMap((times) =>
      [false, true].map((isContinued) => ({ filter: { ...filter, ...times }, index, isContinued })),
    ),
  ),
)(
  'the audit log by $filter, continued: $isContinued, is read along $index',
  async ({ filter, index, isContinued }) => {
    const asked: string[] = []
    const audit = createSqliteAudit({
      keys: testAuditKeys(),
      database: {
        ...database,
        all: (port, sql, ...values) => {
          asked.push(sql)
          return database.all(port, sql, ...values)
        },
      },
    })
    const after = encodeCursor(['2026-11-24T10:00:00.000Z', 'id'])
    await audit.list(filter, { limit: 10, ...(isContinued ? { after } : {}) })
    const plan = planOf(asked[0] ?? '')
    expect(plan).toEqual([
      expect.stringMatching(new RegExp(`^(SEARCH|SCAN) audit_logs USING (COVERING )?INDEX ${index}\\b`)),
    ])
  },
)

const formFilters: readonly [SubmissionFilter, 'newest' | 'changed', string][] = [
  [{}, 'newest', 'newest'],
  [{ type: 't' }, 'newest', 'type'],
  [{ status: 's' }, 'newest', 'status'],
  [{ type: 't', status: 's' }, 'newest', 'queue'],
  [{ urgency: 'high' }, 'newest', 'urgency'],
  [{ urgency: 'high', type: 'referral' }, 'newest', '(?:urgency|type)'],
  [{ urgency: 'high', status: 's' }, 'newest', 'urgent'],
  [{ assignedTo: 'a' }, 'newest', 'assigned'],
  [{ updatedSince: '2026' }, 'changed', 'changed'],
]

test.each(
  formFilters.flatMap(([filter, order, index]) =>
    [false, true].map((isContinued) => ({ filter, order, index, isContinued })),
  ),
)('forms by $filter, $order, continued: $isContinued, are read along $index', async (given) => {
  const asked: string[] = []
  const submissions = createSqliteSubmissions({
    keys: testAuditKeys(),
    database: {
      ...database,
      all: (port, sql, ...values) => {
        asked.push(sql)
        return database.all(port, sql, ...values)
      },
    },
  })
  const after = encodeCursor(['2026-11-24T10:00:00.000Z', 'id'])
  await submissions.list(given.filter, {
    order: given.order,
    limit: 10,
    ...(given.isContinued ? { after } : {}),
  })
  // One index alone, and nothing that is sorted: the first page costs what is on it.
  expect(planOf(asked[0] ?? '')).toEqual([
    expect.stringMatching(
      new RegExp(`^(SEARCH|SCAN) form_submissions USING INDEX form_submissions_${given.index}\\b`),
    ),
  ])
})

test('a form by its number is one row', async () => {
  const plan = planOf(
    `select form_submissions.* from form_submissions where tracking_number = ? and status = ?
     order by created_at desc, id desc limit (? + 0)`,
  )
  expect(plan[0]).toContain('sqlite_autoindex_form_submissions')
})
