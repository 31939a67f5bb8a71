import type { Clock } from '../../ports/clock.ts'
import { checkAddress, type KeptLetter, type Mailbox, type Mailer } from '../../ports/mailer.ts'

/** Keeps the last letters instead of sending them. */
export function createMemoryMailer({
  clock,
  keep = 500,
}: {
  readonly clock: Clock
  readonly keep?: number
}): Mailer & Mailbox {
  let kept: readonly KeptLetter[] = []
  return {
    async send(letter) {
      checkAddress(letter.to)
      kept = [{ ...letter, sentAt: new Date(clock.now()).toISOString() }, ...kept].slice(0, keep)
    },
    letters: async () => kept,
    async forget(to) {
      kept = kept.filter((letter) => letter.to !== to)
    },
  }
}
