import type { Needs } from '../../../ports/ports.ts'
import type { Job } from '../../kernel/domain.ts'
import type { PastRetention } from '../../kernel/personal-data.ts'
import { type Recording, system } from '../../platform/audit/audit.model.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import { queue, reports, type StoredReport } from './reports.model.ts'
import type { SealReport } from './seal-report.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const batch = 100
/** A report that nobody has opened for so long is said in the log. */
const waitsTooLongMs = 24 * hourMs

/** What is done about reports that nobody asks for: safe at any time, in any number of processes at once. */
export function createReportJobs(
  { documents, clock, log }: Needs<'documents' | 'clock' | 'log'>,
  parts: {
    readonly audit: Pick<Recording, 'record'>
    readonly keys: Pick<Keys, 'activeKeyId'>
    readonly sealing: SealReport
  },
) {
  const { audit, keys, sealing } = parts

  /** Those whose time is over, the oldest first, each once. */
  async function* pastRetention() {
    const now = new Date(clock.now()).toISOString()
    let after: string | undefined
    do {
      const page = await documents.query(reports, {
        path: 'byRetention',
        partition: queue,
        equals: {},
        limit: batch,
        ...(after === undefined ? {} : { after }),
      })
      for (const stored of page.items) {
        if (stored.value.retainUntil > now) return
        yield stored
      }
      after = page.next
    } while (after !== undefined)
  }
  const retention: PastRetention = {
    async count() {
      let count = 0
      for await (const _ of pastRetention()) count++
      return count
    },
    async remove() {
      let removed = 0
      for await (const { value, version } of pastRetention()) {
        // False when staff changed it meanwhile: its time may have been renewed.
        if (!(await documents.remove(reports, { partition: queue, id: value.id }, version))) continue
        await audit.record(null, {
          event: 'report.expire',
          actorId: system,
          resource: { type: 'report', id: value.id },
          reason: value.status,
        })
        removed++
      }
      if (removed > 0) log.info('reports_past_retention', { removed })
      return removed
    },
  }

  async function watch(): Promise<void> {
    const { items } = await documents.query(reports, {
      path: 'byStatus',
      partition: queue,
      equals: { status: 'open' },
      limit: 1,
    })
    const oldest = items[0]?.value
    if (!oldest) return
    const waitingSinceMs = clock.now() - Date.parse(oldest.createdAt)
    if (waitingSinceMs > waitsTooLongMs) log.warn('reports_wait', { waitingSinceMs })
  }

  /** False when it cannot be read, or somebody else wrote it first: another run looks again. */
  async function renew(report: StoredReport, version: string): Promise<boolean> {
    try {
      const sealed = await sealing.sealAll(report.id, await sealing.openAll(report))
      await documents.replace(reports, { ...report, ...sealed }, version)
      return true
    } catch (error) {
      log.error('report_not_renewed', error, { reportId: report.id })
      return false
    }
  }

  /** After the master key changed. Keys stand in order, so that those of another key are at one end or the other. */
  async function renewKeys(): Promise<void> {
    const active = await keys.activeKeyId()
    let renewed = 0
    for (const direction of ['asc', 'desc'] as const) {
      const { items } = await documents.query(reports, {
        path: 'byKey',
        partition: queue,
        equals: {},
        direction,
        limit: batch,
      })
      for (const { value, version } of items) {
        if (value.keyId === active) break
        if (await renew(value, version)) renewed++
      }
    }
    if (renewed > 0) log.info('report_keys_renewed', { renewed })
  }

  const jobs: readonly Job[] = [
    { name: 'watch-reports', everyMs: hourMs, run: watch },
    { name: 'renew-report-keys', everyMs: hourMs, run: renewKeys },
    {
      name: 'remove-reports-past-retention',
      everyMs: 24 * hourMs,
      run: async () => void (await retention.remove()),
    },
  ]
  return { jobs, retention }
}
