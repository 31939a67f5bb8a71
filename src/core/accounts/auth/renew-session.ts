import { VersionMismatch } from '../../../ports/documents.ts'
import type { Needs } from '../../../ports/ports.ts'
import type { Actor, Caller } from '../../kernel/actor.ts'
import { conflict } from '../../kernel/errors.ts'
import type { Keys } from '../../platform/keys/keys.ts'
import type { User } from '../users/users.model.ts'
import type { Devices } from './known-devices.ts'
import { deriveSecretPart, formatRefreshToken, hashSecretPart, openSessionSecret } from './refresh-token.ts'
import type { SessionLife } from './session-life.ts'
import type { SessionMemo } from './session-memo.ts'
import { type Credentials, type Session, sessions } from './sessions.model.ts'

const attempts = 10

/** What has just been proved in a session. */
export type Proved = Partial<Pick<Session, 'secondFactorAt' | 'steppedUpAt' | 'mailboxProvedAt'>>

/**
 * Gives the actor's session new tokens, and no other of the account: because it may do more from now on, or because
 * what it changed has ended the others. The tokens it had are dead, the refresh token with them: whoever had a copy is
 * left behind. `user` is the account with the epoch the session goes on in; it is written first, so that a crash in
 * between ends this session too and never leaves another alive.
 *
 * Null when the session is over: it never lifts itself, nor goes on from another epoch than it was verified at.
 */
export function createRenewSession(
  { ciphers, clock, documents }: Needs<'ciphers' | 'clock' | 'documents'>,
  {
    keys,
    memo,
    devices,
    life,
    signAccessToken,
  }: {
    readonly keys: Keys
    readonly memo: SessionMemo
    readonly devices: Devices
    readonly life: SessionLife
    readonly signAccessToken: (session: Session, user: User) => Promise<string>
  },
) {
  /** A device that was known stays so in the new epoch; a shared one never was. */
  async function deviceOf(
    user: User,
    epochBefore: number,
    caller: Caller,
    isOnSharedDevice: boolean,
  ): Promise<string | null> {
    if (user.securityEpoch === epochBefore) return null
    const isKnown = (await devices.recognize(caller, { id: user.id, securityEpoch: epochBefore })) !== null
    return isKnown ? devices.atLogin(user, caller, isOnSharedDevice) : null
  }

  return async (
    { userId, sessionId, securityEpoch }: Actor,
    user: User,
    caller: Caller,
    proved: Proved = {},
  ): Promise<Credentials | null> => {
    if (user.securityEpoch === securityEpoch) memo.forget(sessionId)
    else memo.forgetUser(userId)
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await documents.read(sessions, { partition: userId, id: sessionId })
      const session = stored?.value
      const isOver = !session || session.epoch !== securityEpoch || !life.isLive(session)
      const secret = isOver ? null : await openSessionSecret(keys, session)
      if (isOver || !secret) return null
      const generation = session.generation + 1
      const secretPart = await deriveSecretPart(ciphers, secret, generation)
      const renewed: Session = {
        ...session,
        ...proved,
        epoch: user.securityEpoch,
        generation,
        sinceGeneration: generation,
        refreshHash: await hashSecretPart(ciphers, secretPart),
        previousRefreshHash: null,
        rotatedAt: new Date(clock.now()).toISOString(),
        firstUsedAt: null,
        ...life.seenNow(session),
      }
      try {
        await documents.replace(sessions, renewed, stored.version)
      } catch (error) {
        if (error instanceof VersionMismatch) continue
        throw error
      }
      memo.forget(sessionId)
      const isOnSharedDevice = session.isOnSharedDevice ?? false
      return {
        accessToken: await signAccessToken(renewed, user),
        refreshToken: formatRefreshToken({ userId, sessionId, generation, secretPart }),
        isOnSharedDevice,
        ...life.lastsUntil(renewed),
        device: await deviceOf(user, securityEpoch, caller, isOnSharedDevice),
      }
    }
    throw conflict()
  }
}

export type RenewSession = ReturnType<typeof createRenewSession>
