import { collection, DocumentExists, type DocumentStore, VersionMismatch } from '../../../ports/documents.ts'

/** When a job last ended, well or not: ISO times in UTC. */
export interface JobRun {
  readonly succeededAt: string | null
  readonly failedAt: string | null
}

export interface Heartbeat {
  /** Of what it shows that it lives: the store, what begins the jobs, and how each job last ended. */
  readonly id: 'store' | 'jobs' | 'runs'
  readonly at: string
  /** Of the jobs, those that hang or fail. */
  readonly inTrouble?: readonly string[]
  /** By the name of the job. */
  readonly runs?: Readonly<Record<string, JobRun>>
}

/** Three documents of no person, each its own partition: they have nothing to do with each other. */
export const heartbeats = collection<Heartbeat>()({ name: 'Heartbeats', partition: 'id', paths: {} })

export const readHeartbeat = async (
  documents: DocumentStore,
  id: Heartbeat['id'],
): Promise<Heartbeat | null> => (await documents.read(heartbeats, { partition: id, id }))?.value ?? null

/** Resolves when it, or that of another process, is stored. */
export async function beat(documents: DocumentStore, heartbeat: Heartbeat): Promise<void> {
  const { id } = heartbeat
  const stored = await documents.read(heartbeats, { partition: id, id })
  try {
    if (stored) await documents.replace(heartbeats, heartbeat, stored.version)
    else await documents.insert(heartbeats, heartbeat)
  } catch (error) {
    if (!(error instanceof VersionMismatch || error instanceof DocumentExists)) throw error
  }
}
