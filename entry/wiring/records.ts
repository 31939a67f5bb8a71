import { createMemoryAudit } from '../../src/adapters/memory/audit.ts'
import { createMemoryMailQueue } from '../../src/adapters/memory/mail-queue.ts'
import { createMemorySubmissions } from '../../src/adapters/memory/submissions.ts'
import type { Config, GivenSecrets } from '../../src/config/config.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Native } from './native.ts'

function createMemoryRecords() {
  const audit = createMemoryAudit()
  const mailQueue = createMemoryMailQueue()
  return { audit, mailQueue, submissions: createMemorySubmissions({ audit, mailQueue }) }
}

/** Records in `sqlite` when they are kept there, which is open already. */
export async function openRecords(
  { records }: Config,
  { mssqlPassword: password }: GivenSecrets,
  native: Native,
  clock: Clock,
  sqlite: ReturnType<Native['openSqlite']> | undefined,
) {
  const close = () => {}
  switch (records.kind) {
    case 'memory':
      return { ...createMemoryRecords(), close }
    case 'sqlite': {
      const { audit, mailQueue, submissions } = sqlite ?? native.openSqlite(clock)
      return { audit, mailQueue, submissions, close }
    }
    case 'mssql':
      return native.openAzureSql({ ...records, password })
  }
}
