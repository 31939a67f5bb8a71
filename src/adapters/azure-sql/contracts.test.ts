import { testAuditKeys } from '../../../test/audit-keys.ts'
import { auditContract } from '../../../test/contracts/audit.contract.ts'
import { mailQueueContract } from '../../../test/contracts/mail-queue.contract.ts'
import { submissionsContract } from '../../../test/contracts/submissions.contract.ts'
import { startAzureSql } from '../../../test/stand-ins/azure-sql.ts'
import { findSyntaxError } from '../../../test/stand-ins/t-sql-syntax.ts'
import { createAzureSqlAudit } from './audit.ts'
import { openAzureSql } from './database.ts'
import { createAzureSqlMailQueue } from './mail-queue.ts'
import { migrate } from './migrations.ts'
import { createAzureSqlSubmissions } from './submissions.ts'

/** Every statement that the contracts make the adapters send goes through the grammar on its way. */
async function open() {
  const server = await startAzureSql({ findSyntaxError })
  const database = openAzureSql(server.connection)
  await migrate(database)
  return {
    server,
    audit: createAzureSqlAudit({ database, keys: testAuditKeys() }),
    mailQueue: createAzureSqlMailQueue({ database }),
    submissions: createAzureSqlSubmissions({ database, keys: testAuditKeys() }),
    async close() {
      await database.close()
      await server.stop()
    },
  }
}

const tamperings = {
  alter: `update audit_logs set outcome = 'failure' where sequence = 2`,
  remove: 'delete from audit_logs where sequence = 2',
  swap: `update audit_logs set sequence = 99 where sequence = 2;
         update audit_logs set sequence = 2 where sequence = 3;
         update audit_logs set sequence = 3 where sequence = 99`,
  prepend: `create temp table forged as select * from audit_logs where sequence = 1;
            update forged set id = 'forged', sequence = 0;
            insert into audit_logs select * from forged`,
}

auditContract('azure-sql', async () => {
  const { server, audit, close } = await open()
  return {
    audit,
    close,
    tamper(tampering) {
      server.exec('drop trigger audit_logs_append_only_update; drop trigger audit_logs_append_only_delete')
      server.exec(tamperings[tampering])
    },
  }
})

mailQueueContract('azure-sql', open)

submissionsContract('azure-sql', async () => {
  const { server, ...opened } = await open()
  return {
    ...opened,
    breakAudit: () =>
      server.exec(
        `create trigger no_more before insert on audit_logs begin select raise(abort, 'the disk is full'); end`,
      ),
  }
})
