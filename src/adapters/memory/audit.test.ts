import { testAuditKeys } from '../../../test/audit-keys.ts'
import { auditContract } from '../../../test/contracts/audit.contract.ts'
import type { AuditRecord } from '../../ports/audit.ts'
import { createMemoryAudit } from './audit.ts'

auditContract('memory', async () => {
  const records: AuditRecord[] = []
  return {
    audit: createMemoryAudit({ keys: testAuditKeys(), records: records }),
    tamper(tampering) {
      const [first, second, third] = records as [AuditRecord, AuditRecord, AuditRecord]
      if (tampering === 'remove') records.splice(1, 1)
      else if (tampering === 'prepend') records.unshift({ ...first, id: 'forged', sequence: 0 })
      else if (tampering === 'alter') records[1] = { ...second, outcome: 'failure' }
      else records.splice(1, 2, { ...third, sequence: 2 }, { ...second, sequence: 3 })
    },
  }
})
