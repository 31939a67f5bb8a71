import type { Needs } from '../../../ports/ports.ts'
import type { Users } from '../../accounts/users/users.ts'
import type { Files } from '../../files/files.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { nothingKept, type PersonalData } from '../../kernel/personal-data.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'
import type { Registry } from '../registry/registry.ts'
import { createExportData } from './export-data.ts'
import { dataExports } from './exports.model.ts'

const minuteMs = 60_000

export interface ExportsBorrows {
  readonly users: Users
  readonly audit: Recording
  readonly mail: Mailing
  readonly files: Pick<Files, 'exports'>
  readonly registry: Pick<Registry, 'entries'>
}

/** That people can have what is held about them. */
export function createExports(
  needs: Needs<'archiver' | 'blobs' | 'clock' | 'defer' | 'documents' | 'ids' | 'log' | 'telemetry'>,
  borrows: ExportsBorrows,
  { privacy: settings }: { readonly privacy: { readonly pages: Pick<MailedPages, 'dataExport'> } },
) {
  const exporting = createExportData(needs, { ...borrows, settings })
  const jobs: readonly Job[] = [
    { name: 'prepare-exports', everyMs: minuteMs, run: exporting.prepareAll },
    {
      name: 'remove-old-exports',
      everyMs: 60 * minuteMs,
      run: async () => void (await exporting.removeOver()),
    },
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
  ]
  return {
    ...emptyFace,
    jobs,
    personalData,
    listeners: [borrows.users.epochRaised.listener('exports', ({ id }) => exporting.removeVoid(id))],
    request: exporting.request,
    show: exporting.show,
    prepareAll: exporting.prepareAll,
  }
}

export type Exports = ReturnType<typeof createExports>

export const exportsDomain = { collections: [dataExports], create: createExports }
