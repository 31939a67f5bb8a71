import { enter } from '../base/state/session.ts'
import { watchSession } from '../base/state/session-end.ts'
import { loadList } from './state/conversations.ts'
import { readDrafts } from './state/drafts.ts'
import { goLive } from './state/live.ts'

/** Whoever is here: their conversations, what they had begun to write, and what happens from now on. */
export async function startChat(): Promise<void> {
  const [isIn] = await Promise.all([enter(), loadList('first')])
  if (!isIn) return
  readDrafts()
  goLive()
  watchSession()
}
