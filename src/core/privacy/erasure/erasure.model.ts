import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { defineError } from '../../kernel/errors.ts'
import { SaidText } from '../../kernel/messages/said-text.ts'
import type { Kept } from '../../kernel/personal-data.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'

/** One store that was dealt with. */
export interface ErasureStep {
  readonly store: string
  readonly finishedAt: string
  readonly kept: readonly Kept[]
}

/** The erasure of one account: from the wish to the end, and what came of it. Holds ids alone. */
export interface Deletion {
  /** Hash of the receipt, which nobody can guess. */
  readonly id: string
  readonly userId: string
  /** A guest whose day ends: nobody has a receipt. */
  readonly isOfGuest: boolean
  readonly state: 'scheduled' | 'erasing' | 'done' | 'cancelled'
  readonly requestedAt: string
  readonly eraseAfter: string
  readonly steps: readonly ErasureStep[]
  readonly finishedAt: string | null
  /** Until then one process works on it. */
  readonly leasedUntil: string
  /** The trace of the request that asked for it, which the work goes on with. Not kept once it is done. */
  readonly trace?: string
  /** When the receipt is forgotten too. */
  readonly purgeAt?: string
}

/** Partition `id`: whoever has the receipt makes a point read; only a job walks them. */
export const deletions = collection<Deletion>()({
  name: 'Deletions',
  partition: 'id',
  paths: {},
  ttl: 'purgeAt',
})

const Timestamp = z.iso.datetime()

export const DeletionView = z
  .object({
    state: z.enum(['scheduled', 'on_hold', 'erasing', 'done', 'cancelled']),
    message: SaidText.meta({ description: 'How it stands, in words.' }),
    requestedAt: Timestamp,
    eraseAfter: Timestamp.meta({ description: 'Until then it can be cancelled.' }),
    finishedAt: Timestamp.nullable(),
    steps: z.object({
      total: z.number().int(),
      done: z.array(z.object({ store: z.string(), finishedAt: Timestamp })),
    }),
    kept: z.array(
      z.object({
        what: SaidText,
        rule: SaidText.meta({ description: 'Why it stays.' }),
        until: Timestamp.nullable(),
      }),
    ),
  })
  .meta({ id: 'Deletion' })
export type DeletionView = z.input<typeof DeletionView>

export const Receipt = z
  .string()
  .regex(/^[\w-]{43}$/, 'Must be a receipt.')
  .meta({ description: 'The last part of `Location`. Whoever has it can take the deletion back.' })

export const tooLateToCancel = defineError('conflict', 'conflict', 'It is too late to cancel this deletion.')

export interface ErasureSettings {
  /** For how long somebody who deletes their account can change their mind. */
  readonly erasureDelayMs: number
  readonly pages: Pick<MailedPages, 'accountDeletion' | 'dataExport'>
}
