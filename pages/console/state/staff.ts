import { computed, signal } from '@preact/signals'
import { ask, type Problem } from '../../base/api/ask.ts'
import { byItself, v1 } from '../../base/api/client.ts'
import type { Of } from '../../base/api/shapes.ts'
import { onLeaving } from '../../base/state/session.ts'

export type StaffRole = 'admin' | 'mentor'
type Session = Of<(typeof v1)['auth']['sessions']['current']['$get']>

/** What may be done in this session; null until the server has said it. */
export const session = signal<Session | Problem | null>(null)
onLeaving(() => {
  session.value = null
})

/** As whom somebody is here; null where the session may do no more than anybody's. */
export const staffRole = computed<StaffRole | null>(() => {
  const known = session.value
  return known && 'role' in known && (known.role === 'admin' || known.role === 'mentor') ? known.role : null
})

export async function readStaff(): Promise<void> {
  const answer = await ask(v1.auth.sessions.current.$get({}, byItself))
  session.value = answer.ok ? answer.value : answer.problem
}
