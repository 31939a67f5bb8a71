import { z } from 'zod'
import { area } from './area.ts'
import { blobs } from './blobs.ts'
import { chooseKind } from './choose-kind.ts'
import { anyText, port } from './schemas.ts'
import { keptInOneInstance, server } from './server.ts'

const inParts = {
  instead:
    'Set its parts: MSSQL_SERVER, MSSQL_DATABASE and, without a managed identity, MSSQL_USER and MSSQL_PASSWORD.',
} as const
/** Azure's Service Connector sets them. */
const byIdentity = {
  warns:
    'is not read. Without MSSQL_USER and MSSQL_PASSWORD the managed identity signs in, which AZURE_CLIENT_ID names.',
} as const
const notRead = {
  warns: 'For Azure SQL set MSSQL_SERVER, MSSQL_DATABASE, MSSQL_USER and MSSQL_PASSWORD.',
} as const

function anchorsOf(setting: string | undefined) {
  if (setting === undefined) return undefined
  const [, container] = /^azure-blob:(.+)$/.exec(setting) ?? []
  return container
    ? { kind: 'azure-blob' as const, container }
    : { kind: 'filesystem' as const, directory: setting }
}

export const records = area({
  title: 'Records: submissions, mail that waits, audit log',
  settings: {
    RECORDS: {
      schema: z.enum(['memory', 'sqlite', 'mssql']),
      says: 'Where submissions of forms, mail that waits and the audit log live. Unset: mssql (Azure SQL) with MSSQL_SERVER, otherwise sqlite.',
    },
    MSSQL_SERVER: {
      schema: z
        .string()
        .regex(/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i, 'must be the name of a host, without a port'),
      example: 'tools-inc.database.windows.net',
      says: 'Azure SQL, or SQL Server. Chooses RECORDS=mssql. `npm run migrate` makes its tables.',
    },
    MSSQL_PORT: { schema: port, fallback: '1433', says: 'For RECORDS=mssql.' },
    MSSQL_DATABASE: { schema: anyText, fallback: 'toolsinc-reports', says: 'For RECORDS=mssql.' },
    MSSQL_USER: {
      schema: anyText,
      says: 'For RECORDS=mssql. Unset, with MSSQL_PASSWORD: the managed identity signs in.',
    },
    MSSQL_PASSWORD: { schema: anyText, isSecret: true, says: 'For RECORDS=mssql, with MSSQL_USER.' },
    AUDIT_ANCHORS: {
      schema: z
        .string()
        .regex(
          /^(\/.+|[a-z]:[\\/].+|azure-blob:[a-z\d](?!.*--)[a-z\d-]{1,61}[a-z\d])$/i,
          'must be an absolute folder, or azure-blob: and the name of a container',
        ),
      example: 'azure-blob:audit-anchors',
      says: 'Where the heads of the audit log are kept once a day, out of reach of whoever can write the log: an absolute folder on another medium, or azure-blob: and a container of the storage account with a policy of immutability. They are always written to the log of the program, too.',
    },
  },
  owns: ['AZURE_SQL_'],
  shares: ['MSSQL_'],
  olderNames: {
    AZURE_SQL_SERVER: { is: 'MSSQL_SERVER' },
    AZURE_SQL_PORT: { is: 'MSSQL_PORT' },
    AZURE_SQL_DATABASE: { is: 'MSSQL_DATABASE' },
    AZURE_SQL_USER: { is: 'MSSQL_USER' },
    AZURE_SQL_USERNAME: { is: 'MSSQL_USER' },
    AZURE_SQL_PASSWORD: { is: 'MSSQL_PASSWORD' },
    AZURE_SQL_CONNECTION_STRING: inParts,
    AZURE_SQL_CONNECTIONSTRING: inParts,
    AZURE_SQL_AUTHENTICATIONTYPE: byIdentity,
    AZURE_SQL_CLIENTID: byIdentity,
    DB_SERVER: notRead,
    DB_NAME: notRead,
    DB_USER: notRead,
    DB_PASSWORD: notRead,
    DATABASE_URL: notRead,
  },
  read(values, context) {
    const { isSet, problem, read } = context
    const anchors = anchorsOf(values.AUDIT_ANCHORS)
    if (anchors?.kind === 'azure-blob' && read(blobs).config.blobs.kind !== 'azure')
      problem('AUDIT_ANCHORS', 'azure-blob needs a storage account: set AZURE_STORAGE_ACCOUNT_NAME')
    const { isProduction, isDisposable } = read(server)
    const kind = chooseKind(context, 'RECORDS', values.RECORDS, { mssql: ['MSSQL_SERVER'] }, 'sqlite')
    for (const name of ['MSSQL_PORT', 'MSSQL_DATABASE', 'MSSQL_USER', 'MSSQL_PASSWORD'] as const)
      if (isSet(name) && !isSet('MSSQL_SERVER') && values.RECORDS === undefined)
        problem('MSSQL_SERVER', `is needed where ${name} is set`)
    if (isSet('MSSQL_USER') !== isSet('MSSQL_PASSWORD'))
      problem(['MSSQL_USER', 'MSSQL_PASSWORD'], 'set both, or neither to sign in as the managed identity')
    const instead = 'Set MSSQL_SERVER, which chooses mssql (Azure SQL).'
    if (isProduction && kind === 'memory')
      problem('RECORDS', `memory forgets everything and is refused in production. ${instead}`)
    if (isDisposable && kind === 'sqlite') problem('RECORDS', keptInOneInstance('sqlite', instead))
    return {
      config: {
        auditAnchors: anchors,
        records: {
          memory: { kind: 'memory' as const },
          sqlite: { kind: 'sqlite' as const },
          mssql: {
            kind: 'mssql' as const,
            server: values.MSSQL_SERVER ?? '',
            port: values.MSSQL_PORT,
            database: values.MSSQL_DATABASE,
            user: values.MSSQL_USER,
          },
        }[kind],
      },
      secrets: { mssqlPassword: values.MSSQL_PASSWORD },
    }
  },
})
