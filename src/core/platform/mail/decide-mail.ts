import type { ClaimedMail, MailOutcome } from '../../../ports/mail-queue.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent } from '../../../ports/traceparent.ts'
import { createQuestion } from '../../kernel/events.ts'
import type { Keys } from '../keys/keys.ts'
import { recipientPurpose } from './seal-mail.ts'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const purpose = 'undecided mail'
const place = (id: string): string => `mail_outbox.sealed ${id}`
const template = 'undecided'
/** After all mail whose words are known. */
export const undecidedPriority = 20
/** What was asked for since the last of these is decided together. */
const togetherMs = 5 * secondMs
const leaseMs = 5 * minuteMs
const batch = 10
const longestDelayMs = 10 * minuteMs
/** The delays add up to half a day. */
const maxAttempts = 80

/** Something that was asked for in the name of an address. */
export interface Undecided {
  /** Who decides it. */
  readonly kind: string
  readonly to: string
  /** What else is needed for it; encrypted until then. */
  readonly facts: object
  readonly usefulForMs: number
}

/** Where it was asked for. */
interface Traced {
  readonly trace?: string
}

/** Decides, and does what follows from it. Run again after a crash in the middle. `id` is the same then. */
export type Decide = (asked: {
  readonly to: string
  readonly facts: unknown
  readonly id: string
}) => Promise<void>

const delayMs = (attempts: number): number =>
  Math.min(longestDelayMs, 5 * secondMs * 2 ** Math.min(attempts - 1, 20))

/**
 * Mail whose words, and whether there is any, depend on whether an address has an account. Whoever asks gets an answer
 * after one write, the same for every address; what is unlike is decided and done by a job, at a time that has nothing to
 * do with the asking, so that neither the answer nor the next request tells.
 */
export function createDecideMail(
  {
    mailQueue,
    clock,
    defer,
    ids,
    log,
    telemetry,
  }: Needs<'mailQueue' | 'clock' | 'defer' | 'ids' | 'log' | 'telemetry'>,
  keys: Keys,
) {
  const deciders = createQuestion<string, Decide>('mail.undecided')
  const at = (ms: number): string => new Date(ms).toISOString()

  async function decide(mail: ClaimedMail): Promise<MailOutcome> {
    const now = clock.now()
    if (mail.expiresAt !== null && Date.parse(mail.expiresAt) <= now) return { state: 'gone' }
    const bytes = await keys.open(purpose, place(mail.id), mail.sealed)
    if (!bytes) return { state: 'dead', at: at(now), reason: 'unreadable' }
    const { kind, to, facts, trace } = JSON.parse(new TextDecoder().decode(bytes)) as Undecided & Traced
    const decider = deciders.of(kind)
    if (!decider) return { state: 'dead', at: at(now), reason: 'unreadable' }
    try {
      await telemetry.trace('decision', {}, { from: ownTraceParent(trace) }, () =>
        decider({ to, facts, id: mail.id }),
      )
      return { state: 'gone' }
    } catch (error) {
      log.error('mail_not_decided', error, { mailId: mail.id, attempts: mail.attempts })
      return mail.attempts >= maxAttempts
        ? { state: 'dead', at: at(clock.now()), reason: 'gave_up' }
        : { state: 'waiting', dueAt: at(clock.now() + delayMs(mail.attempts)), reason: 'unavailable' }
    }
  }

  /** Safe in many processes at once: each is decided under a lease that one of them has. */
  async function decideDue(): Promise<void> {
    for (;;) {
      const lease = ids.next()
      const now = clock.now()
      const claimed = await mailQueue.claim({
        lease,
        now: at(now),
        leaseUntil: at(now + leaseMs),
        limit: batch,
        priorities: { least: undecidedPriority, most: undecidedPriority },
      })
      for (const mail of claimed) await mailQueue.settle(mail.id, lease, await decide(mail))
      if (claimed.length < batch) return
    }
  }

  let isAwaited = false
  /** For where jobs run once a minute, or not at all. */
  function decideTogether(): void {
    if (isAwaited) return
    isAwaited = true
    const run = () => {
      isAwaited = false
      return decideDue()
    }
    defer.run('decide-mail', run, { afterMs: togetherMs - (clock.now() % togetherMs) })
  }

  return {
    /** For who decides: `undecided.listener(kind, decide)`. */
    undecided: deciders,
    decideDue,
    /** Durable when it resolves. */
    async decideLater({ usefulForMs, ...asked }: Undecided): Promise<void> {
      const id = ids.next()
      const now = clock.now()
      const text = new TextEncoder().encode(
        JSON.stringify({ ...asked, trace: telemetry.context() ?? undefined }),
      )
      await mailQueue.enqueue({
        id,
        key: `${template} ${id}`,
        template,
        recipient: await keys.pseudonym(recipientPurpose, asked.to),
        priority: undecidedPriority,
        reference: null,
        sealed: await keys.seal(purpose, place(id), text),
        createdAt: at(now),
        dueAt: at(now),
        expiresAt: at(now + usefulForMs),
      })
      decideTogether()
    },
  }
}
