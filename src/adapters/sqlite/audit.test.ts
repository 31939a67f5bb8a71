import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { testAuditKeys } from '../../../test/audit-keys.ts'
import { auditContract } from '../../../test/contracts/audit.contract.ts'
import { createSqliteAudit } from './audit.ts'
import { openSqlite } from './database.ts'

const changes = {
  alter: `update audit_logs set outcome = 'failure' where sequence = 2`,
  remove: 'delete from audit_logs where sequence = 2',
  swap: `update audit_logs set sequence = 99 where sequence = 2;
         update audit_logs set sequence = 2 where sequence = 3;
         update audit_logs set sequence = 3 where sequence = 99`,
}
const statements = {
  ...changes,
  prepend: `create temp table forged as select * from audit_logs where sequence = 1;
            update forged set id = 'forged', sequence = 0;
            insert into audit_logs select * from forged`,
}

function openInFile() {
  const directory = mkdtempSync(join(tmpdir(), 'audit-'))
  const path = join(directory, 'test.db')
  const database = openSqlite(path)
  return {
    path,
    audit: createSqliteAudit({ database, keys: testAuditKeys() }),
    close() {
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
}

auditContract('sqlite', async () => {
  const { path, audit, close } = openInFile()
  return {
    audit,
    close,
    tamper(tampering) {
      const intruder = new DatabaseSync(path)
      intruder.exec('drop trigger audit_logs_no_update; drop trigger audit_logs_no_delete')
      intruder.exec(statements[tampering])
      intruder.close()
    },
  }
})

test.each(Object.entries(changes))('the table itself refuses to %s', async (_, statement) => {
  const { path, audit, close } = openInFile()
  for (const id of ['1', '2', '3'])
    await audit.append({
      id,
      eventType: 'user.login',
      actorId: 'anonymous',
      onBehalfOf: null,
      resourceType: 'user',
      resourceId: null,
      outcome: 'success',
      reason: null,
      requestId: null,
      sessionId: null,
      ipHmac: null,
      userAgentClass: null,
      changedFields: [],
      createdAt: '2026-11-24T10:00:00.000Z',
    })
  const intruder = new DatabaseSync(path)
  expect(() => intruder.exec(statement)).toThrow(/append only/)
  intruder.close()
  expect(await audit.verify()).toMatchObject({ intact: true, records: 3 })
  close()
})
