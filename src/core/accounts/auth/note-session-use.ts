import type { AccessClaims } from '../../../ports/access-tokens.ts'
import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import { retryOnConflict } from '../../kernel/retry-on-conflict.ts'
import type { SessionLife } from './session-life.ts'
import { type Session, sessions } from './sessions.model.ts'

/** What this process knows to be noted of a session already. */
export interface Noted {
  /** Milliseconds since the epoch: until then nothing that happens is worth a write. */
  noteFromMs: number
  readonly noteEveryMs: number
  /** The youngest generation of tokens that is known to have been used. */
  usedGeneration: number
}

/** How a session was used: by tokens of a generation, and by the person or by a program of theirs on its own. */
export interface SessionUse {
  readonly generation: number
  readonly isBackground: boolean
}

export const useOf = ({ gen = 1 }: AccessClaims, isBackground: boolean): SessionUse => ({
  generation: gen,
  isBackground,
})

/**
 * Writes down that a session is in use, after the answer and no more often than it matters: that somebody is there, and
 * that the tokens of the last refresh have arrived.
 */
export function createNoteSessionUse(
  { clock, defer, documents }: Needs<'clock' | 'defer' | 'documents'>,
  life: SessionLife,
) {
  const changeOf = (session: Session, { generation, isBackground }: SessionUse, atMs: number) => {
    if (!life.isLive(session)) return null
    const isSeen = !isBackground && atMs >= Date.parse(session.lastSeenAt) + life.noteEveryMs(session)
    const isFirstUse =
      generation > 1 && generation === session.generation && (session.firstUsedAt ?? null) === null
    if (!isSeen && !isFirstUse) return null
    return {
      ...session,
      ...(isSeen ? life.seenNow(session) : {}),
      ...(isFirstUse ? { firstUsedAt: new Date(atMs).toISOString() } : {}),
    }
  }

  return {
    /** What is noted of a session that was just read. */
    notedOf: (session: Session): Noted => ({
      noteFromMs: Date.parse(session.lastSeenAt) + life.noteEveryMs(session),
      noteEveryMs: life.noteEveryMs(session),
      usedGeneration: session.generation - (session.firstUsedAt ? 0 : 1),
    }),

    /**
     * Answers at once, whether it will be noted that somebody is there. `known` is the session as it was read a moment
     * ago.
     */
    note(
      key: { readonly userId: string; readonly sessionId: string },
      use: SessionUse,
      noted: Noted,
      known: Stored<Session> | null,
    ): boolean {
      const now = clock.now()
      const isSeen = !use.isBackground && now >= noted.noteFromMs
      const isFirstUse = use.generation > 1 && use.generation > noted.usedGeneration
      if (!isSeen && !isFirstUse) return false
      if (isSeen) noted.noteFromMs = now + noted.noteEveryMs
      if (isFirstUse) noted.usedGeneration = use.generation
      let read = known
      defer.run('note_session_use', () =>
        retryOnConflict(async () => {
          const stored =
            read ?? (await documents.read(sessions, { partition: key.userId, id: key.sessionId }))
          read = null
          const changed = stored && changeOf(stored.value, use, now)
          if (stored && changed) await documents.replace(sessions, changed, stored.version)
        }),
      )
      return isSeen
    },
  }
}

export type NoteSessionUse = ReturnType<typeof createNoteSessionUse>
