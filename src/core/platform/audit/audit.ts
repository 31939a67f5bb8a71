import type { Needs } from '../../../ports/ports.ts'
import { emptyFace } from '../../kernel/domain.ts'
import type { Keys } from '../keys/keys.ts'
import { createAnchoring } from './anchors.ts'
import { createAuditPersonalData } from './personal-data.ts'
import { createReadActivity } from './read-activity.ts'
import { createRecording } from './recording.ts'
import { createSearchAudit } from './search-audit.ts'

export function createAudit(
  needs: Needs<'audit' | 'auditAnchors' | 'auditKeys' | 'clock' | 'ids' | 'log'>,
  borrows: { readonly keys: Pick<Keys, 'pseudonym'> },
) {
  const recording = createRecording(needs, borrows)
  return {
    ...emptyFace,
    ...createAnchoring(needs),
    personalData: createAuditPersonalData(needs),
    readActivity: createReadActivity(needs),
    search: createSearchAudit(needs, recording),
    ...recording,
  }
}

export type Audit = ReturnType<typeof createAudit>

export const auditDomain = { collections: [], create: createAudit }
