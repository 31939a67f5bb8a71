import { createAzureSqlAudit } from '../../src/adapters/azure-sql/audit.ts'
import { type AzureSqlDatabase, openAzureSql } from '../../src/adapters/azure-sql/database.ts'
import { createAzureSqlMailQueue } from '../../src/adapters/azure-sql/mail-queue.ts'
import { migrate, migrationsOf, schemaMigrationsSql } from '../../src/adapters/azure-sql/migrations.ts'
import { createAzureSqlSubmissions } from '../../src/adapters/azure-sql/submissions.ts'
import { testAuditKeys } from '../audit-keys.ts'
import { auditContract, type Tampering } from '../contracts/audit.contract.ts'
import { mailQueueContract } from '../contracts/mail-queue.contract.ts'
import { submissionsContract } from '../contracts/submissions.contract.ts'
import { onRealService } from './real-service.ts'

const copied = `id, event_type, actor_id, on_behalf_of, resource_type, resource_id, outcome, reason, request_id, session_id,
  ip_hmac, user_agent_class, changed_fields, created_at, previous_hash, hash, key_id`

/** What somebody does who may do everything in the database. */
const tamperings: Record<Tampering, readonly string[]> = {
  alter: [`update audit_logs set outcome = 'failure' where sequence = 2`],
  remove: ['delete from audit_logs where sequence = 2'],
  swap: [
    'update audit_logs set sequence = 99 where sequence = 2',
    'update audit_logs set sequence = 2 where sequence = 3',
    'update audit_logs set sequence = 3 where sequence = 99',
  ],
  prepend: [
    `insert into audit_logs (partition, sequence, ${copied})
     select partition, 0, ${copied.replace('id', "'forged'")} from audit_logs where sequence = 1`,
  ],
}

const settingNames = ['MSSQL_SERVER', 'MSSQL_DATABASE', 'MSSQL_USER', 'MSSQL_PASSWORD'] as const

/** Each test has a schema of its own, which it leaves behind: what an append-only log has, nobody takes from it. */
onRealService('Azure SQL', settingNames, (settings) => {
  const connection = {
    server: settings.MSSQL_SERVER,
    port: Number(process.env['MSSQL_PORT'] ?? 1433),
    database: settings.MSSQL_DATABASE,
    signIn: { user: settings.MSSQL_USER, password: settings.MSSQL_PASSWORD },
  }
  const runAll = async (database: AzureSqlDatabase, statements: readonly string[]) => {
    for (const statement of statements) await database.run('contract', statement, {})
  }
  async function openInSchema(prepare: (database: AzureSqlDatabase) => Promise<unknown>) {
    const schema = `contract_${crypto.randomUUID().replaceAll('-', '')}`
    const before = openAzureSql(connection)
    await runAll(before, [
      `create schema ${schema}`,
      `alter user [${settings.MSSQL_USER.replaceAll(']', ']]')}] with default_schema = ${schema}`,
    ])
    await before.close()
    const database = openAzureSql(connection)
    await prepare(database)
    return {
      database,
      audit: createAzureSqlAudit({ database, keys: testAuditKeys() }),
      mailQueue: createAzureSqlMailQueue({ database }),
      submissions: createAzureSqlSubmissions({ database, keys: testAuditKeys() }),
      close: database.close,
    }
  }

  // Without a ledger, which would not even let the intruder of the contract do what is to be found.
  auditContract('azure-sql', async () => {
    const opened = await openInSchema((database) =>
      runAll(database, [schemaMigrationsSql, ...migrationsOf({ ledger: '' }).flat()]),
    )
    return {
      ...opened,
      async tamper(tampering) {
        await runAll(opened.database, [
          'revoke update, delete on audit_logs to public',
          'drop trigger audit_logs_append_only',
          ...tamperings[tampering],
        ])
      },
    }
  })
  mailQueueContract('azure-sql', () => openInSchema(migrate))
  submissionsContract('azure-sql', async () => {
    const opened = await openInSchema(migrate)
    return {
      ...opened,
      breakAudit: () => runAll(opened.database, ['deny insert on audit_logs to public']),
    }
  })
})
