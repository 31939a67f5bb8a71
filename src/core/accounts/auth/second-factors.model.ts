import { z } from 'zod'
import { DisplayName } from '../../kernel/display-name.ts'
import { defineError } from '../../kernel/errors.ts'
import { Base32Code, DigitCode, spacedOut } from '../../kernel/typed-code.ts'
import { ProviderAnswer } from './identities.model.ts'
import { passwordAsTyped, SharedDevice } from './passwords.model.ts'

export const SixDigits = DigitCode(6, 'Must be six digits.').meta({
  description: 'Six digits, with any spaces and dashes.',
  example: '123456',
})
export const RecoveryCode = Base32Code.pipe(z.string().min(10).max(40)).meta({
  pattern: spacedOut('[A-Za-z0-9]', 10, 40),
  minLength: 10,
  description: 'In any case, with any spaces and dashes.',
  example: 'K7M2P-9QXRT',
  'x-holds': 'typed-code',
})
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

const byCode = z.strictObject({ code: SixDigits })
const byRecoveryCode = z.strictObject({ recoveryCode: RecoveryCode })
const byPasskey = z.strictObject({ passkey: PasskeyAnswer })
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
    z.strictObject({ password: passwordAsTyped }),
    byCode,
    byRecoveryCode,
    byPasskey.extend({ challengeToken: z.string().max(200) }),
    z.strictObject({ mailedCode: SixDigits }),
    ProviderAnswer,
  ])
  .meta({ id: 'StepUp' })
export type StepUp = z.infer<typeof StepUp>

export const PasskeyChallenge = z
  .object({ challengeToken: z.string(), options: PasskeyOptions, expiresAt: z.iso.datetime() })
  .meta({ id: 'PasskeyChallenge' })
export type PasskeyChallenge = z.infer<typeof PasskeyChallenge>

export const LogInByPasskey = z
  .strictObject({ challengeToken: z.string().max(200), passkey: PasskeyAnswer, sharedDevice: SharedDevice })
  .meta({ id: 'LogInByPasskey' })
export type LogInByPasskey = z.infer<typeof LogInByPasskey>

export const PasskeyName = DisplayName({ min: 1, max: 100, has: 'anything' }).meta({
  description: '1 to 100 characters.',
  example: 'My phone',
})
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
export const RecoveryCodes = z
  .object({
    recoveryCodes: z.array(z.string()).meta({
      description:
        'Shown this once. Each signs in once, in place of the second factor. Empty when some exist.',
    }),
  })
  .meta({ id: 'RecoveryCodes' })

/** The words of a wrong password fit a wrong code too: nothing is told apart. */
export const secondFactorRefused = defineError(
  'unauthenticated',
  'invalid_credentials',
  'That could not be verified. Try again, or use another method.',
)
export const stepUpRequired = defineError(
  'forbidden',
  'step_up_required',
  'First confirm that it is you: POST /api/v1/auth/step-up.',
)
export const mailboxProofRequired = defineError(
  'forbidden',
  'step_up_required',
  'Confirm that you read your mailbox too: POST /api/v1/auth/step-up/options mails a code.',
)
export const secondFactorMissing = defineError(
  'forbidden',
  'step_up_required',
  'This needs a second factor. Set one up and sign in with it: GET /api/v1/auth/mfa.',
)
export const tooManyPasskeys = defineError(
  'conflict',
  'conflict',
  'You already have ten passkeys. Remove one that you do not use.',
)
