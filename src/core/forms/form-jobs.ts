import type { Needs } from '../../ports/ports.ts'
import type { SubmissionFilter } from '../../ports/submissions.ts'
import type { Job } from '../kernel/domain.ts'
import { type FilledForm, type FormType, formTypes } from './forms.model.ts'
import type { FormsDomain } from './forms-domain.ts'
import type { RetentionReport } from './review.model.ts'
import { contactsOf } from './submit-form.ts'
import { createWalkForms } from './walk-forms.ts'
import { createWatchForms } from './watch-forms.ts'

const minuteMs = 60_000

/** What is done about submissions that nobody asks for: safe at any time, in any number of processes at once. */
export function createFormJobs(
  needs: Needs<'submissions' | 'clock' | 'log' | 'telemetry'>,
  domain: FormsDomain,
) {
  const { submissions, clock, log } = needs
  const { keys, audit, sealing, hashContacts, eraseContents, settings } = domain
  const { now, forEach, change, entryOf } = createWalkForms({ submissions, clock }, { audit })
  const watching = createWatchForms(needs, domain, { forEach, change, entryOf })

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
    { name: 'escalate-overdue-forms', everyMs: 5 * minuteMs, run: watching.escalate },
    { name: 'watch-forms', everyMs: 5 * minuteMs, run: watching.watch },
    { name: 'tell-of-quarantine', everyMs: 60 * minuteMs, run: watching.tellOfQuarantine },
    {
      name: 'erase-forms-past-retention',
      everyMs: 24 * 60 * minuteMs,
      run: async () => void (await erasePastRetention()),
    },
    { name: 'renew-form-keys', everyMs: 60 * minuteMs, run: renewKeys },
  ]
  return { jobs, reportRetention, erasePastRetention }
}
