import type { Needs } from '../../../ports/ports.ts'
import { emptyFace } from '../../kernel/domain.ts'
import { createQuestion } from '../../kernel/events.ts'
import type { Keys } from '../keys/keys.ts'
import { createAnchoring } from './anchors.ts'
import { createAuditPersonalData } from './personal-data.ts'
import { createReadActivity } from './read-activity.ts'
import { createRecording } from './recording.ts'
import { createSearchAudit } from './search-audit.ts'
import { createVerifyChain } from './verify-chain.ts'

export function createAudit(
  needs: Needs<'audit' | 'auditAnchors' | 'auditKeys' | 'clock' | 'ids' | 'log' | 'telemetry'>,
  borrows: { readonly keys: Pick<Keys, 'pseudonym'> },
) {
  const recording = createRecording(needs, borrows)
  /**
   * What somebody whom an actor `kind:id` stands for is called, who has no account; by the owner of what they did it to. Null
   * where that is not known any more.
   */
  const actors = createQuestion<'share', (ownerId: string, id: string) => Promise<string | null>>(
    'audit.actors',
  )
  const { job, chain } = createVerifyChain(needs, recording)
  return {
    ...emptyFace,
    actors,
    jobs: [...createAnchoring(needs).jobs, job],
    chain,
    personalData: createAuditPersonalData(needs),
    readActivity: createReadActivity(needs),
    search: createSearchAudit(needs, recording),
    ...recording,
  }
}

export type Audit = ReturnType<typeof createAudit>

export const auditDomain = { collections: [], create: createAudit }
