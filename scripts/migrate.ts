import { join } from 'node:path'
import { reportFailedStart } from '../entry/failed-start.ts'
import { openAzureSqlDatabase } from '../entry/native-node.ts'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { type Config, type GivenSecrets, readConfig } from '../src/config/config.ts'

/*
 * Brings the configured databases to the newest schema. Safe to run twice, and from two processes at once. A server on
 * SQLite does the same when it starts; on Azure SQL it may not make tables, and this needs somebody who may.
 */

/** Longer than another process may take at it. */
const timeoutMs = 120_000

async function migrate(config: Config, { mssqlPassword: password }: GivenSecrets): Promise<void> {
  if (config.records.kind === 'sqlite' || config.documents.kind === 'sqlite') {
    const path = join(config.dataDirectory, 'tools-inc.db')
    const database = openSqlite(path)
    const { user_version: schema } = database.get('migrations', 'pragma user_version') ?? {}
    database.close()
    console.log(`${path} has schema ${schema}`)
  }
  if (config.records.kind === 'mssql') {
    const { migrate: migrateAzureSql } = await import('../src/adapters/azure-sql/migrations.ts')
    const database = await openAzureSqlDatabase(config, {
      ...config.records,
      password,
      timeoutMs,
      // No statement of a migration has a value in it.
      quotesServer: true,
    })
    const schema = await migrateAzureSql(database).finally(database.close)
    console.log(`${config.records.database} on ${config.records.server} has schema ${schema}`)
  }
}

try {
  const { config, secrets } = readConfig(process.env)
  await migrate(config, secrets)
} catch (error) {
  reportFailedStart(error)
}
