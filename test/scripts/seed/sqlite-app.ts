import { createScanningMessageSearch } from '../../../src/adapters/scanning/message-search.ts'
import { createSqliteAudit } from '../../../src/adapters/sqlite/audit.ts'
import { openSqlite, type SqliteDatabase } from '../../../src/adapters/sqlite/database.ts'
import { createSqliteDocuments } from '../../../src/adapters/sqlite/documents.ts'
import { createSqliteMailQueue } from '../../../src/adapters/sqlite/mail-queue.ts'
import { createSqliteMessageSearch } from '../../../src/adapters/sqlite/message-search.ts'
import { createSqliteSubmissions } from '../../../src/adapters/sqlite/submissions.ts'
import { collections } from '../../../src/app/domains.ts'
import { messages } from '../../../src/core/messaging/chat/entries.model.ts'
import type { Clock } from '../../../src/ports/clock.ts'
import type { Ports } from '../../../src/ports/ports.ts'
import { createTestApp } from '../../app.ts'
import { testAuditKeys } from '../../audit-keys.ts'

/** The adapters of one file, or of an open database. */
export function sqlitePorts(database: SqliteDatabase, clock: Clock) {
  const documents = createSqliteDocuments({ database, collections, clock })
  return {
    documents,
    audit: createSqliteAudit({ database, keys: testAuditKeys() }),
    mailQueue: createSqliteMailQueue({ database }),
    messageSearch: createSqliteMessageSearch({
      database,
      clock,
      meanwhile: createScanningMessageSearch({ documents, messages }),
    }),
    submissions: createSqliteSubmissions({ database, keys: testAuditKeys() }),
  } satisfies Partial<Ports>
}

/** The whole app, with everything that is stored in an SQLite database in memory. */
export async function createSqliteApp({
  startAt,
  environment,
  ports: overrides = () => ({}),
}: Parameters<typeof createTestApp>[0] = {}) {
  const database = openSqlite(':memory:')
  let tidy = async () => {}
  const testApp = await createTestApp({
    ...(startAt === undefined ? {} : { startAt }),
    ...(environment === undefined ? {} : { environment }),
    ports: (ports) => {
      const onSqlite = { ...ports, ...sqlitePorts(database, ports.clock) }
      tidy = async () => void (await onSqlite.documents.removeExpired())
      return { ...onSqlite, ...overrides(onSqlite) }
    },
  })
  return Object.assign(testApp, { database, tidy })
}

export type SqliteApp = Awaited<ReturnType<typeof createSqliteApp>>

/** Every row of every table, whatever tables there are. */
export function rowsOf(
  database: SqliteDatabase,
): Readonly<Record<string, readonly Record<string, unknown>[]>> {
  const tables = database
    .all(
      'test',
      `select name from sqlite_master where type = 'table' and name not like '%\\_words\\_%' escape '\\'`,
    )
    .map(({ name }) => String(name))
  return Object.fromEntries(
    tables.map((table) => [
      table,
      database.all('test', `select * from "${table}"`).map((row) => ({ ...row })),
    ]),
  )
}
