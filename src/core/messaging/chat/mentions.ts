import { validationError } from '../../kernel/errors.ts'
import type { Said } from '../../kernel/messages/said.ts'
import type { Action } from './actions.model.ts'
import { type Head, memberOf } from './entries.model.ts'
import type { MentionGroup } from './messages.model.ts'
import type { IsBlocked } from './permissions.ts'

const refused = (code: string, message: Said) => validationError([{ path: 'mentions', code, message }])

export type ChooseMentions = (
  head: Head,
  senderId: string,
  wanted: readonly string[],
  before?: readonly string[],
) => Promise<readonly string[]>

/**
 * Who is mentioned: members with an account that is not suspended. Those whom the message mentioned before may stay. Two of
 * whom one has blocked the other do not mention each other: what is written is not directed at them. See
 * docs/adr/0040-who-may-do-what-in-a-conversation.md.
 */
export const createChooseMentions =
  ({
    isActive,
    isBlocked,
  }: {
    readonly isActive: (userId: string) => Promise<boolean>
    readonly isBlocked: IsBlocked
  }): ChooseMentions =>
  async (head, senderId, wanted, before = []) => {
    const unique = [...new Set(wanted)]
    requireMentioned(head, unique)
    const anew = unique.filter((userId) => !before.includes(userId))
    const active = await Promise.all(anew.map(isActive))
    if (active.includes(false)) throw refused('not_active', 'Must not be suspended.')
    const others = anew.filter((userId) => userId !== senderId)
    const blocked = await Promise.all(others.map((userId) => isBlocked(senderId, userId)))
    const unreached = new Set(others.filter((_, i) => blocked[i]))
    return unique.filter((userId) => !unreached.has(userId))
  }

/** Throws when somebody is mentioned who is no member. */
export function requireMentioned(head: Head, mentions: readonly string[]): void {
  if (mentions.some((userId) => !memberOf(head, userId)))
    throw refused('not_a_member', 'Must be members of this conversation.')
}

/** What whoever mentions these groups has to be allowed. */
export const mentioning = {
  everyone: 'mentionEveryone',
  moderators: 'mentionModerators',
} as const satisfies Record<MentionGroup, Action>
