import { z } from 'zod'
import { collection } from '../../ports/documents.ts'
import { FormProgress, Timestamp } from './forms.model.ts'

/** That somebody follows a referral from their account. The referral itself does not know. */
export interface FormClaim {
  /** Of the submission. */
  readonly id: string
  readonly userId: string
  readonly claimedAt: string
}

/** Partition `userId`: who claimed what is asked by the person alone. */
export const formClaims = collection<FormClaim>()({
  name: 'FormClaims',
  partition: 'userId',
  paths: { byTime: { by: [], order: 'claimedAt' } },
})

export const ClaimForm = z
  .strictObject({
    trackingNumber: z.string().min(1).max(100).meta({
      description: 'In any case, with any spaces and dashes.',
      example: 'REF-2026-000125',
      'x-holds': 'typed-code',
    }),
    receiptCode: z.string().min(1).max(300).meta({
      description: 'As it was shown when the form was sent, in any case, with any spaces and dashes.',
      example: 'K7QF-2M9D-X4RT-8HWB',
      'x-holds': 'typed-code',
    }),
  })
  .meta({ id: 'ClaimForm' })
export type ClaimForm = z.infer<typeof ClaimForm>

export const ClaimedForm = FormProgress.extend({ id: z.uuid(), claimedAt: Timestamp }).meta({
  id: 'ClaimedForm',
})
export type ClaimedForm = z.infer<typeof ClaimedForm>
