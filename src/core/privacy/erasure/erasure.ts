import type { Needs } from '../../../ports/ports.ts'
import type { Auth } from '../../accounts/auth/auth.ts'
import type { Users } from '../../accounts/users/users.ts'
import { emptyFace } from '../../kernel/domain.ts'
import type { PersonalData } from '../../kernel/personal-data.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { Registry } from '../registry/registry.ts'
import { createCancelDeletion } from './cancel-deletion.ts'
import { createCarryOverDeletion } from './carry-over-deletion.ts'
import { createFindByReceipt } from './deletion-receipt.ts'
import { createEraseAccount } from './erase-account.ts'
import { deletions, type ErasureSettings } from './erasure.model.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

export interface ErasureBorrows {
  readonly users: Users
  readonly auth: Pick<Auth, 'forgetSessions' | 'whereToTell' | 'guestEntered' | 'deletionDisowned'>
  readonly audit: Recording
  readonly mail: Mailing
  readonly registry: Pick<Registry, 'entries'>
}

/** That people can have their account erased, from every store. */
export function createErasure(
  needs: Needs<'clock' | 'defer' | 'documents' | 'log' | 'telemetry'>,
  { auth, ...borrows }: ErasureBorrows,
  { privacy: settings }: { readonly privacy: ErasureSettings },
) {
  const findByReceipt = createFindByReceipt(needs)
  const { cancel, disown } = createCancelDeletion(needs, { ...borrows, findByReceipt })
  const { scheduleGuest, ...erasure } = createEraseAccount(needs, {
    ...borrows,
    findByReceipt,
    forgetSessions: auth.forgetSessions,
    whereToTell: auth.whereToTell,
    settings,
  })
  const personalData: readonly PersonalData[] = [
    {
      store: deletions.name,
      dataClass: 'personal',
      fields: [],
      purpose: 'Makes sure that an account is erased completely, and shows that it was.',
      retention: 'A year after the end; of a guest, until the end.',
      notExported: 'Whoever asked for it has the receipt, which shows it.',
      erase: async () => [
        {
          what: 'The receipt of this deletion: when it was asked for and done, and the random number your account had.',
          rule: 'It shows you and others that the account was erased.',
          until: new Date(needs.clock.now() + 365 * dayMs).toISOString(),
        },
      ],
    },
  ]
  return {
    ...emptyFace,
    ...erasure,
    cancel,
    carryOver: createCarryOverDeletion(needs, borrows),
    personalData,
    jobs: [{ name: 'erase-accounts', everyMs: minuteMs, run: erasure.eraseDue }],
    listeners: [
      auth.guestEntered.listener('erasure', scheduleGuest),
      auth.deletionDisowned.listener('erasure', disown),
    ],
  }
}

export type Erasure = ReturnType<typeof createErasure>

export const erasureDomain = { collections: [deletions], create: createErasure }
