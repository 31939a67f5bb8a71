import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Mailing } from '../../platform/mail/mail.ts'
import { type MailTurn, mailTurns, shards } from './mails.model.ts'

const minuteMs = 60_000
/** Of each shard, in a minute: 100,000 people take less than half a day, spread over a week as they are. */
const atOnce = 50
/** So that mail that people wait for is not behind a thousand of ours, and none is made that is not sent for hours. */
const mostWaiting = 1_000
const laterMs = 10 * minuteMs

/** Writes to one person, or finds that there is nothing to say. Again after a crash, and in two processes at once. */
export type TakeTurn = (turn: MailTurn) => Promise<void>

export function createTakeTurns(
  { documents, clock, log }: Needs<'documents' | 'clock' | 'log'>,
  {
    mail,
    takeTurn,
  }: {
    readonly mail: Pick<Mailing, 'counts'>
    readonly takeTurn: Readonly<Record<MailTurn['kind'], TakeTurn>>
  },
) {
  async function take({ value: turn, version }: Stored<MailTurn>): Promise<void> {
    try {
      await takeTurn[turn.kind](turn)
      await documents.remove(mailTurns, { partition: turn.shard, id: turn.id }, version)
    } catch (error) {
      log.error('mail_turn_failed', error, { kind: turn.kind })
      // Behind the others, who have waited as long.
      const dueAt = new Date(clock.now() + laterMs).toISOString()
      await documents.replace(mailTurns, { ...turn, dueAt }, version)
    }
  }

  async function dueIn(partition: string, limit: number): Promise<readonly Stored<MailTurn>[]> {
    const now = new Date(clock.now()).toISOString()
    const { items } = await documents.query(mailTurns, { path: 'due', partition, equals: {}, limit })
    return items.filter((each): each is Stored<MailTurn> => {
      const { kind, dueAt } = each.value
      return kind !== 'round' && dueAt <= now
    })
  }

  return async (): Promise<void> => {
    for (const partition of shards) {
      // Most minutes it is nobody's turn.
      if ((await dueIn(partition, 1)).length === 0) continue
      const due = await dueIn(partition, atOnce)
      if ((await mail.counts()).waiting >= mostWaiting) return
      for (const each of due) await take(each)
    }
  }
}
