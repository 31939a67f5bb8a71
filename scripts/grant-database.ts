import { reportFailedStart } from '../entry/failed-start.ts'
import { openAzureSqlDatabase } from '../entry/native-node.ts'
import { letIn } from '../src/adapters/azure-sql/members.ts'
import { InvalidConfiguration, readConfig } from '../src/config/config.ts'

/*
 * `npm run azure:grant -- NAME CLIENT_ID`: lets the managed identity of the app use the database at MSSQL_SERVER, as whoever
 * is signed in to Azure and may migrate it. After `npm run migrate`, which makes the role.
 */

const timeoutMs = 60_000

try {
  const [name = '', clientId = ''] = process.argv.slice(2)
  const { config, secrets } = readConfig(process.env)
  if (config.records.kind !== 'mssql') throw new InvalidConfiguration(['MSSQL_SERVER: is needed'])
  const database = await openAzureSqlDatabase(config, {
    ...config.records,
    password: secrets.mssqlPassword,
    timeoutMs,
  })
  await letIn(database, name, clientId).finally(database.close)
  console.log(`${name} may use ${config.records.database} on ${config.records.server}`)
} catch (error) {
  reportFailedStart(error)
}
