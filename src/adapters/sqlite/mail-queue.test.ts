import { mailQueueContract, sliceRows } from '../../../test/contracts/mail-queue.contract.ts'
import { openSqlite } from './database.ts'
import { createSqliteMailQueue } from './mail-queue.ts'

mailQueueContract('sqlite', async () => {
  const database = openSqlite(':memory:')
  return { mailQueue: createSqliteMailQueue({ database, sliceRows }), close: database.close }
})
