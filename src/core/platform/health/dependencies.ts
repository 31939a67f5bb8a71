import { BlobExists } from '../../../ports/blobs.ts'
import type { Needs } from '../../../ports/ports.ts'
import { beat } from './heartbeats.model.ts'

export type Questions = Readonly<Record<string, () => Promise<unknown>>>

const probe = { container: 'documents', path: 'readiness' } as const
const probeBytes = 1_024
const minuteMs = 60_000

/**
 * A question to each dependency that costs next to nothing. Where there is something to write, it is written: a store whose disk is
 * full, or that somebody else has locked, still reads well.
 */
export function createQuestions({
  documents,
  blobs,
  cache,
  realtime,
  audit,
  mailQueue,
  accessTokens,
  clock,
}: Needs<
  'documents' | 'blobs' | 'cache' | 'realtime' | 'audit' | 'mailQueue' | 'accessTokens' | 'clock'
>): Questions {
  return {
    documents: () => beat(documents, { id: 'store', at: new Date(clock.now()).toISOString() }),
    async blobs() {
      try {
        await blobs.write(probe, new Uint8Array(probeBytes))
      } catch (error) {
        // Of another process, or of one that died here.
        if (!(error instanceof BlobExists)) throw error
      }
      await blobs.delete(probe)
    },
    cache: () => cache.set('readiness', '1', minuteMs),
    realtime: () => realtime.isConnected('readiness'),
    audit: () => audit.listByActor('readiness', { limit: 1 }),
    // In the database of the audit log and of the forms, which is written to by this alone.
    records: () => mailQueue.probe(),
    keys: () => accessTokens.publicKeys(),
  }
}
