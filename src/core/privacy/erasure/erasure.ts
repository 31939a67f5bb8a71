import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import type { Job } from '../../platform/jobs/jobs.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { createExportData } from '../exports/export-data.ts'
import { dataExports } from '../exports/exports.model.ts'
import { createKeepRetention } from '../retention/keep-retention.ts'
import { createEraseAccount } from './erase-account.ts'
import { deletions } from './erasure.model.ts'

const minuteMs = 60_000

export interface PrivacySettings {
  /** For how long somebody who deletes their account can change their mind. */
  readonly erasureDelayMs: number
  readonly portalOrigin: string
}

export interface PrivacyBorrows {
  readonly users: Users
  readonly audit: Audit
  readonly mail: Mailing
  readonly files: Pick<Files, 'exports'>
  readonly forgetSessions: (userId: string) => void
  /** All that the domains have registered, this one too. */
  readonly readRegistry: () => readonly PersonalData[]
  readonly settings: PrivacySettings
}

/** What people can ask about their data: to have it, and to have it erased. */
export function createPrivacy(
  needs: Needs<'archiver' | 'blobs' | 'clock' | 'defer' | 'documents' | 'ids' | 'log'>,
  borrows: PrivacyBorrows,
) {
  const exporting = createExportData(needs, borrows)
  const erasure = createEraseAccount(needs, borrows)
  const jobs: readonly Job[] = [
    { name: 'prepare-exports', everyMs: minuteMs, run: exporting.prepareAll },
    {
      name: 'remove-old-exports',
      everyMs: 60 * minuteMs,
      run: async () => void (await exporting.removeOver()),
    },
    { name: 'erase-accounts', everyMs: minuteMs, run: erasure.eraseDue },
  ]
  const personalData: readonly PersonalData[] = [
    {
      store: dataExports.name,
      dataClass: 'personal',
      fields: [],
      purpose: 'Says how far the export of somebody’s data is.',
      retention: '24 hours.',
      notExported: 'It is the export.',
      async erase(subject) {
        await exporting.erase(subject)
        return nothingKept
      },
      pastRetention: { count: exporting.countOver, remove: exporting.removeOver },
    },
    {
      store: deletions.name,
      dataClass: 'personal',
      fields: [],
      purpose: 'Has an account erased to the end, and shows that it was.',
      retention: 'A year after the end; of a guest, until the end.',
      notExported: 'Whoever asked for it has the receipt, which shows it.',
      erase: async () => [
        {
          what: 'The receipt of this deletion: when it was asked for and done, and the random number your account had.',
          rule: 'It shows you and others that the account was erased.',
          until: new Date(needs.clock.now() + 365 * 24 * 60 * minuteMs).toISOString(),
        },
      ],
    },
  ]
  return { exporting, erasure, jobs, personalData, keepRetention: createKeepRetention(borrows) }
}

export type Privacy = ReturnType<typeof createPrivacy>
