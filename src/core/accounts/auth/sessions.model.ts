import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { Role } from '../users/users.model.ts'

/** One signed-in device. */
export interface Session {
  readonly id: string
  readonly userId: string
  /** The user's security epoch when it was opened; at any other the session is over. */
  readonly epoch: number
  /** Counts the refresh tokens issued, from 1. */
  readonly generation: number
  /** Tokens of earlier generations are dead, of both kinds; absent where none is. */
  readonly sinceGeneration?: number
  /** SHA-256 of the secret part of the refresh token in force, and of its predecessor. */
  readonly refreshHash: string
  readonly previousRefreshHash: string | null
  readonly rotatedAt: string
  /** When one of the tokens of this generation was first used: then the answer that brought them has arrived. */
  readonly firstUsedAt?: string | null
  /** 256 bits, sealed, from which every generation's refresh token is derived. */
  readonly sealedSecret: string
  readonly device: string
  readonly place: string | null
  readonly createdAt: string
  readonly lastSeenAt: string
  /** After this it is over: when it was idle for too long, or at last. */
  readonly expiresAt: string
  /** On a computer that others use too: it ends soon when nothing happens, and with the browser. */
  readonly isOnSharedDevice?: boolean
  /** When a second factor, or a passkey that is both, was proved in this session. */
  readonly secondFactorAt: string | null
  /** When the person last proved, within the session, to be who signed in. */
  readonly steppedUpAt: string | null
  /** When the person last showed, within the session, that they read the mailbox of the account; absent before. */
  readonly mailboxProvedAt?: string
  readonly revokedAt: string | null
  readonly revokedReason: string | null
  /** Kept for a while after its end, so that a stolen token is recognised as such. */
  readonly purgeAt: string
}

/** Partition `userId`: a person's sessions are listed and revoked together, and a token names both. */
export const sessions = collection<Session>()({
  name: 'Sessions',
  partition: 'userId',
  paths: { byCreation: { by: [], order: 'createdAt' } },
  ttl: 'purgeAt',
})

/** Those of a person that somebody, or something that happened, has ended; by the epoch they are ended elsewhere. */
export interface EndedSessions {
  readonly userId: string
  readonly covers: (sessionId: string) => boolean
}

/** Until when somebody stays signed in. */
export interface SessionEnd {
  /** When nothing happens until then, it is over. */
  readonly idleExpiresAt: string
  /** Whatever happens, it is over. */
  readonly sessionExpiresAt: string
}

/** What signs somebody in. */
export interface Credentials extends SessionEnd {
  readonly accessToken: string
  readonly refreshToken: string
  readonly isOnSharedDevice: boolean
  /** What the device is to keep, to be known when somebody signs in with it again; null: what it keeps is enough. */
  readonly device: string | null
}

/** Whether a token of this generation was left behind when the session was given new ones. */
export const isLeftBehind = (
  { sinceGeneration = 1 }: Pick<Session, 'sinceGeneration'>,
  generation: number,
): boolean => generation < sinceGeneration

export const SessionView = z
  .object({
    id: z.uuid(),
    device: z.string().meta({ example: 'Firefox on Windows' }),
    place: z.string().nullable().meta({ description: 'The name of a trusted site, or null.' }),
    createdAt: z.iso.datetime(),
    lastSeen: z.iso.datetime(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof SessionView>

export const CurrentSession = SessionView.extend({
  idleExpiresAt: z.iso.datetime().meta({
    description: 'When nothing happens in it until then, it is over. `POST /auth/refresh` extends it.',
  }),
  secondsLeft: z.number().int().min(0).meta({
    description: 'Until then, for whoever has another clock than ours.',
  }),
  sessionExpiresAt: z.iso.datetime().meta({ description: 'Whatever happens, it is over then.' }),
  role: Role.meta({ description: 'As whom I act in it: staff without their second factor are `user`.' }),
  secondFactorMissing: z.boolean().meta({
    description: 'My account may do more than this session, in which no second factor was proved.',
  }),
  isOnSharedDevice: z.boolean().meta({
    description: 'Somebody said at sign-in that others use this computer too: nothing is to be told on it.',
  }),
}).meta({ id: 'CurrentSession' })
export type CurrentSession = z.infer<typeof CurrentSession>
