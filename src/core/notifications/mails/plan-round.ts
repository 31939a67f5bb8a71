import { InvalidCursor } from '../../../ports/cursor.ts'
import { DocumentExists, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { preferencesOf } from '../../accounts/users/users.model.ts'
import type { Users } from '../../accounts/users/users.ts'
import { momentInWeek, weekAfter, weekOf } from './local-week.ts'
import { type MailTurn, mailTurns, type Round } from './mails.model.ts'
import { hasMailbox, wasHereLately } from './may-be-mailed.ts'
import type { PlaceOf } from './turn-places.ts'

const hourMs = 60 * 60_000
/** Before a Monday begins in the first of all zones, there has to be time to come to everybody. */
const aheadMs = 48 * hourMs
const pageSize = 100
const pagesAtOnce = 3

const roundKey = { partition: 'rounds', id: 'weekly' } as const

/**
 * Gives everybody who wants a summary their turn in the coming week: once a week along all accounts, a few pages in each
 * minute, from where the last run ended, whichever process that was. A page that is walked twice changes nothing.
 */
export function createPlanRound(
  { documents, clock }: Needs<'documents' | 'clock'>,
  { users, placeOf }: { readonly users: Pick<Users, 'scan'>; readonly placeOf: PlaceOf },
) {
  async function readRound(week: string) {
    const stored = await documents.read(mailTurns, roundKey)
    if (stored?.value.kind === 'round' && stored.value.week >= week)
      return { round: stored.value, version: stored.version }
    const round: Round = {
      ...{ id: 'weekly', shard: 'rounds', kind: 'round', dueAt: '' },
      ...{ week, after: null, isDone: false },
    }
    const { version } = stored
      ? await documents.replace(mailTurns, round, stored.version)
      : await documents.insert(mailTurns, round)
    return { round, version }
  }

  async function giveTurns(week: string, after: string | null): Promise<string | null> {
    const { items, next } = await users.scan(pageSize, after ?? undefined)
    const now = clock.now()
    for (const { value: user } of items) {
      const { emailUpdates, timeZone } = preferencesOf(user)
      if (!emailUpdates || !hasMailbox(user) || !wasHereLately(user, now)) continue
      const { id, shard, seed } = await placeOf(`weekly ${week}`, user.id)
      const turn: MailTurn = {
        ...{ id, shard, kind: 'weekly', userId: user.id, week },
        dueAt: new Date(momentInWeek(week, timeZone, seed)).toISOString(),
        expiresAt: `${weekAfter(week)}T12:00:00.000Z`,
      }
      try {
        await documents.insert(mailTurns, turn)
      } catch (error) {
        if (!(error instanceof DocumentExists)) throw error
      }
    }
    return next ?? null
  }

  return async (): Promise<void> => {
    try {
      let { round, version } = await readRound(weekOf(clock.now() + aheadMs))
      for (let page = 0; page < pagesAtOnce && !round.isDone; page++) {
        let after: string | null
        try {
          after = await giveTurns(round.week, round.after)
        } catch (error) {
          // The store was moved, or restored: from the beginning once more.
          if (!(error instanceof InvalidCursor) || round.after === null) throw error
          round = { ...round, after: null }
          continue
        }
        round = { ...round, after, isDone: after === null }
        version = (await documents.replace(mailTurns, round, version)).version
      }
    } catch (error) {
      // Another process goes on from there.
      if (!(error instanceof VersionMismatch) && !(error instanceof DocumentExists)) throw error
    }
  }
}
