import type { Needs } from '../../../ports/ports.ts'
import type { RoleInSession } from './role-in-session.ts'

export interface Remembered extends RoleInSession {
  readonly userId: string
}

/** How long another process may go on honouring, for reading, a session that was ended here. */
const rememberedMs = 30_000
const maxEntries = 50_000

/** Sessions this process has lately seen to be good, so that reading need not ask for each request. */
export function createSessionMemo({ clock }: Needs<'clock'>) {
  const entries = new Map<string, Remembered & { readonly until: number }>()
  return {
    find(sessionId: string): Remembered | undefined {
      const entry = entries.get(sessionId)
      return entry && entry.until > clock.now() ? entry : undefined
    },
    remember(sessionId: string, remembered: Remembered): void {
      if (entries.size >= maxEntries) entries.clear()
      entries.set(sessionId, { ...remembered, until: clock.now() + rememberedMs })
    },
    forget(sessionId: string): void {
      entries.delete(sessionId)
    },
    forgetUser(userId: string): void {
      for (const [sessionId, entry] of entries) if (entry.userId === userId) entries.delete(sessionId)
    },
  }
}

export type SessionMemo = ReturnType<typeof createSessionMemo>
