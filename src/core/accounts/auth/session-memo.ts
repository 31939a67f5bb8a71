import { stillLasts } from '../../../ports/clock.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Noted } from './note-session-use.ts'
import type { RoleInSession } from './role-in-session.ts'

export interface Remembered extends RoleInSession, Noted {
  readonly userId: string
  readonly securityEpoch: number
  /** Of the token it was seen with, and of the first that is alive. */
  readonly generation: number
  readonly sinceGeneration: number
}

/** How long another process may go on honouring, for reading, a session that was ended here. */
const rememberedMs = 30_000
const maxEntries = 50_000

/** Sessions this process has lately seen to be good, so that reading need not ask for each request. */
export function createSessionMemo({ clock }: Needs<'clock'>) {
  const entries = new Map<string, Remembered & { readonly until: number }>()
  return {
    /** For a token of this generation: with a younger one the session may do more than was seen. */
    find(sessionId: string, generation: number): Remembered | undefined {
      const entry = entries.get(sessionId)
      const isKnown =
        entry &&
        stillLasts(entry.until, rememberedMs, clock.now()) &&
        generation >= entry.sinceGeneration &&
        generation <= entry.generation
      return isKnown ? entry : undefined
    },
    remember(sessionId: string, remembered: Remembered): void {
      if (entries.size >= maxEntries) entries.clear()
      entries.set(sessionId, Object.assign(remembered, { until: clock.now() + rememberedMs }))
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
