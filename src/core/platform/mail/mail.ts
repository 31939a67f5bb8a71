import { isRecent } from '../../../ports/clock.ts'
import type { DeadMail, MailCounts, QueuedMail } from '../../../ports/mail-queue.ts'
import { headersOf, type KeptMail } from '../../../ports/mailer.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { emptyFace, type Job } from '../../kernel/domain.ts'
import { notFound } from '../../kernel/errors.ts'
import { createQuestion } from '../../kernel/events.ts'
import type { Recording } from '../audit/audit.model.ts'
import type { Keys } from '../keys/keys.ts'
import { createDecideMail, type Decide as DecideOne } from './decide-mail.ts'
import type { RetryDeadLetters } from './mail.model.ts'
import { createMailPersonalData } from './personal-data.ts'
import { createSealMail, type Mail, type Recipient as SealedFor } from './seal-mail.ts'
import { createSendDueMail } from './send-due-mail.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** For so long the key of a mail that was sent is remembered. */
const rememberedMs = 30 * dayMs
const listedDead = 200
/** Mail that waits so long is said to. */
const longMs = 5 * minuteMs

/**
 * Mail is stored first and sent later, by whichever process comes to it. A domain writes `enqueue` before it answers;
 * the key makes asking again harmless. Where the write of the domain takes mails along, it gives it what `seal` made,
 * and calls `sendSoon` afterwards.
 */
export function createMail(
  needs: Needs<'mailQueue' | 'mailer' | 'mailbox' | 'clock' | 'ids' | 'log' | 'defer' | 'telemetry'>,
  { keys, audit }: { readonly keys: Keys; readonly audit: Recording },
) {
  const { mailQueue, mailbox, clock, defer, log, telemetry } = needs
  const { seal, open } = createSealMail(needs, keys)
  /** Whether a mail that can be ended is still to be sent, by the token that ends it: asked right before it goes out. */
  const stillWanted = createQuestion<'mails', (token: string) => Promise<boolean>>('mail.still-wanted')
  const sendDue = createSendDueMail(
    needs,
    open,
    async (token) => (await stillWanted.of('mails')?.(token)) ?? true,
  )
  const { undecided, decideLater, decideDue } = createDecideMail(needs, keys)

  let counted: { readonly atMs: number; readonly dead: number; readonly waitingSinceMs: number } | null = null
  // Where another process has counted since, what this one knows is old.
  const latest = () => (counted && isRecent(counted.atMs, 3 * longMs, clock.now()) ? counted : null)
  telemetry.gauge('mail.dead', () => latest()?.dead ?? null)
  telemetry.gauge('mail.queue.age', () => {
    const known = latest()
    return known && known.waitingSinceMs / 1_000
  })

  let isSending = false
  let isAskedAgain = false
  /** Once at a time in this process; what is asked for meanwhile is done right after. */
  async function send(): Promise<void> {
    isAskedAgain = true
    if (isSending) return
    isSending = true
    try {
      while (isAskedAgain) {
        isAskedAgain = false
        await sendDue()
      }
    } finally {
      isSending = false
    }
  }
  const sendSoon = (): void => defer.run('send-mail', send)

  const jobs: readonly Job[] = [
    { name: 'send-mail', everyMs: minuteMs / 4, run: send },
    { name: 'decide-mail', everyMs: minuteMs / 4, run: decideDue },
    {
      name: 'watch-mail',
      everyMs: longMs,
      async run() {
        const { waiting, dead, waitingSince } = await mailQueue.counts()
        const waitingSinceMs = waitingSince === null ? 0 : Math.max(0, clock.now() - Date.parse(waitingSince))
        counted = { atMs: clock.now(), dead, waitingSinceMs }
        if (dead > 0) log.warn('mail_dead_letters', { dead })
        if (waitingSinceMs >= longMs) log.warn('mail_waits', { waiting, waitingSinceMs })
      },
    },
    {
      name: 'forget-sent-mail',
      everyMs: dayMs,
      async run() {
        await mailQueue.forget(new Date(clock.now() - rememberedMs).toISOString())
      },
    },
  ]

  return {
    ...emptyFace,
    jobs,
    personalData: createMailPersonalData(needs, keys),
    seal,
    sendSoon,
    undecided,
    decideLater,
    stillWanted,
    /** Durable when it resolves. `key` names the occasion and holds nothing personal. */
    async enqueue(mail: Mail, key: string): Promise<void> {
      await mailQueue.enqueue(await seal(mail, key))
      sendSoon()
    },
    /** For what `seal` made and no write takes along. */
    async enqueueSealed(mails: readonly QueuedMail[]): Promise<void> {
      for (const each of mails) await mailQueue.enqueue(each)
      sendSoon()
    },
    counts: (): Promise<MailCounts> => mailQueue.counts(),
    countDead: (most: number) => mailQueue.countDead(most),
    listDead: (): Promise<readonly DeadMail[]> => mailQueue.listDead(listedDead),
    /** Tries a dead letter again, as if for the first time. */
    async revive(caller: Caller, { userId, sessionId }: Actor, id: string): Promise<void> {
      if (!(await mailQueue.revive(id, new Date(clock.now()).toISOString()))) throw notFound()
      await audit.record(caller, {
        event: 'mail.retry',
        actorId: userId,
        sessionId,
        resource: { type: 'mail', id },
      })
      sendSoon()
    },
    /** The same for all of a kind at once. Answers how many those are. */
    async reviveAll(caller: Caller, { userId, sessionId }: Actor, kind: RetryDeadLetters): Promise<number> {
      const retried = await mailQueue.reviveAll(kind, new Date(clock.now()).toISOString())
      await audit.record(caller, {
        event: 'mail.retry_all',
        actorId: userId,
        sessionId,
        resource: { type: 'mail', id: null },
        reason: kind.reason ?? kind.template ?? 'all',
      })
      sendSoon()
      return retried
    },
    /** What was kept instead of sent; null where mail is really sent. */
    mailbox:
      mailbox === null
        ? null
        : async (): Promise<readonly ShownMail[]> =>
            (await mailbox.messages()).map((kept) => ({ ...kept, headers: headersOf(kept) })),
  }
}

/** With what else its head would have held. */
export type ShownMail = KeptMail & { readonly headers: Readonly<Record<string, string>> }

/** Where a mail goes, and what is read there. */
export type Recipient = SealedFor

/** How a domain decides what was asked for in the name of an address. */
export type Decide = DecideOne

export type Mailing = ReturnType<typeof createMail>

export const mailDomain = { collections: [], create: createMail }
