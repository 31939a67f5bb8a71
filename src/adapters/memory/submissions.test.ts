import { testAuditKeys } from '../../../test/audit-keys.ts'
import { submissionsContract } from '../../../test/contracts/submissions.contract.ts'
import { PortUnavailable } from '../../ports/unavailable.ts'
import { createMemoryAudit } from './audit.ts'
import { createMemoryMailQueue } from './mail-queue.ts'
import { createMemorySubmissions } from './submissions.ts'

submissionsContract('memory', async () => {
  const mailQueue = createMemoryMailQueue()
  const working = createMemoryAudit({ keys: testAuditKeys() })
  let audit = working
  const submissions = createMemorySubmissions({
    audit: { ...working, append: (entry) => audit.append(entry) },
    mailQueue,
  })
  return {
    submissions,
    audit: working,
    mailQueue,
    breakAudit() {
      audit = { ...working, append: () => Promise.reject(new PortUnavailable('audit')) }
    },
  }
})
