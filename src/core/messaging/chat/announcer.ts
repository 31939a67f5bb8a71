import { encodeCursor } from '../../../ports/cursor.ts'
import { DocumentExists, type Stored, VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { ownTraceParent } from '../../../ports/traceparent.ts'
import { conversationGroup, userGroup } from '../../platform/realtime/realtime.model.ts'
import { createActivity } from './activity.ts'
import { createAudience } from './audience.ts'
import { editedIn, eventOf } from './describe.ts'
import {
  type Entry,
  type Head,
  isMessage,
  messages,
  type Numbered,
  type StoredMessage,
} from './entries.model.ts'
import type { ChatEvent } from './events.ts'
import { createFollowed } from './followed.ts'
import type { Inbox } from './inbox.ts'
import { type Announcement, announcements, type InboxEntry } from './lists.model.ts'
import { mineNow } from './mine.model.ts'
import { momentOf } from './place.ts'

const promisedMs = 1_000
/** For how long a process commits without saying again that it may owe announcements. */
const intentMs = 20_000
/** A commit begun this long before the end of an intent is through by then. */
const marginMs = 5_000
/** Only then do other processes announce what this one may have left: by then it has cleaned up if it lives. */
const graceMs = 15_000
const pageSize = 200
/** So many people are told at a time on their own streams. */
const toldTogether = 20
/** Whatever was active this shortly before a connection began is followed by it, however much there is. */
export const alwaysFollowedMs = 120_000
/** Longer than a conversation that goes on stays without being noted. */
const surelyFollowedMs = 60_000

export type AnnouncerNeeds = Needs<'documents' | 'realtime' | 'clock' | 'defer' | 'ids' | 'log' | 'telemetry'>

interface Lane {
  readonly id: string
  fromSeq: number
  untilMs: number
  version: string | null
  /** Ends when everything handed over so far has been announced. */
  last: Promise<void>
  /** Changes committed and not announced yet. */
  readonly owed: Set<number>
  /** How often something may have been committed that was never handed over, or an announcement failed. */
  doubts: number
}

/**
 * Tells devices about numbered changes, each at least once and those of one process in order. Before a process commits
 * it notes that it may owe announcements; what a crash or an outage leaves is announced by a job from the log itself.
 */
export function createAnnouncer(needs: AnnouncerNeeds, inbox: Inbox) {
  const { documents, realtime, clock, defer, log, telemetry } = needs
  const audience = createAudience(needs)
  const followed = createFollowed(needs)
  const processId = needs.ids.next()
  const lanes = new Map<string, Lane>()

  const laneOf = (conversationId: string): Lane => {
    let lane = lanes.get(conversationId)
    if (!lane) {
      const id = `${conversationId}~${processId}`
      lane = {
        id,
        fromSeq: 0,
        untilMs: 0,
        version: null,
        last: Promise.resolve(),
        owed: new Set(),
        doubts: 0,
      }
      lanes.set(conversationId, lane)
    }
    return lane
  }

  async function publish(group: string, event: ChatEvent, ttlSeconds?: number): Promise<void> {
    await audience.evict(group)
    await realtime.publish(group, event, ttlSeconds === undefined ? {} : { ttlSeconds })
  }

  /** A device that is in the conversation's group from now on, if it was not. */
  async function joinIfMissing(userId: string, conversationId: string, place: string): Promise<boolean> {
    if (!(await followed.mayMiss(userId, place))) return false
    await audience.follow(conversationId, userId)
    return true
  }

  async function tellMine(entry: InboxEntry): Promise<void> {
    const { id: conversationId, userId } = entry
    const nowMs = clock.now()
    await publish(userGroup(userId), {
      event: 'conversation.settings',
      conversationId,
      at: new Date(nowMs).toISOString(),
      data: { conversationId, mine: mineNow(entry.mine, nowMs) },
    })
  }

  /** What changed in somebody's list, on their own stream. */
  const activity = createActivity(needs, inbox, async (head, placed) => {
    const { conversationId, seq } = head
    for (let first = 0; first < placed.length; first += toldTogether)
      await Promise.all(
        placed.slice(first, first + toldTogether).map(async ({ userId, before, after }) => {
          if (!before || before.activeAt === after.activeAt) return
          if (before.mine && JSON.stringify(before.mine) !== JSON.stringify(after.mine)) await tellMine(after)
          if (momentOf(before.activeAt) > new Date(clock.now() - surelyFollowedMs).toISOString()) return
          if (!(await joinIfMissing(userId, conversationId, before.activeAt))) return
          const at = momentOf(after.activeAt)
          await publish(userGroup(userId), {
            event: 'conversation.active',
            conversationId,
            at,
            data: { conversationId, seq, at },
          })
        }),
      )
  })

  /** Groups follow membership before the others hear of it: who was removed hears nothing more. */
  async function announce(entry: Numbered, edited: StoredMessage | null): Promise<void> {
    const { conversationId, at } = entry
    const group = conversationGroup(conversationId)
    const event = eventOf(entry, edited)
    if (event.event === 'member.removed') audience.noteDeparture(conversationId, event.data.userId)
    if (event.event === 'member.added') await audience.follow(conversationId, event.data.userId)
    await publish(group, event)
    if (event.event === 'member.removed' || event.event === 'member.added') {
      const own = event.event === 'member.added' ? 'conversation.added' : 'conversation.removed'
      await publish(userGroup(event.data.userId), {
        event: own,
        conversationId,
        at,
        data: { conversationId },
      })
    }
  }

  async function announceFrom(conversationId: string, fromSeq: number): Promise<void> {
    let after = fromSeq
    for (;;) {
      const page = await readNumbered(conversationId, after, pageSize)
      for (const { entry, edited } of page) await announce(entry, edited)
      const last = page.at(-1)
      if (!last || page.length < pageSize) break
      after = last.entry.seq
    }
    const head = await documents.read(messages, { partition: conversationId, id: 'head' })
    if (head?.value.kind === 'head') await activity.noteNow(head.value)
  }

  /** Up to `limit` changes after a number, each with the message it shows. */
  async function readNumbered(conversationId: string, after: number, limit: number) {
    const page = await documents.query(messages, {
      path: 'numbered',
      partition: conversationId,
      equals: { isNumbered: 'yes' },
      after: encodeCursor([after + 1, '']),
      limit,
    })
    const entries = page.items.map(({ value }) => value as Numbered)
    const known = new Map<string, StoredMessage>(
      entries.flatMap((entry) => (entry.kind === 'message' ? [[entry.id, entry] as const] : [])),
    )
    const missing = new Set(entries.flatMap((entry) => editedIn(entry) ?? []).filter((id) => !known.has(id)))
    await Promise.all(
      [...missing].map(async (id) => {
        const stored = await documents.read<Entry>(messages, { partition: conversationId, id })
        if (stored && isMessage(stored)) known.set(id, stored.value)
      }),
    )
    return entries.map((entry) => ({ entry, edited: known.get(editedIn(entry) ?? '') ?? null }))
  }

  /** Somebody else may have taken it for left over and removed it. */
  async function write(intent: Announcement, version: string | null): Promise<Stored<Announcement>> {
    try {
      if (version !== null) return await documents.replace(announcements, intent, version)
    } catch (error) {
      if (!(error instanceof VersionMismatch)) throw error
    }
    try {
      return await documents.insert(announcements, intent)
    } catch (error) {
      if (!(error instanceof DocumentExists)) throw error
      const known = await documents.read(announcements, { partition: intent.id, id: intent.id })
      return documents.replace(announcements, intent, known?.version ?? '')
    }
  }

  async function release(lane: Lane, conversationId: string): Promise<void> {
    lanes.delete(conversationId)
    if (lane.version !== null) await documents.remove(announcements, { partition: lane.id, id: lane.id })
  }

  return {
    readNumbered,
    publish,
    tellMine,
    joinIfMissing,
    /** A device of theirs was given the conversations down to this place, and there are more. */
    began: followed.began,
    beReady: activity.beReady,

    /** Durable before it resolves: whatever is committed after `fromSeq` will be announced, by somebody. */
    async intend(conversationId: string, fromSeq: number): Promise<void> {
      const lane = laneOf(conversationId)
      const now = clock.now()
      if (lane.version !== null && lane.untilMs - marginMs > now) return
      const untilMs = now + intentMs
      const trace = telemetry.context()
      const intent: Announcement = {
        id: lane.id,
        conversationId,
        fromSeq: lane.doubts > 0 ? lane.fromSeq : Math.min(fromSeq, ...[...lane.owed].map((seq) => seq - 1)),
        until: new Date(untilMs).toISOString(),
        ...(trace && { trace }),
      }
      const stored = await write(intent, lane.version)
      lane.version = stored.version
      lane.fromSeq = intent.fromSeq
      lane.untilMs = untilMs
    },

    /** After the commit. `edited` are the messages as they are now. */
    handOver(head: Head, entries: readonly Numbered[], edited: readonly StoredMessage[]): void {
      const { conversationId } = head
      const lane = laneOf(conversationId)
      for (const { seq } of entries) lane.owed.add(seq)
      const before = lane.last
      const committedMs = clock.now()
      lane.last = (async () => {
        await before
        for (const entry of entries) {
          try {
            await announce(entry, edited.find(({ id }) => id === editedIn(entry)) ?? null)
            const tookMs = Math.max(0, clock.now() - committedMs)
            telemetry.measure('chat.message.delivery', tookMs / 1_000)
            if (tookMs > promisedMs) telemetry.count('chat.message.late')
          } catch (error) {
            lane.doubts++
            telemetry.count('chat.message.late')
            log.error('announcement_failed', error)
          }
          lane.owed.delete(entry.seq)
        }
      })()
      defer.run('announce', () => lane.last)
      defer.run('note-activity', () => activity.noted(head))
    },

    /** Whether the last commit happened is not known: the log will tell. */
    doubt(conversationId: string): void {
      const lane = laneOf(conversationId)
      if (lane.version !== null) lane.doubts++
    },

    /**
     * Cleans up after itself and announces what failed; announces what other processes left. Repeats do no harm:
     * devices drop numbers they have.
     */
    async catchUp(): Promise<void> {
      const now = clock.now()
      await audience.evictEverywhere()
      await activity.catchUp()
      for (const [conversationId, lane] of [...lanes]) {
        if (lane.doubts > 0) {
          await lane.last
          const seen = lane.doubts
          await announceFrom(conversationId, lane.fromSeq)
          lane.doubts -= seen
        }
        const owesNothing = lane.owed.size === 0 && lane.doubts === 0 && !activity.owes(conversationId)
        if (lane.untilMs <= now && owesNothing) await release(lane, conversationId)
      }
      let after: string | undefined
      do {
        const page = await documents.scan(announcements, after === undefined ? {} : { after })
        for (const { value: left, version } of page.items) {
          if (left.id.endsWith(`~${processId}`) || Date.parse(left.until) + graceMs > now) continue
          await telemetry.trace('announcement', {}, { from: ownTraceParent(left.trace) }, async () => {
            await announceFrom(left.conversationId, left.fromSeq)
            await documents.remove(announcements, { partition: left.id, id: left.id }, version)
            log.warn('announcements_made_up_for')
          })
        }
        after = page.next
      } while (after !== undefined)
    },
  }
}

export type Announcer = ReturnType<typeof createAnnouncer>
