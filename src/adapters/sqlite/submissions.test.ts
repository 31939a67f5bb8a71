import { testAuditKeys } from '../../../test/audit-keys.ts'
import { submissionsContract } from '../../../test/contracts/submissions.contract.ts'
import { createSqliteAudit } from './audit.ts'
import { openSqlite } from './database.ts'
import { createSqliteMailQueue } from './mail-queue.ts'
import { createSqliteSubmissions } from './submissions.ts'

submissionsContract('sqlite', async () => {
  const database = openSqlite(':memory:')
  return {
    submissions: createSqliteSubmissions({ database, keys: testAuditKeys() }),
    audit: createSqliteAudit({ database, keys: testAuditKeys() }),
    mailQueue: createSqliteMailQueue({ database }),
    breakAudit: () =>
      database.exec(
        `create trigger no_more before insert on audit_logs begin select raise(abort, 'the disk is full'); end`,
      ),
    close: database.close,
  }
})
