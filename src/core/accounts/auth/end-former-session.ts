import type { Caller } from '../../kernel/actor.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { FindPresented, Presented } from './find-presented.ts'
import type { Sessions } from './sessions.ts'

/** The session that a browser was signed in to before it signs in anew. */
export interface FormerSession {
  /** Does nothing where there was none. */
  end(caller: Caller): Promise<void>
}

/**
 * Whoever signs in where somebody is signed in leaves nothing of that behind: its tokens may have been planted, or
 * copied. Looks at once, beside the login, and ends it when the login has succeeded.
 */
export const createEndFormerSession = ({
  sessions: lives,
  findPresented,
  audit,
}: {
  readonly sessions: Sessions
  readonly findPresented: FindPresented
  readonly audit: Recording
}) => {
  return (presented: Presented): FormerSession => {
    const finding = findPresented(presented)
    // Awaited by `end`, if it comes to that: then its failure is told there.
    finding.catch(() => undefined)
    return {
      async end(caller) {
        for (const found of (await finding).sessions) {
          const { userId, id } = found.value
          if (!(await lives.revoke(userId, id, 'signed_in_anew', found))) continue
          await audit.record(caller, {
            event: 'user.logout',
            actorId: userId,
            sessionId: id,
            resource: { type: 'user', id: userId },
            reason: 'signed_in_anew',
          })
        }
      },
    }
  }
}

export type EndFormerSession = ReturnType<typeof createEndFormerSession>
