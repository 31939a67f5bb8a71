import type { Clock } from '../../ports/clock.ts'
import { checkAddress, type KeptMail, type Mailbox, type Mailer } from '../../ports/mailer.ts'

/** Keeps the last messages instead of sending them. */
export function createMemoryMailer({
  clock,
  keep = 500,
}: {
  readonly clock: Clock
  readonly keep?: number
}): Mailer & Mailbox {
  let kept: readonly KeptMail[] = []
  return {
    async send(message) {
      checkAddress(message.to)
      kept = [{ ...message, sentAt: new Date(clock.now()).toISOString() }, ...kept].slice(0, keep)
    },
    messages: async () => kept,
    async forget(to) {
      kept = kept.filter((message) => message.to !== to)
    },
  }
}
