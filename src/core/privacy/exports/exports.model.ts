import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'

/** One person's request for all of their data, and how far it is. */
export interface Export {
  /** The person. */
  readonly id: string
  readonly exportId: string
  /** The person's security epoch when it was asked for: at another it is void. Absent in older ones, which are. */
  readonly epoch?: number
  /** `void`: to be removed, by whoever comes by. */
  readonly state: 'preparing' | 'ready' | 'void'
  /** How many stores have been collected: a process that goes on begins there. */
  readonly collected: number
  readonly requestedAt: string
  /** From then on it is removed. */
  readonly expiresAt: string
  /** Until then one process works on it. */
  readonly leasedUntil: string
  /** The trace of the request that asked for it, which the work goes on with. */
  readonly trace?: string
}

/** Partition `id`: one export of a person at a time, by the store's own uniqueness. */
export const dataExports = collection<Export>()({ name: 'Exports', partition: 'id', paths: {} })

export const ExportStarted = z
  .object({ id: z.uuid(), status: z.literal('preparing') })
  .meta({ id: 'ExportStarted' })

export const ExportReady = z
  .object({
    id: z.uuid(),
    status: z.literal('ready'),
    url: z.string().meta({ description: 'A ZIP file. Whoever has this URL can read it until `expiresAt`.' }),
    expiresAt: z.iso.datetime().meta({ description: 'Five minutes from now. Ask again for another URL.' }),
    availableUntil: z.iso.datetime().meta({ description: 'Then the file is removed.' }),
  })
  .meta({ id: 'ExportReady' })

export type ExportView = z.infer<typeof ExportStarted> | z.infer<typeof ExportReady>
