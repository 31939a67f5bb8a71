import { createMemoryAudit } from '../../src/adapters/memory/audit.ts'
import { createMemoryMailQueue } from '../../src/adapters/memory/mail-queue.ts'
import { createMemorySubmissions } from '../../src/adapters/memory/submissions.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { AuditKeys } from '../../src/ports/audit-keys.ts'
import { ownSchema } from '../../src/ports/record-schema.ts'
import type { Native } from './native.ts'

function createMemoryRecords(keys: AuditKeys) {
  const audit = createMemoryAudit({ keys })
  const mailQueue = createMemoryMailQueue()
  return { audit, mailQueue, submissions: createMemorySubmissions({ audit, mailQueue }) }
}

/** `openSqlite` opens the file once, for documents and records. */
export async function openRecords(
  { records }: Config,
  { mssqlPassword: password }: GivenSecrets,
  native: Native,
  auditKeys: AuditKeys,
  openSqlite: () => ReturnType<Native['openSqlite']>,
) {
  const close = () => {}
  switch (records.kind) {
    case 'memory':
      return { ...createMemoryRecords(auditKeys), recordSchema: ownSchema, close }
    case 'sqlite': {
      const { audit, mailQueue, submissions } = openSqlite()
      return { audit, mailQueue, submissions, recordSchema: ownSchema, close }
    }
    case 'mssql':
      return native.openAzureSql({ ...records, password }, auditKeys)
  }
}
