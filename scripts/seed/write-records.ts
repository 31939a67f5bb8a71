import { submissionOf, submitting } from '../../src/core/forms/submit-form.ts'
import { greetingOf, linkTo } from '../../src/core/platform/mail/mail.model.ts'
import { priorities } from '../../src/core/platform/mail/seal-mail.ts'
import type { AuditEntry } from '../../src/ports/audit.ts'
import type { ClaimedMail, QueuedMail } from '../../src/ports/mail-queue.ts'
import type { Ports } from '../../src/ports/ports.ts'
import type { Submission } from '../../src/ports/submissions.ts'
import type { Bench } from './bench.ts'
import type { FormPlan, NoticePlan } from './plan.ts'
import { atTheSameTime } from './writer.ts'

const dayMs = 24 * 60 * 60_000
/** For so long the queue remembers what was sent. */
const rememberedMs = 30 * dayMs
const claimedAtOnce = 500

export interface RecordsOptions {
  readonly ports: Pick<Ports, 'submissions' | 'mailQueue'>
  readonly bench: Bench
  readonly untilMs: number
  /** A run before this one may have stored some of them. */
  readonly isContinued: boolean
  readonly isElsewhere: boolean
}

interface Composed {
  readonly plan: FormPlan
  readonly submission: ReturnType<typeof submissionOf>
  readonly entry: AuditEntry
  readonly mails: readonly QueuedMail[]
}

/** Writes forms and mails through their ports, many at a time. */
export function createRecordsWriter({ ports, bench, untilMs, isContinued, isElsewhere }: RecordsOptions) {
  const limit = atTheSameTime(isElsewhere)
  const { submissions, mailQueue } = ports
  const isRemembered = (ms: number) => ms > untilMs - rememberedMs

  async function compose(plan: FormPlan): Promise<Composed> {
    const { id, filled, atMs, caller } = plan
    bench.take('form', id)
    bench.at(atMs)
    const receiptCode = filled.type === 'referral' ? bench.newReceiptCode() : null
    const prepared = await bench.prepareSubmission(id, filled, receiptCode, caller.language)
    const facts = { id, atMs, idempotencyKey: null, spamSignals: [], duplicateOf: null, attachments: [] }
    return {
      plan,
      submission: submissionOf(filled, prepared, facts, bench.settings.forms),
      entry: await bench.audit.entryOf(caller, submitting(id, false)),
      mails: isRemembered(atMs) ? prepared.arrivalMails : [],
    }
  }

  async function store({ plan, submission, entry, mails }: Composed): Promise<Submission> {
    const known = isContinued ? await submissions.read(plan.id) : null
    return known ?? (await submissions.store(submission, { audit: entry, mails })).submission
  }

  /** The reviews of that number of all forms, and so on until there are none. */
  async function review(
    stored: readonly (readonly [FormPlan, Submission])[],
    number: number,
  ): Promise<QueuedMail[]> {
    const due = stored.filter(([plan]) => plan.reviews[number] !== undefined)
    if (due.length === 0) return []
    const planned = []
    for (const [plan, submission] of due) {
      const { status, by, assignedTo, atMs, caller } = plan.reviews[number] as FormPlan['reviews'][number]
      // One change for each: the version tells how many there were.
      if (Number(submission.version) > number + 1) continue
      bench.take(`review ${number}`, plan.id)
      const at = bench.at(atMs)
      const wanted = { status, ...(assignedTo === undefined ? {} : { assignedTo }) }
      const change = await bench.planReview(caller, by, submission, wanted)
      if (change) planned.push({ ...change, submission, at, mails: isRemembered(atMs) ? change.mails : [] })
    }
    const changed = await Promise.all(
      planned.map(({ submission, change, at, audit, mails }) =>
        limit(() =>
          submissions.change(
            submission.id,
            submission.version,
            { ...change, updatedAt: at },
            { audit, mails },
          ),
        ),
      ),
    )
    const latest = new Map(changed.map((submission) => [submission.id, submission]))
    const next = due.map(([plan, submission]) => [plan, latest.get(submission.id) ?? submission] as const)
    return [...planned.flatMap(({ mails }) => mails), ...(await review(next, number + 1))]
  }

  /** As the job would have: each right when it was asked for. What is not one of these goes back as it was. */
  async function send(mails: ReadonlyMap<string, { readonly isRefused: boolean }>): Promise<void> {
    const lease = bench.nextId()
    const settle = ({ id, createdAt, dueAt }: ClaimedMail) => {
      const mine = mails.get(id)
      if (!mine) return mailQueue.settle(id, lease, { state: 'waiting', dueAt, reason: 'unavailable' })
      return mine.isRefused
        ? mailQueue.settle(id, lease, { state: 'dead', at: createdAt, reason: 'refused' })
        : mailQueue.settle(id, lease, { state: 'sent', at: createdAt })
    }
    const now = new Date(untilMs).toISOString()
    const leaseUntil = new Date(untilMs + dayMs).toISOString()
    const sent = { least: priorities.code, most: priorities.notice }
    const settled = new Set<string>()
    for (let isMore = mails.size > 0; isMore; ) {
      const claimed = await mailQueue.claim({
        lease,
        now,
        leaseUntil,
        limit: claimedAtOnce,
        priorities: sent,
      })
      const fresh = claimed.filter(({ id }) => mails.has(id) && !settled.has(id))
      await Promise.all(claimed.map((mail) => limit(() => settle(mail))))
      for (const { id } of fresh) settled.add(id)
      isMore = fresh.length > 0 && settled.size < mails.size
    }
  }

  return {
    async forms(plans: readonly FormPlan[]): Promise<void> {
      const composed: Composed[] = []
      for (const plan of plans) composed.push(await compose(plan))
      const submitted = await Promise.all(composed.map((each) => limit(() => store(each))))
      const reviewMails = await review(
        submitted.map((submission, i) => [plans[i] as FormPlan, submission] as const),
        0,
      )
      const mails = [...composed.flatMap((each) => each.mails), ...reviewMails]
      await send(new Map(mails.map(({ id }) => [id, { isRefused: false }])))
    },

    async notices(plans: readonly NoticePlan[]): Promise<void> {
      const mails = new Map<string, { readonly isRefused: boolean }>()
      const sealed: QueuedMail[] = []
      for (const { person, key, atMs, isRefused } of plans) {
        bench.take('notice', key)
        bench.at(atMs)
        const link = linkTo(bench.settings.forms.pages.notMe)
        const greeting = greetingOf(person.name)
        const mail = await bench.mail.seal(
          { template: 'new_device', language: 'en', to: person.email, greeting, link },
          key,
        )
        sealed.push(mail)
        mails.set(mail.id, { isRefused })
      }
      await Promise.all(sealed.map((mail) => limit(() => mailQueue.enqueue(mail))))
      await send(mails)
    },
  }
}

export type RecordsWriter = ReturnType<typeof createRecordsWriter>
