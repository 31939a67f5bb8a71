import { isRecent, stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Head } from './entries.model.ts'
import type { Inbox, Placed } from './inbox.ts'

/**
 * A conversation that goes on is noted in the lists of its members this often, and once more after its last change. Both are
 * well below the time after which other processes take over what is owed.
 */
const notedEveryMs = 20_000
const largeNotedEveryMs = 25_000
const largeFrom = 100
/** For how long it is believed that another process notes a conversation too. */
const sharedMs = 60_000

/** Brings the lists of the members after what happens in a conversation: at once, and then together what comes quickly. */
export function createActivity(
  { clock, defer, log }: Needs<'clock' | 'defer' | 'log'>,
  inbox: Pick<Inbox, 'placeEverywhere' | 'lastNoted'>,
  /** Hears of whatever changed in a list. */
  tell: (head: Head, placed: readonly Placed[]) => Promise<void>,
) {
  /** Those that have changed since they were noted. */
  const owed = new Map<string, Head>()
  const notedAt = new Map<string, number>()
  const waiting = new Set<string>()
  /** In which other processes note too: there it is looked first how far they have come. */
  const sharedUntil = new Map<string, number>()
  const isShared = (conversationId: string): boolean =>
    stillLasts(sharedUntil.get(conversationId) ?? 0, sharedMs, clock.now())

  const everyMs = ({ members }: Head) => (members.length > largeFrom ? largeNotedEveryMs : notedEveryMs)

  async function note(conversationId: string): Promise<void> {
    const head = owed.get(conversationId)
    if (!head) return
    const now = clock.now()
    notedAt.set(conversationId, now)
    if (isShared(conversationId) && ((await inbox.lastNoted(head))?.seq ?? 0) >= head.seq) {
      if (owed.get(conversationId) === head) owed.delete(conversationId)
      return
    }
    const placed = await inbox.placeEverywhere(head)
    if (placed.some((each) => each.isShared)) sharedUntil.set(conversationId, now + sharedMs)
    await tell(head, placed)
    if (owed.get(conversationId) === head) owed.delete(conversationId)
  }

  /** How long until it may be noted again. */
  const restMs = (head: Head): number => {
    const at = notedAt.get(head.conversationId)
    const passedMs = at === undefined ? Number.POSITIVE_INFINITY : clock.now() - at
    return passedMs < 0 ? 0 : Math.max(0, everyMs(head) - passedMs)
  }

  function remember(head: Head): void {
    const { conversationId, seq } = head
    if ((owed.get(conversationId)?.seq ?? -1) < seq) owed.set(conversationId, head)
  }

  return {
    async noted(head: Head): Promise<void> {
      const { conversationId } = head
      remember(head)
      if (restMs(head) === 0 && isShared(conversationId)) {
        const last = await inbox.lastNoted(head)
        if (last) notedAt.set(conversationId, Date.parse(last.at))
      }
      const afterMs = restMs(head)
      if (afterMs === 0) return note(conversationId)
      if (waiting.has(conversationId)) return
      waiting.add(conversationId)
      defer.run(
        'note-activity',
        async () => {
          waiting.delete(conversationId)
          await note(conversationId)
        },
        { afterMs },
      )
    },

    /** Without waiting: for what was left over. */
    async noteNow(head: Head): Promise<void> {
      remember(head)
      await note(head.conversationId)
    },

    /** Whatever comes next is noted at once: somebody has just put the conversation away. */
    beReady(conversationId: string): void {
      notedAt.delete(conversationId)
    },

    /** Whether lists are still to be brought after what happened there. */
    owes: (conversationId: string): boolean => owed.has(conversationId),

    /** What should have been noted by now and was not. */
    async catchUp(): Promise<void> {
      for (const [conversationId, head] of [...owed]) {
        if (restMs(head) > 0) continue
        try {
          await note(conversationId)
        } catch (error) {
          log.error('activity_not_noted', error)
        }
      }
      const now = clock.now()
      for (const [conversationId, at] of [...notedAt])
        if (!isRecent(at, largeNotedEveryMs, now)) notedAt.delete(conversationId)
      for (const [conversationId, until] of [...sharedUntil])
        if (!stillLasts(until, sharedMs, now)) sharedUntil.delete(conversationId)
    },
  }
}

export type Activity = ReturnType<typeof createActivity>
