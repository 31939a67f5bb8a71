import { join } from 'node:path'
import { openSqlite } from '../src/adapters/sqlite/database.ts'
import { type Config, InvalidConfiguration, readConfig } from '../src/config.ts'

/*
 * Brings the configured databases to the newest schema. Safe to run twice, and from two processes at once. A server on
 * SQLite does the same when it starts.
 */

async function migrate(config: Config): Promise<void> {
  if (config.records.kind === 'sqlite' || config.documents.kind === 'sqlite') {
    const path = join(config.dataDirectory, 'tools-inc.db')
    const database = openSqlite(path)
    const { user_version: schema } = database.get('migrations', 'pragma user_version') ?? {}
    database.close()
    console.log(`${path} has schema ${schema}`)
  }
}

try {
  await migrate(readConfig(process.env).config)
} catch (error) {
  console.error(error instanceof InvalidConfiguration ? error.message : error)
  process.exitCode = 1
}
