import type { Needs } from '../../../ports/ports.ts'
import { users } from '../users/users.model.ts'
import type { Noted, NoteSessionUse } from './note-session-use.ts'
import type { SessionLife } from './session-life.ts'
import { sessions } from './sessions.model.ts'

const maxEntries = 50_000

/**
 * Whether a session that a connection was opened in still stands, asked at whatever is said over it: being idle for too
 * long ends a session without anybody doing anything. Asks the store no more often than it has to. What a person says
 * begins the idle time anew; `isBackground`: their device said it on its own.
 */
export function createMayContinue(
  { clock, documents }: Needs<'clock' | 'documents'>,
  { noteSessionUse, life }: { readonly noteSessionUse: NoteSessionUse; readonly life: SessionLife },
) {
  const entries = new Map<string, { readonly noted: Noted; readonly standsUntilMs: number }>()

  async function look(userId: string, sessionId: string) {
    const [session, user] = await Promise.all([
      documents.read(sessions, { partition: userId, id: sessionId }),
      documents.read(users, { partition: userId, id: userId }),
    ])
    const stands =
      session !== null &&
      user !== null &&
      life.isLive(session.value) &&
      session.value.epoch === user.value.securityEpoch
    if (!stands) return null
    const noted = noteSessionUse.notedOf(session.value)
    const entry = { noted, standsUntilMs: Date.parse(session.value.expiresAt) }
    if (entries.size >= maxEntries) entries.clear()
    entries.set(sessionId, entry)
    return entry
  }

  return async (userId: string, sessionId: string, isBackground: boolean): Promise<boolean> => {
    const known = entries.get(sessionId)
    const entry = known && known.standsUntilMs > clock.now() ? known : await look(userId, sessionId)
    if (!entry) {
      entries.delete(sessionId)
      return false
    }
    // Which tokens are in force is not said over a connection.
    noteSessionUse.note({ userId, sessionId }, { generation: 1, isBackground }, entry.noted, null)
    return true
  }
}
