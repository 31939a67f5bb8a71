import type { Actor } from '../../kernel/actor.ts'
import type { Announcer } from './announcer.ts'
import type { ConversationLog } from './conversation-log.ts'
import { eventOf } from './describe.ts'
import { memberOf } from './entries.model.ts'
import type { StreamAnswer, SyncAnswer, SyncRequest } from './events.ts'

const maxEventsOfStream = 500
const maxEvents = 2_000

/**
 * What happened since, in many conversations at once. Each is answered with the events from the next number on without
 * a gap, or told to be loaded anew; never with something in between.
 */
export const createSync = (log: ConversationLog, announcer: Announcer) => {
  async function answer(
    userId: string,
    conversationId: string,
    seq: number,
    limit: number,
  ): Promise<StreamAnswer> {
    const head = (await log.readHead(conversationId))?.value
    const member = head && memberOf(head, userId)
    if (!head || !member) return { resync: true, reason: 'forbidden' }
    if (seq > head.seq) return { resync: true, reason: 'ahead' }
    if (seq === head.seq) return { events: [], head: head.seq, more: false }
    // What was before somebody joined is not theirs; a device that asks for it has nothing of this membership.
    if (seq < member.joinedSeq - 1) return { resync: true, reason: 'too_old' }
    if (limit === 0) return { events: [], head: head.seq, more: true }
    const page = await announcer.readNumbered(conversationId, seq, limit)
    if (page[0]?.entry.seq !== seq + 1) return { resync: true, reason: 'too_old' }
    const events = page.map(({ entry, edited }) => eventOf(entry, edited))
    const last = events.at(-1)?.seq ?? seq
    return { events, head: Math.max(head.seq, last), more: last < head.seq }
  }

  return async ({ userId }: Actor, { streams }: SyncRequest): Promise<SyncAnswer> => {
    let left = maxEvents
    const answers: [string, StreamAnswer][] = []
    const wanted = Object.entries(streams)
    const together = 20
    for (let start = 0; start < wanted.length; start += together) {
      const share = wanted.slice(start, start + together)
      const limit = Math.min(maxEventsOfStream, Math.floor(left / share.length))
      const answered = await Promise.all(
        share.map(async ([id, seq]) => [id, await answer(userId, id, seq, limit)] as [string, StreamAnswer]),
      )
      for (const [, stream] of answered) if ('events' in stream) left -= stream.events.length
      answers.push(...answered)
    }
    return { streams: Object.fromEntries(answers) }
  }
}
