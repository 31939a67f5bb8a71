import type { ClaimedMail, MailOutcome } from '../../../ports/mail-queue.ts'
import { MailPutOff, MailRefused } from '../../../ports/mailer.ts'
import type { Needs } from '../../../ports/ports.ts'
import { closedSet } from '../../../ports/telemetry-facts.ts'
import { compose } from './compose.ts'
import { priorities, type SealMail } from './seal-mail.ts'
import { deliveries } from './templates.ts'

const templateName = closedSet(() => Object.keys(deliveries))

const secondMs = 1_000
/** A mailer answers within a minute, and a batch goes out at once: nothing is sent after its lease. */
const leaseMs = 5 * 60 * secondMs
const batch = 10
const longestDelayMs = 2 * 60 * 60 * secondMs
/** The delays add up to three days. */
const maxAttempts = 44

const tokenIn = (address: string): string => new URL(address).searchParams.get('token') ?? ''

/** 30 s, 1 min, 2 min … 2 h. */
const delayMs = (attempts: number): number =>
  Math.min(longestDelayMs, 30 * secondMs * 2 ** Math.min(attempts - 1, 20))

/**
 * Sends what is due, codes before notices and these before summaries, until nothing is due or the mailer is down. Safe in many processes at once:
 * a mail is sent under a lease that one of them has. After a crash between sending and recording it a mail goes out
 * again, with the same id.
 */
export function createSendDueMail(
  needs: Needs<'mailQueue' | 'mailer' | 'clock' | 'ids' | 'log' | 'telemetry'>,
  open: SealMail['open'],
  isStillWanted: (token: string) => Promise<boolean>,
) {
  const { mailQueue, mailer, clock, ids, log, telemetry } = needs
  const at = (ms: number): string => new Date(ms).toISOString()

  async function attempt(mail: ClaimedMail): Promise<MailOutcome> {
    const now = clock.now()
    if (mail.expiresAt !== null && Date.parse(mail.expiresAt) <= now) return { state: 'expired', at: at(now) }
    const opened = await open(mail)
    if (!opened) return { state: 'dead', at: at(now), reason: 'unreadable' }
    const facts = { 'app.mail.template': templateName(mail.template) }
    return telemetry.trace('mail', facts, { from: opened.trace }, async ({ fail }) => {
      const outcome = await handOn(mail, opened)
      if (outcome.state !== 'sent' && outcome.state !== 'expired')
        fail(outcome.state === 'dead' ? 'MailRefused' : 'MailPutOff')
      return outcome
    })
  }

  async function handOn(
    mail: ClaimedMail,
    { template, input, to, language }: NonNullable<Awaited<ReturnType<SealMail['open']>>>,
  ): Promise<MailOutcome> {
    try {
      const message = compose(template, input, { id: mail.id, to, language })
      if (message.unsubscribe !== null && !(await isStillWanted(tokenIn(message.unsubscribe))))
        return { state: 'expired', at: at(clock.now()) }
      await mailer.send(message)
      return { state: 'sent', at: at(clock.now()) }
    } catch (error) {
      const isRefused = error instanceof MailRefused
      const code = isRefused || error instanceof MailPutOff ? error.code : null
      const { id: mailId, attempts } = mail
      log.error('mail_not_sent', error, { template, mailId, attempts, code })
      if (isRefused) return { state: 'dead', at: at(clock.now()), reason: 'refused', code }
      if (attempts >= maxAttempts) return { state: 'dead', at: at(clock.now()), reason: 'gave_up', code }
      return { state: 'waiting', dueAt: at(clock.now() + delayMs(attempts)), reason: 'unavailable', code }
    }
  }

  return async (): Promise<void> => {
    for (;;) {
      const lease = ids.next()
      const now = clock.now()
      const claimed = await mailQueue.claim({
        lease,
        now: at(now),
        leaseUntil: at(now + leaseMs),
        limit: batch,
        priorities: { least: priorities.code, most: priorities.summary },
      })
      const outcomes = await Promise.all(
        claimed.map(async (mail) => {
          const outcome = await attempt(mail)
          await mailQueue.settle(mail.id, lease, outcome)
          if (outcome.state === 'dead')
            log.warn('mail_dead', { template: mail.template, mailId: mail.id, reason: outcome.reason })
          return outcome
        }),
      )
      if (outcomes.every(({ state }) => state === 'waiting')) return
    }
  }
}
