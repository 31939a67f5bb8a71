import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import { conversationGroup } from '../../platform/realtime/realtime.model.ts'
import { memberOf, messages } from './entries.model.ts'

/**
 * A connection that begins gets the groups of a moment ago, and the event that would correct them may be lost. Longer
 * than this no service lets a connection begin.
 */
const stragglersMs = 30_000
const rounds = 4

/** Keeps the groups of the service as the conversations have their members. */
export function createAudience({ documents, realtime, clock }: Needs<'documents' | 'realtime' | 'clock'>) {
  /** By group: who left it lately, and until when they may still turn up in it. */
  const departed = new Map<string, { readonly conversationId: string; readonly until: Map<string, number> }>()

  async function isMember(conversationId: string, userId: string): Promise<boolean> {
    const head = await documents.read(messages, { partition: conversationId, id: 'head' })
    return head?.value.kind === 'head' && memberOf(head.value, userId) !== undefined
  }

  /** What is told may be long past, and told by several processes: only what is so now counts, also afterwards. */
  async function follow(conversationId: string, userId: string): Promise<void> {
    const group = conversationGroup(conversationId)
    let done: boolean | null = null
    for (let round = 0; round < rounds; round++) {
      const isIn = await isMember(conversationId, userId)
      if (isIn === done) return
      await (isIn ? realtime.addToGroup(userId, group) : realtime.removeFromGroup(userId, group))
      done = isIn
    }
  }

  async function evict(group: string): Promise<void> {
    const left = departed.get(group)
    if (!left) return
    for (const [userId, untilMs] of [...left.until]) {
      if (stillLasts(untilMs, stragglersMs, clock.now())) await follow(left.conversationId, userId)
      else left.until.delete(userId)
    }
    if (left.until.size === 0) departed.delete(group)
  }

  return {
    follow,
    /** From now on `evict` looks for them. */
    noteDeparture(conversationId: string, userId: string): void {
      const group = conversationGroup(conversationId)
      const left = departed.get(group) ?? { conversationId, until: new Map() }
      left.until.set(userId, clock.now() + stragglersMs)
      departed.set(group, left)
    },
    /** Before anything is published to the group: who left it lately is not in it. */
    evict,
    async evictEverywhere(): Promise<void> {
      for (const group of [...departed.keys()]) await evict(group)
    },
  }
}
