import { openAzureSql } from '../../src/adapters/azure-sql/database.ts'
import { migrate } from '../../src/adapters/azure-sql/migrations.ts'
import { startAzureSql } from './azure-sql.ts'

/** The stand-in with every table that `npm run migrate` makes. */
export async function startProvisionedAzureSql(options: Parameters<typeof startAzureSql>[0] = {}) {
  const standIn = await startAzureSql(options)
  const database = openAzureSql(standIn.connection)
  await migrate(database)
  await database.close()
  return standIn
}
