import { z } from 'zod'
import { collection } from '../../../ports/documents.ts'
import { providerNames } from '../../../ports/identity-providers.ts'
import { type AppError, defineError } from '../../kernel/errors.ts'
import { Email, PersonName, Role, type User } from '../users/users.model.ts'

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
  /** Where links in mails lead: pages of this API, and pages of the front end. */
  readonly publicOrigin: string
  readonly portalOrigin: string
  /** For how long a step-up counts. */
  readonly stepUpSeconds: number
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
  /** On a computer that others use too: it ends soon when nothing happens, and with the browser. */
  readonly isOnSharedDevice?: boolean
  /** When a second factor, or a passkey that is both, was proved in this session. */
  readonly secondFactorAt: string | null
  /** When the person last proved, within the session, to be who signed in. */
  readonly steppedUpAt: string | null
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

const SharedDevice = z.boolean().optional().meta({
  description:
    'On a computer that others use too: the session ends with the browser, and after 10 idle minutes.',
})

export const SignUp = z
  .object({ email: Email, password: passwordAsTyped, name: PersonName, sharedDevice: SharedDevice })
  .meta({ id: 'SignUp' })
export type SignUp = z.infer<typeof SignUp>

export const LogIn = z
  .object({
    email: z.string().min(1).max(254).meta({ example: 'test@example.com' }),
    password: passwordAsTyped.meta({ example: 'SecurePass123!' }),
    sharedDevice: SharedDevice,
  })
  .meta({ id: 'LogIn' })
export type LogIn = z.infer<typeof LogIn>

export const ChangePassword = z
  .object({ currentPassword: passwordAsTyped, newPassword: passwordAsTyped })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

const SixDigits = z
  .string()
  .regex(/^\d{6}$/, 'Must be six digits.')
  .meta({ example: '123456' })
const RecoveryCode = z.string().min(10).max(20).meta({ example: 'K7M2P-9QXRT' })
/** JSON as the browser's WebAuthn functions make it; judged by the library that knows the standard. */
export const PasskeyAnswer = z
  .looseObject({ id: z.string().max(2000), rawId: z.string().max(2000), type: z.literal('public-key') })
  .meta({ id: 'PasskeyAnswer', description: 'A `PublicKeyCredential` as JSON (WebAuthn Level 3).' })
/** JSON for the browser's WebAuthn functions. */
export const PasskeyOptions = z
  .looseObject({ challenge: z.string() })
  .meta({ id: 'PasskeyOptions', description: 'For `PublicKeyCredential.parse…OptionsFromJSON`.' })

export const SecondFactorMethod = z
  .enum(['totp', 'passkey', 'recovery-code'])
  .meta({ id: 'SecondFactorMethod' })
export type SecondFactorMethod = z.infer<typeof SecondFactorMethod>

const byCode = z.object({ code: SixDigits })
const byRecoveryCode = z.object({ recoveryCode: RecoveryCode })
const byPasskey = z.object({ passkey: PasskeyAnswer })
export type SecondFactorProof =
  | z.infer<typeof byCode>
  | z.infer<typeof byRecoveryCode>
  | z.infer<typeof byPasskey>

export const TotpCode = byCode.meta({ id: 'TotpCode' })

const withToken = { mfaToken: z.string().max(200) }
export const LogInSecondFactor = z
  .union([byCode.extend(withToken), byRecoveryCode.extend(withToken), byPasskey.extend(withToken)])
  .meta({ id: 'LogInSecondFactor' })
export type LogInSecondFactor = z.infer<typeof LogInSecondFactor>

/** A login that is right so far. */
export const SecondFactorWanted = z
  .object({
    mfaToken: z.string(),
    methods: z.array(SecondFactorMethod),
    expiresAt: z.iso.datetime(),
    passkeyOptions: PasskeyOptions.optional(),
  })
  .meta({ id: 'SecondFactorWanted' })
export type SecondFactorWanted = z.infer<typeof SecondFactorWanted>

export const StepUp = z
  .union([
    z.object({ password: passwordAsTyped }),
    byCode,
    byRecoveryCode,
    byPasskey.extend({ challengeToken: z.string().max(200) }),
    z.object({ mailedCode: SixDigits }),
  ])
  .meta({ id: 'StepUp' })
export type StepUp = z.infer<typeof StepUp>

export const PasskeyChallenge = z
  .object({ challengeToken: z.string(), options: PasskeyOptions, expiresAt: z.iso.datetime() })
  .meta({ id: 'PasskeyChallenge' })
export type PasskeyChallenge = z.infer<typeof PasskeyChallenge>

export const LogInByPasskey = z
  .object({ challengeToken: z.string().max(200), passkey: PasskeyAnswer, sharedDevice: SharedDevice })
  .meta({ id: 'LogInByPasskey' })
export type LogInByPasskey = z.infer<typeof LogInByPasskey>

export const PasskeyName = PersonName.meta({ example: 'My phone' })
export const RegisterPasskey = LogInByPasskey.omit({ sharedDevice: true })
  .extend({ name: PasskeyName.optional() })
  .meta({
    id: 'RegisterPasskey',
  })
export type RegisterPasskey = z.infer<typeof RegisterPasskey>

export const PasskeyView = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Passkey' })
export type PasskeyView = z.infer<typeof PasskeyView>

export const SecondFactorStatus = z
  .object({
    totp: z.boolean(),
    passkeys: z.array(PasskeyView),
    recoveryCodesLeft: z.number().int(),
    required: z.boolean().meta({ description: 'This role has to have a second factor here.' }),
  })
  .meta({ id: 'SecondFactorStatus' })
export type SecondFactorStatus = z.infer<typeof SecondFactorStatus>

/** What a link in a mail holds. */
const MailedToken = z.string().max(200)

export const ProviderName = z.enum(providerNames).meta({ id: 'ProviderName' })
export const SocialLogIn = z
  .object({
    provider: ProviderName,
    code: z.string().min(1).max(4000),
    codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'Must be a PKCE verifier (RFC 7636).'),
    redirectUri: z.url().max(2000),
    sharedDevice: SharedDevice,
    nonce: z
      .string()
      .min(16)
      .max(256)
      .optional()
      .meta({ description: 'As in the authorisation request; left out, it is the code challenge.' }),
  })
  .meta({ id: 'SocialLogIn' })
export type SocialLogIn = z.infer<typeof SocialLogIn>

/** A provider's account that is to be joined with one here, whose password is asked for. */
export const LinkWanted = z
  .object({ linkToken: z.string(), methods: z.tuple([z.literal('password')]), expiresAt: z.iso.datetime() })
  .meta({ id: 'LinkWanted' })
export type LinkWanted = z.infer<typeof LinkWanted>

export const LinkAccount = z
  .object({ linkToken: MailedToken, password: passwordAsTyped })
  .meta({ id: 'LinkAccount' })
export type LinkAccount = z.infer<typeof LinkAccount>

export const IdentityView = z
  .object({
    id: z.string(),
    provider: ProviderName,
    email: z.string().nullable(),
    linkedAt: z.iso.datetime(),
  })
  .meta({ id: 'Identity' })
export type IdentityView = z.infer<typeof IdentityView>

export const ProviderAddressView = z
  .object({
    provider: ProviderName,
    authorizationEndpoint: z.string(),
    clientId: z.string(),
    scope: z.string(),
  })
  .meta({ id: 'ProviderAddress' })

export const GuestEntry = z
  .object({ name: PersonName, sharedDevice: SharedDevice })
  .meta({ id: 'GuestEntry' })
export type GuestEntry = z.infer<typeof GuestEntry>
export const GuestUpgrade = SignUp.omit({ sharedDevice: true })
  .partial({ name: true })
  .meta({ id: 'GuestUpgrade' })
export type GuestUpgrade = z.infer<typeof GuestUpgrade>

/** A row of another system's list of people. */
export const MigratedUser = z.object({
  email: Email,
  name: PersonName,
  role: Role.exclude(['guest']).default('user'),
})
export const MigrateUsers = z
  .object({
    users: z.array(z.unknown()).min(1).max(100).meta({
      description:
        'Each `{email, name, role?}`. Rows are judged one by one: a wrong one does not stop the others.',
    }),
  })
  .meta({ id: 'MigrateUsers' })
export type MigrateUsers = z.infer<typeof MigrateUsers>

export const MigrationResult = z
  .object({
    row: z.number().int().meta({ description: 'Counted from 0.' }),
    status: z.enum(['created', 'exists', 'invalid', 'failed']),
    userId: z.uuid().nullable(),
    problems: z.array(z.string()).meta({ description: 'The fields that are wrong.' }),
  })
  .meta({ id: 'MigrationResult' })
export type MigrationResult = z.infer<typeof MigrationResult>

export const ForgotPassword = z.object({ email: Email }).meta({ id: 'ForgotPassword' })
export const ResetPassword = z
  .object({ token: MailedToken, newPassword: passwordAsTyped })
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.infer<typeof ResetPassword>

/** Both were in one mail. */
export const VerifyEmail = z
  .union([z.object({ token: MailedToken }), z.object({ email: Email, code: SixDigits })])
  .meta({ id: 'VerifyEmail' })
export type VerifyEmail = z.infer<typeof VerifyEmail>

export const ChangeEmail = z.object({ email: Email }).meta({ id: 'ChangeEmail' })
export const ConfirmEmailChange = z.object({ code: SixDigits }).meta({ id: 'ConfirmEmailChange' })
export const MailedLink = z.object({ token: MailedToken }).meta({ id: 'MailedLink' })

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
const accountSuspended = defineError('forbidden', 'account_suspended', 'This account is suspended.')
const accountClosing = defineError(
  'forbidden',
  'account_suspended',
  'This account is about to be erased. Whoever has the receipt can take that back.',
)
/** Why nobody gets into a suspended account. */
export const lockedOut = ({ deletion }: Pick<User, 'deletion'>): AppError =>
  deletion === undefined ? accountSuspended() : accountClosing()
/** The words of a wrong password fit a wrong code too: nothing is told apart. */
export const secondFactorRefused = defineError(
  'unauthenticated',
  'invalid_credentials',
  'That did not prove it. Try again, or another way.',
)
export const stepUpRequired = defineError(
  'forbidden',
  'step_up_required',
  'Confirm that it is you first: POST /api/v1/auth/step-up.',
)
export const secondFactorMissing = defineError(
  'forbidden',
  'step_up_required',
  'This needs a second factor. Set one up and sign in with it: GET /api/v1/auth/mfa.',
)
export const tooManyPasskeys = defineError(
  'conflict',
  'conflict',
  'There are ten passkeys already. Remove one that is not used.',
)
export const codeRefused = defineError(
  'unauthenticated',
  'invalid_token',
  'The code or link is wrong, was used, or is too old. Ask for a new one.',
)
export const emailUnverified = defineError(
  'forbidden',
  'email_unverified',
  'Confirm your e-mail address first: the code is in your mailbox.',
)
export const providerRefused = defineError(
  'unauthenticated',
  'invalid_credentials',
  'The provider did not confirm who you are. Start again.',
)
export const lastWayIn = defineError(
  'conflict',
  'conflict',
  'This is the only way into the account. Set a password or add a passkey first.',
)
