import { z } from 'zod'
import { defineError } from '../../kernel/errors.ts'
import { Email } from '../users/users.model.ts'
import { RecoveryCode } from './second-factors.model.ts'

const Timestamp = z.iso.datetime()

/** A recovery with the help of two members of staff, as staff see it. */
export const AssistedRecoveryView = z
  .object({
    startedBy: z.uuid(),
    startedAt: Timestamp.nullable(),
    approvedBy: z.uuid().nullable().meta({ description: 'Null until somebody else approves.' }),
    usableFrom: Timestamp.nullable().meta({ description: 'From then on the code counts.' }),
    expiresAt: Timestamp.nullable(),
  })
  .meta({ id: 'AssistedRecovery' })
export type AssistedRecoveryView = z.infer<typeof AssistedRecoveryView>

/** One that waits for somebody else on the staff. */
export const WaitingRecovery = z
  .object({ userId: z.uuid(), startedBy: z.uuid(), startedAt: Timestamp, expiresAt: Timestamp })
  .meta({ id: 'WaitingRecovery' })
export type WaitingRecovery = z.infer<typeof WaitingRecovery>

export const ApprovedRecovery = z
  .object({
    code: z.string().meta({
      description: 'To be read out to the person, and to nobody else. Shown this once.',
      example: 'K7M2P-9QXRT',
    }),
    usableFrom: Timestamp.meta({ description: 'A day later: until then the owner’s mailbox can cancel it.' }),
    expiresAt: Timestamp,
  })
  .meta({ id: 'ApprovedRecovery' })
export type ApprovedRecovery = z.infer<typeof ApprovedRecovery>

export const CompleteRecovery = z
  .strictObject({ email: Email, code: RecoveryCode })
  .meta({ id: 'CompleteRecovery' })

export const approvedByStarter = defineError(
  'forbidden',
  'forbidden',
  'Somebody else on the staff has to approve this.',
)
