import { mailQueueContract } from '../../../test/contracts/mail-queue.contract.ts'
import { createMemoryMailQueue } from './mail-queue.ts'

mailQueueContract('memory', async () => ({ mailQueue: createMemoryMailQueue() }))
