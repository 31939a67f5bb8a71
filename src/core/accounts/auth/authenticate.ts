import type { AccessClaims } from '../../../ports/access-tokens.ts'
import type { Stored } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor } from '../../kernel/actor.ts'
import { type User, users } from '../users/users.model.ts'
import { type AuthSettings, invalidToken, lockedOut, tokenRevoked } from './auth.model.ts'
import { type NoteSessionUse, useOf } from './note-session-use.ts'
import { roleIn } from './role-in-session.ts'
import type { SessionLife } from './session-life.ts'
import type { SessionMemo } from './session-memo.ts'
import { isLeftBehind, type Session, sessions } from './sessions.model.ts'
import type { Listing, TokenBlacklist } from './token-blacklist.ts'

/** What a token said, once its signature and time were checked. */
export type VerifiedClaims = AccessClaims

export interface Authenticated {
  readonly actor: Actor
  /** The account may do more, once a second factor is proved in this session. */
  readonly isHeldBack: boolean
  readonly claims: VerifiedClaims
  /** The session, when establishing who this is has read it. */
  readonly session: Session | null
  /** The account, when establishing who this is has read it. */
  readonly user: Stored<User> | null
}

/** A token known to be genuine, and whether it was ended: asked ahead of the question who sent it. */
export interface AskedAhead {
  readonly token: string
  readonly claims: VerifiedClaims
  readonly listing: Promise<Listing>
}
/**
 * Whether the session behind a verified token still stands. `isFresh` asks the store whatever was seen lately: for
 * everything that changes state. `isBackground`: a program asks on its own, and nobody need be there. `asked` is what was
 * asked ahead, of whichever token. Throws `token_revoked`, `account_suspended`, or `invalid_token` for a token that was
 * left behind when its session was given new ones.
 */
export const createAuthenticate =
  (
    { documents }: Needs<'documents'>,
    {
      memo,
      readBlacklist,
      noteSessionUse,
      life,
      settings,
    }: {
      readonly memo: SessionMemo
      readonly readBlacklist: TokenBlacklist['read']
      readonly noteSessionUse: NoteSessionUse
      readonly life: SessionLife
      readonly settings: AuthSettings
    },
  ) =>
  async (
    claims: VerifiedClaims,
    { isFresh, isBackground }: { readonly isFresh: boolean; readonly isBackground: boolean },
    asked?: AskedAhead,
  ): Promise<Authenticated> => {
    const { sub: userId, sid: sessionId, gen: generation = 1 } = claims
    const use = useOf(claims, isBackground)
    const readSession = () =>
      Promise.all([
        documents.read(sessions, { partition: userId, id: sessionId }),
        documents.read(users, { partition: userId, id: userId }),
      ])

    const remembered = isFresh ? undefined : memo.find(sessionId, generation)
    const reading = remembered ? undefined : readSession()
    // Awaited below, unless the token turns out to be listed: then its failure is of no interest.
    reading?.catch(() => undefined)
    const listing = await (asked?.claims.jti === claims.jti ? asked.listing : readBlacklist(claims.jti))
    if (listing === 'listed') throw tokenRevoked()
    if (remembered && listing === 'clear') {
      const { role, securityEpoch, isHeldBack } = remembered
      const actor = { userId, sessionId, role, securityEpoch }
      noteSessionUse.note({ userId, sessionId }, use, remembered, null)
      return { actor, isHeldBack, claims, session: null, user: null }
    }

    const [session, user] = await (reading ?? readSession())
    const isStanding = session !== null && user !== null && life.isLive(session.value)
    if (isStanding && user.value.status === 'suspended') throw lockedOut(user.value)
    if (!isStanding || session.value.epoch !== user.value.securityEpoch) {
      memo.forget(sessionId)
      throw tokenRevoked()
    }
    if (isLeftBehind(session.value, generation)) throw invalidToken()
    const { role, isHeldBack } = roleIn(session.value, user.value, settings)
    const { securityEpoch } = user.value
    const { sinceGeneration = 1 } = session.value
    const noted = noteSessionUse.notedOf(session.value)
    noteSessionUse.note({ userId, sessionId }, use, noted, session)
    const seen = { userId, role, isHeldBack, securityEpoch, generation, sinceGeneration }
    memo.remember(sessionId, { ...seen, ...noted })
    const actor = { userId, sessionId, role, securityEpoch }
    return { actor, isHeldBack, claims, session: session.value, user }
  }

export type Authenticate = ReturnType<typeof createAuthenticate>
