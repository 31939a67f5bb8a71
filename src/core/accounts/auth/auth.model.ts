import { type AppError, defineError } from '../../kernel/errors.ts'
import type { MailedPages } from '../../platform/mail/mailed-pages.model.ts'
import type { User } from '../users/users.model.ts'

export interface AuthSettings {
  /** Pages that providers may send people back to. */
  readonly redirectOrigins: ReadonlySet<string>
  readonly accessTokenSeconds: number
  /** However often it is refreshed, a session ends after this. */
  readonly sessionSeconds: number
  /** A session that was not refreshed for so long is over. */
  readonly idleSeconds: number
  readonly refreshGraceSeconds: number
  readonly sessionsPerUser: number
  readonly signupDisclosure: 'open' | 'hidden'
  readonly passwordMinLength: number
  /** Admins and mentors are ordinary people until they have proved a second factor. */
  readonly isSecondFactorForced: boolean
  /** Without a confirmed address nobody reaches other people. */
  readonly isVerifiedEmailRequired: boolean
  readonly publicOrigin: string
  readonly portalOrigin: string
  readonly pages: MailedPages
  /** For how long a step-up counts. */
  readonly stepUpSeconds: number
}

/** For how long a device is known that somebody has signed in with; also how long a browser keeps what shows it. */
export const knownForDays = 180

/**
 * Whether the password of this account lets anybody in. With hidden disclosure not before the address is confirmed:
 * otherwise whoever signs up with an address and then logs in learns whether it was free.
 */
export const opensByPassword = (
  user: Pick<User, 'emailVerified'> | null,
  { signupDisclosure }: Pick<AuthSettings, 'signupDisclosure'>,
): boolean => user !== null && (signupDisclosure === 'open' || user.emailVerified)

export const missingToken = defineError('unauthenticated', 'missing_token', 'Sign in first.')
export const invalidToken = defineError(
  'unauthenticated',
  'invalid_token',
  'The token is not valid. Sign in again.',
)
/** Refuses what is meant for another session than the one that it comes with. */
export const accountMismatch = defineError(
  'forbidden',
  'account_mismatch',
  'Somebody else is signed in here by now.',
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
const accountSuspended = defineError('forbidden', 'account_suspended', 'This account is suspended.')
const accountClosing = defineError(
  'forbidden',
  'account_suspended',
  'This account is about to be erased. Whoever has the receipt can cancel that.',
)
/** Why nobody gets into a suspended account. */
export const lockedOut = ({ deletion }: Pick<User, 'deletion'>): AppError =>
  deletion === undefined ? accountSuspended() : accountClosing()
