import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { isEmailAddress, normalizeEmailAddress } from '../../../ports/email-address.ts'
import type { ProviderName } from '../../../ports/identity-providers.ts'
import type { PasskeyCredential } from '../../../ports/passkeys.ts'
import {
  type ActiveDays,
  dayNumber,
  isTimeZone,
  noActiveDays,
  withActiveDay,
} from '../../kernel/active-days.ts'
import { DisplayName } from '../../kernel/display-name.ts'
import { defineError } from '../../kernel/errors.ts'
import { Language } from '../../kernel/language.ts'
import { CursorQuery } from '../../kernel/paging.ts'
import { tidied } from '../../kernel/tidied.ts'

const atom = '[^\\x00-\\x20\\x7f"<>()\\[\\]\\\\,;:@.]+'
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
/** For the description: as most are written. What is beyond ASCII is understood too. */
const plainAddress = `^(?=[^@]{1,64}@)${atom}(?:\\.${atom})*@(?:${label}\\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$`

export const Email = tidied(
  normalizeEmailAddress,
  z.string().max(254).refine(isEmailAddress, 'Must be an e-mail address.'),
  { longest: 254, format: 'email', pattern: plainAddress },
).meta({
  description: 'Normalized: trimmed, lower case, Unicode NFKC.',
  example: 'test@example.com',
  'x-holds': 'email-address',
})

export const PersonName = DisplayName({ min: 1, max: 100, has: 'letter' }).meta({
  description: '1 to 100 characters, one of them a letter or a number.',
  example: 'Test User',
})

export const Role = z.enum(['user', 'mentor', 'admin', 'guest']).meta({ id: 'Role' })
export const UserStatus = z.enum(['active', 'suspended', 'pending_verification']).meta({ id: 'UserStatus' })

/** `America/Argentina/ComodRivadavia`, the longest of the IANA. */
const longestTimeZone = 32

export const Preferences = z
  .strictObject({
    notifications: z.boolean(),
    emailUpdates: z.boolean(),
    theme: z.enum(['dark', 'light']),
    timeZone: z
      .string()
      .max(longestTimeZone)
      .refine(isTimeZone, 'Must be the name of a time zone.')
      .meta({ description: 'Where days begin and end for streaks.', example: 'America/Los_Angeles' }),
    language: Language,
  })
  .meta({ id: 'Preferences' })
export type Preferences = z.infer<typeof Preferences>

export const defaultPreferences: Preferences = {
  notifications: true,
  emailUpdates: true,
  theme: 'dark',
  timeZone: 'America/Los_Angeles',
  language: 'en',
}

type LaterPreference = 'timeZone' | 'language'

/** When something was set up, and in which session: null where in none. */
export interface SetUp {
  readonly at: string
  readonly sessionId: string | null
}

/** A passkey as kept: what proves it, and what tells its owner which one it is. */
export interface Passkey extends PasskeyCredential {
  readonly name: string
  readonly createdAt: string
  /** In which session it was set up; absent in older ones. */
  readonly sessionId?: string | null
  readonly lastUsedAt: string | null
}

/** What proves who somebody is beside the password. In the account, so that using one up is one conditional write. */
export interface SecondFactors {
  readonly totp: {
    readonly sealedSecret: string
    /** Null until a first right code has shown that the app is set up. */
    readonly confirmedAt: string | null
    /** The 30-second step of the last code that was used: it and those before are spent. */
    readonly lastStep: number
    /** In which session it was confirmed; absent in older ones. */
    readonly sessionId?: string | null
  } | null
  /** Keyed hashes of the recovery codes that are left. */
  readonly recoveryCodes: readonly string[]
  /** When these were made; absent in older accounts. */
  readonly recoveryCodesSetUp?: SetUp
  readonly passkeys: readonly Passkey[]
}

/** An account at another organisation that signs in to this one. */
export interface LinkedIdentity {
  /** The id of its claim in `Identities`. */
  readonly id: string
  readonly provider: ProviderName
  readonly email: string | null
  readonly linkedAt: string
  /** In which session; null at a sign-in, absent in older ones. */
  readonly sessionId?: string | null
}

/** An address the account went by, and may have back. */
export interface FormerAddress {
  readonly email: string
  /** When the account left it, and in which session. */
  readonly changedAt: string
  readonly sessionId: string
  /** Whether somebody had shown that they read its mailbox. */
  readonly wasProved: boolean
}

/** A time in which somebody else may have been in the account: both ends belong to it. `since` is '' for ever before. */
export interface Disowned {
  readonly since: string
  readonly until: string
}

/** One person's account, as stored. */
export interface User {
  readonly id: string
  /** Normalized. */
  readonly email: string
  readonly name: string
  readonly avatar: string | null
  readonly role: z.infer<typeof Role>
  readonly status: z.infer<typeof UserStatus>
  readonly emailVerified: boolean
  /** Those of the last days; absent in accounts that never changed it. */
  readonly formerAddresses?: readonly FormerAddress[]
  /** PHC string; null for who signs in by other means only. */
  readonly passwordHash: string | null
  /** Absent in accounts that never had one. */
  readonly secondFactors?: SecondFactors
  /** Absent in accounts that never had one. */
  readonly identities?: readonly LinkedIdentity[]
  /** Guests alone: when the account stops existing. */
  readonly expiresAt?: string
  /** The account is to be erased: by which deletion, and what it was before. Until then nobody gets in. */
  readonly deletion?: {
    readonly id: string
    readonly statusBefore: z.infer<typeof UserStatus>
    /** When it was asked for, and in which session; absent in older ones. */
    readonly setUp?: SetUp
  }
  /** Since when the law forbids to erase it. */
  readonly legalHoldSince?: string
  /** Sessions copy it; raising it ends all of them at once. */
  readonly securityEpoch: number
  /** How often the mailbox won it back. Links for a new password from before are void. Absent: never. */
  readonly recoveries?: number
  /** When somebody else may have been in it: what was made in its name then counts for nothing. Absent: never. */
  readonly disowned?: readonly Disowned[]
  /** Without some in older accounts: read it by `preferencesOf`, and the language by `languageOf`. */
  readonly preferences: Omit<Preferences, LaterPreference> & Partial<Pick<Preferences, LaterPreference>>
  /** Who is assigned to this person; absent in older accounts. */
  readonly mentorId?: string | null
  /** When the person signed in or learned; absent in older accounts. */
  readonly activeDays?: ActiveDays
  readonly createdAt: string
  readonly updatedAt: string
  readonly lastLoginAt: string | null
}

export const preferencesOf = ({ preferences }: Pick<User, 'preferences'>): Preferences => ({
  ...defaultPreferences,
  ...preferences,
})

/**
 * What somebody reads. Who never said, and has not signed up by a browser that says, is written to in the language of the
 * request that has us write.
 */
export const languageOf = (
  { preferences }: Pick<User, 'preferences'>,
  { language }: { readonly language: Language } = defaultPreferences,
): Language => preferences.language ?? language

export const activeDaysOf = ({ activeDays }: Pick<User, 'activeDays'>): ActiveDays =>
  activeDays ?? noActiveDays

/** The account after signing in at this moment. Who never said what they read, reads what their browser does. */
export function signedInAt(user: User, ms: number, { language }: { readonly language: Language }): User {
  const day = dayNumber(ms, preferencesOf(user).timeZone)
  return {
    ...user,
    preferences: { language, ...user.preferences },
    lastLoginAt: new Date(ms).toISOString(),
    activeDays: withActiveDay(activeDaysOf(user), day),
  }
}

/** Partition `id`: an account is read by its id on nearly every request, and by nothing else. */
export const users = collection<User>()({ name: 'Users', partition: 'id', paths: {}, ttl: 'expiresAt' })

/** Whose an e-mail address is. The document is the claim: inserting it is what makes an account exist. */
export interface UserEmail {
  /** The normalized address. */
  readonly id: string
  readonly userId: string
  /**
   * Set while the account does not go by this address: it is about to, or it lately did and may have it back. Until
   * then nobody else gets the address. Absent in the claim an account goes by.
   */
  readonly reservedUntil?: string
}

/** Partition `id`, so that one address can be claimed once and login finds its account by two point reads. */
export const userEmails = collection<UserEmail>()({ name: 'UserEmails', partition: 'id', paths: {} })

/** Nothing this account was given signs in to it: only a mail to its address would help. */
export const hasNoWayIn = ({ passwordHash, identities, secondFactors }: User): boolean =>
  passwordHash === null && !identities?.length && !secondFactors?.passkeys.length

export const isAdministrator = ({ role, status }: Pick<User, 'role' | 'status'>): boolean =>
  role === 'admin' && status !== 'suspended'

/** Somebody who can sign in, and then do what administrators do. An invitation that nobody took up is nobody yet. */
export const isActiveAdministrator = (user: User): boolean => isAdministrator(user) && !hasNoWayIn(user)

/** Mentors and admins: whom everybody may write to. */
export const isStaff = ({ role, status }: Pick<User, 'role' | 'status'>): boolean =>
  (role === 'mentor' || role === 'admin') && status !== 'suspended'

const Timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC, milliseconds.' })

export const AdminUserQuery = CursorQuery.extend({
  q: z
    .string()
    .max(254)
    .optional()
    .meta({ description: 'Part of the name or the address.', examples: ['ann'] }),
  role: Role.optional(),
  status: UserStatus.optional(),
})
export type AdminUserQuery = z.infer<typeof AdminUserQuery>

export const AdminUserView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: Role,
    status: UserStatus,
    emailVerified: z.boolean(),
    mentorId: z.uuid().nullable(),
    createdAt: Timestamp,
    lastLogin: Timestamp.nullable(),
  })
  .meta({ id: 'AdminUser' })
export type AdminUserView = z.infer<typeof AdminUserView>

export const authenticatedBefore = defineError(
  'unauthenticated',
  'invalid_token',
  'The account was secured while this was under way. Sign in again.',
)
export const tooManyAddresses = defineError(
  'conflict',
  'conflict',
  'The address was changed several times lately. Wait a few days.',
)
export const accountIsClosing = defineError(
  'conflict',
  'conflict',
  'This account is already going to be erased.',
)
export const userExists = defineError(
  'conflict',
  'user_exists',
  'An account with this e-mail address already exists.',
)
