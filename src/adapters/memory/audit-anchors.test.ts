import { auditAnchorsContract } from '../../../test/contracts/audit-anchors.contract.ts'
import { createMemoryAuditAnchors } from './audit-anchors.ts'

auditAnchorsContract('memory', async () => ({ anchors: createMemoryAuditAnchors() }))
