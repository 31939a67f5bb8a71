import type { PersonalData } from '../../kernel/personal-data.ts'
import { type Audit, system } from '../../platform/audit/audit.ts'

export interface StoreRetention {
  readonly store: string
  /** The rule, in words. */
  readonly retention: string
  /** How much was past it, or was removed; null where things go by themselves or with the account. */
  readonly records: number | null
}

/** Looks at every registered store for what is past its retention; removes that, unless it is only to be counted. */
export const createKeepRetention =
  ({
    audit,
    readRegistry,
  }: {
    readonly audit: Audit
    readonly readRegistry: () => readonly PersonalData[]
  }) =>
  async ({ isDryRun }: { readonly isDryRun: boolean }): Promise<readonly StoreRetention[]> => {
    const report: StoreRetention[] = []
    for (const { store, retention, pastRetention } of readRegistry()) {
      const count = isDryRun ? pastRetention?.count : pastRetention?.remove
      report.push({ store, retention, records: count ? await count() : null })
    }
    await audit.record(null, {
      event: 'retention.run',
      actorId: system,
      resource: { type: 'retention', id: null },
      reason: isDryRun ? 'dry_run' : 'removed',
      changedFields: report.flatMap(({ store, records }) => (records ? [store] : [])),
    })
    return report
  }
