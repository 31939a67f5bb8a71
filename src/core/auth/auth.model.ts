import { z } from 'zod'
import { collection } from '../../ports/documents.ts'
import { defineError } from '../errors.ts'
import { Email, PersonName, Role } from '../users/users.model.ts'

export interface AuthSettings {
  readonly accessTokenSeconds: number
  readonly refreshTokenSeconds: number
  /** However often it is refreshed, a session ends after this. */
  readonly sessionSeconds: number
  readonly refreshGraceSeconds: number
  readonly sessionsPerUser: number
  readonly signupDisclosure: 'open' | 'hidden'
  readonly passwordMinLength: number
}

/** One signed-in device. */
export interface Session {
  readonly id: string
  readonly userId: string
  /** The user's security epoch when it was opened; at any other the session is over. */
  readonly epoch: number
  /** Counts the refresh tokens issued, from 1. */
  readonly generation: number
  /** SHA-256 of the secret part of the refresh token in force, and of its predecessor. */
  readonly refreshHash: string
  readonly previousRefreshHash: string | null
  readonly rotatedAt: string
  /** 256 bits, sealed, from which every generation's refresh token is derived. */
  readonly sealedSecret: string
  readonly device: string
  readonly place: string | null
  readonly createdAt: string
  readonly lastSeenAt: string
  /** After this it cannot be refreshed. */
  readonly expiresAt: string
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

/** As typed, but for Unicode form: the same at every set and every verify. Never trimmed, never cut. */
const passwordAsTyped = z
  .string()
  .max(1024)
  .transform((password) => password.normalize('NFC'))

export const SignUp = z
  .object({ email: Email, password: passwordAsTyped, name: PersonName })
  .meta({ id: 'SignUp' })
export type SignUp = z.infer<typeof SignUp>

export const LogIn = z
  .object({
    email: z.string().min(1).max(254).meta({ example: 'test@example.com' }),
    password: passwordAsTyped.meta({ example: 'SecurePass123!' }),
  })
  .meta({ id: 'LogIn' })
export type LogIn = z.infer<typeof LogIn>

export const ChangePassword = z
  .object({ currentPassword: passwordAsTyped, newPassword: passwordAsTyped })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

export const SignedUpUser = z
  .object({ id: z.uuid(), email: z.string(), name: z.string(), avatar: z.string().nullable() })
  .meta({ id: 'SignedUpUser' })
export const LoggedInUser = SignedUpUser.extend({ role: Role }).meta({ id: 'LoggedInUser' })

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

export const missingToken = defineError('unauthenticated', 'missing_token', 'Sign in first.')
export const invalidToken = defineError(
  'unauthenticated',
  'invalid_token',
  'The token is not valid. Sign in again.',
)
export const tokenRevoked = defineError(
  'unauthenticated',
  'token_revoked',
  'This session has ended. Sign in again.',
)
export const invalidCredentials = defineError(
  'unauthenticated',
  'invalid_credentials',
  'The e-mail address or the password is wrong.',
)
export const accountSuspended = defineError('forbidden', 'account_suspended', 'This account is suspended.')
