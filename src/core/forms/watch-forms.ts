import { isRecent } from '../../ports/clock.ts'
import type { QueuedMail } from '../../ports/mail-queue.ts'
import type { Needs } from '../../ports/ports.ts'
import type { Submission } from '../../ports/submissions.ts'
import { dateIn } from './business-hours.ts'
import type { FormStatus } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import { overdueAt } from './overdue.ts'
import type { WalkForms } from './walk-forms.ts'

/** Of so many that were put aside each is told by itself. */
const toldOneByOne = 3
/** More are not counted. */
const mostCounted = 10_000
const seenForMs = 15 * 60_000

const isPutAside = ({ status }: Submission): boolean => (status as FormStatus) === 'spam'

/** Sees to it that nothing waits without anybody knowing. */
export function createWatchForms(
  { submissions, clock, log, telemetry }: Needs<'submissions' | 'clock' | 'log' | 'telemetry'>,
  { mail, mails, settings }: Pick<FormsDomain, 'mail' | 'mails' | 'settings'>,
  { forEach, change, entryOf }: Pick<WalkForms, 'forEach' | 'change' | 'entryOf'>,
) {
  let seen: { readonly atMs: number; readonly isOverdue: boolean } | null = null
  // Where another process has looked since, what this one knows is old.
  telemetry.gauge('forms.overdue', () => {
    if (seen === null || !isRecent(seen.atMs, seenForMs, clock.now())) return null
    return seen.isOverdue ? 1 : 0
  })

  return {
    async watch(): Promise<void> {
      const atMs = clock.now()
      const counts = await submissions.countWaiting({ now: new Date(atMs).toISOString(), most: 1 })
      seen = { atMs, isOverdue: counts.some(({ overdue }) => overdue > 0) }
    },
    /** Each is escalated once. What a person sent and what may be a flood are told apart. */
    async escalate(): Promise<void> {
      const filter = { ...overdueAt(clock.now()), isEscalated: false }
      let putAside = 0
      let firstPutAside = ''
      await forEach({ ...filter, status: 'spam' }, ({ id }) => {
        if (putAside++ === 0) firstPutAside = id
      })
      const aboutAll = putAside > toldOneByOne ? await mails.quarantineOverdue(putAside, firstPutAside) : null
      let isTold = false
      async function mailsFor(submission: Submission): Promise<readonly QueuedMail[]> {
        if (aboutAll === null || !isPutAside(submission)) return mails.overdue(submission)
        return isTold ? [] : aboutAll
      }
      let escalated = 0
      await forEach(filter, async (submission) => {
        const planned = {
          change: { escalatedAt: new Date(clock.now()).toISOString() },
          audit: await entryOf('form.escalate', submission, ['escalatedAt']),
          mails: await mailsFor(submission),
        }
        if (!(await change(submission, planned))) return
        escalated++
        isTold ||= isPutAside(submission)
      })
      if (escalated === 0) return
      log.warn('forms_overdue', { escalated, putAside })
      mail.sendSoon()
    },
    /** Once a day while there are any, and again when there are ten times as many. */
    async tellOfQuarantine(): Promise<void> {
      const now = clock.now()
      const count = async (most: number) => {
        const counts = await submissions.countWaiting({ now: new Date(now).toISOString(), most })
        return counts.find(({ status }) => (status as FormStatus) === 'spam')
      }
      // Whatever waits is counted only where something was put aside.
      const putAside = (await count(1)) && (await count(mostCounted))
      if (!putAside) return
      const { submissions: found, overdue, oldestAt } = putAside
      log.warn('forms_quarantined', { count: found, overdue, oldestMs: now - Date.parse(oldestAt) })
      const occasion = `${dateIn(now, settings.businessHours.timeZone)} ${String(found).length}`
      await mail.enqueueSealed(await mails.quarantined(putAside, occasion))
    },
  }
}
