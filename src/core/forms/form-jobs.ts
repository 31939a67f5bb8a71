import type { Needs } from '../../ports/ports.ts'
import { type Submission, SubmissionChanged, type SubmissionFilter } from '../../ports/submissions.ts'
import type { Job } from '../kernel/domain.ts'
import { system } from '../platform/audit/audit.model.ts'
import type { PlannedChange } from './change-submission.ts'
import { type FilledForm, type FormType, formTypes } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import type { RetentionReport } from './review.model.ts'
import { contactsOf } from './submit-form.ts'

const minuteMs = 60_000
const batch = 100

/** What is done about submissions that nobody asks for: safe at any time, in any number of processes at once. */
export function createFormJobs(
  { submissions, clock, log }: Needs<'submissions' | 'clock' | 'log'>,
  { keys, audit, mail, mails, sealing, hashContacts, eraseContents, settings }: FormsDomain,
) {
  const now = (): string => new Date(clock.now()).toISOString()

  /** Each once, also those that `work` takes out of the filter. */
  async function forEach(
    filter: SubmissionFilter,
    work: (submission: Submission) => Promise<void>,
  ): Promise<void> {
    let after: string | undefined
    do {
      const page = await submissions.list(filter, {
        order: 'newest',
        limit: batch,
        ...(after === undefined ? {} : { after }),
      })
      for (const submission of page.items) await work(submission)
      after = page.next
    } while (after !== undefined)
  }
  /** False when somebody else changed it first: the next run looks again. */
  async function change(submission: Submission, planned: PlannedChange): Promise<boolean> {
    const { change: fields, audit, mails: toSend } = planned
    try {
      await submissions.change(
        submission.id,
        submission.version,
        { ...fields, updatedAt: now() },
        { audit, mails: toSend },
      )
      return true
    } catch (error) {
      if (error instanceof SubmissionChanged) return false
      throw error
    }
  }
  const entryOf = (event: string, { id }: Submission, changedFields: readonly string[]) =>
    audit.entryOf(null, { event, actorId: system, resource: { type: 'form', id }, changedFields })

  async function escalate(): Promise<void> {
    let escalated = 0
    await forEach({ status: 'pending', dueUntil: now(), isEscalated: false }, async (submission) => {
      const planned = {
        change: { escalatedAt: now() },
        audit: await entryOf('form.escalate', submission, ['escalatedAt']),
        mails: await mails.overdue(submission),
      }
      if (await change(submission, planned)) escalated++
    })
    if (escalated === 0) return
    log.warn('forms_overdue', { escalated })
    mail.sendSoon()
  }

  const pastRetention = (): SubmissionFilter => ({ retainedUntil: now(), isErased: false })

  async function reportRetention(): Promise<RetentionReport> {
    const found = new Map<FormType, { submissions: number; oldest: string }>()
    await forEach(pastRetention(), async ({ type, createdAt }) => {
      const known = found.get(type as FormType) ?? { submissions: 0, oldest: createdAt }
      found.set(type as FormType, {
        submissions: known.submissions + 1,
        oldest: createdAt < known.oldest ? createdAt : known.oldest,
      })
    })
    const due = formTypes.flatMap((type) => {
      const counted = found.get(type)
      return counted ? { type, ...counted } : []
    })
    return { due, total: due.reduce((sum, { submissions: count }) => sum + count, 0) }
  }

  /** Answers how many were erased. */
  async function erasePastRetention(): Promise<number> {
    if (!settings.isErasing) {
      const { total } = await reportRetention()
      log.info('forms_past_retention', { total, erased: 0 })
      return 0
    }
    let erased = 0
    await forEach(pastRetention(), async (submission) => {
      const audit = await entryOf('form.expire', submission, ['data'])
      const erasure = await eraseContents(submission)
      if (await change(submission, { change: erasure, audit, mails: [] })) erased++
    })
    if (erased > 0) log.info('forms_past_retention', { total: erased, erased })
    return erased
  }

  /** After the master key changed: so that its predecessor can be taken away some day without losing a word. */
  async function renewKeys(): Promise<void> {
    let renewed = 0
    await forEach({ keyIdOtherThan: await keys.activeKeyId() }, async (submission) => {
      const form = await sealing.open(submission, 'data').catch((error: unknown) => {
        log.error('form_not_readable', error, { submissionId: submission.id })
        return null
      })
      if (form === null) return
      const contacts = contactsOf({ type: submission.type, form } as FilledForm)
      const planned = {
        change: { ...(await sealing.renewKey(submission)), contactHashes: await hashContacts(contacts) },
        audit: await entryOf('form.renew_key', submission, ['sealedKey']),
        mails: [],
      }
      if (await change(submission, planned)) renewed++
    })
    if (renewed > 0) log.info('form_keys_renewed', { renewed })
  }

  const jobs: readonly Job[] = [
    { name: 'escalate-overdue-forms', everyMs: 5 * minuteMs, run: escalate },
    {
      name: 'erase-forms-past-retention',
      everyMs: 24 * 60 * minuteMs,
      run: async () => void (await erasePastRetention()),
    },
    { name: 'renew-form-keys', everyMs: 60 * minuteMs, run: renewKeys },
  ]
  return { jobs, reportRetention, erasePastRetention }
}
