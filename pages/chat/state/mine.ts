import { ask } from '../../base/api/ask.ts'
import { v1 } from '../../base/api/client.ts'
import { attempt, tell } from '../../base/state/notices.ts'
import type { Conversation } from '../api/shapes.ts'
import { change, countUnread, keep } from './conversations.ts'

type Mine = Conversation['mine']

/** How I keep a conversation in my list. Shown at once, and taken back when it did not work. */
export async function changeMine(
  { id, mine: before }: Conversation,
  wanted: Partial<Mine>,
  said = '',
): Promise<void> {
  change(id, (conversation) => ({ ...conversation, mine: { ...conversation.mine, ...wanted } }))
  const isDone = await attempt(
    () => ask(v1.conversations[':id'].mine.$patch({ param: { id }, json: wanted })),
    (changed) => {
      keep(changed)
      if (said) tell(said)
    },
  )
  if (!isDone) change(id, (conversation) => ({ ...conversation, mine: before }))
  countUnread()
}

export function noteMine(id: string, mine: Mine): void {
  change(id, (conversation) => ({ ...conversation, mine }))
  countUnread()
}

const hourMs = 3_600_000
/** For how long it may be quiet, in words. */
export const quietTimes: readonly (readonly [string, () => string])[] = [
  ['For an hour', () => new Date(Date.now() + hourMs).toISOString()],
  ['For eight hours', () => new Date(Date.now() + 8 * hourMs).toISOString()],
  ['For a week', () => new Date(Date.now() + 7 * 24 * hourMs).toISOString()],
  ['Until I change it', () => '9999-12-31T00:00:00.000Z'],
]
