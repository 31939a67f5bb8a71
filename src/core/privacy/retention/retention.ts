import { emptyFace } from '../../kernel/domain.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import { system } from '../../platform/audit/audit.model.ts'
import type { Registry } from '../registry/registry.ts'

export interface StoreRetention {
  readonly store: string
  /** The rule, in words. */
  readonly retention: string
  /** How much was past it, or was removed; null where things go by themselves or with the account. */
  readonly records: number | null
}

/** What the stores keep for longer than their rules say. */
export function createRetention(
  _needs: object,
  { audit, registry }: { readonly audit: Recording; readonly registry: Pick<Registry, 'entries'> },
) {
  return {
    ...emptyFace,
    /** Looks at every registered store for what is past its retention; removes that, unless it is only to be counted. */
    async keep({ isDryRun }: { readonly isDryRun: boolean }): Promise<readonly StoreRetention[]> {
      const report: StoreRetention[] = []
      for (const { store, retention, pastRetention } of registry.entries()) {
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
    },
  }
}

export type Retention = ReturnType<typeof createRetention>

export const retentionDomain = { collections: [], create: createRetention }
