import { z } from 'zod'
import { Base32Code } from '../../kernel/typed-code.ts'
import { Email, PersonName } from '../users/users.model.ts'

/** As typed, but for Unicode form: the same at every set and every verify. Never trimmed, never cut. */
export const passwordAsTyped = z
  .string()
  .max(1024)
  .transform((password) => password.normalize('NFC'))

/** The longest that is set; the shortest is up to a deployment, which the description says instead of this. */
export const longestPassword = 128
export const NewPassword = passwordAsTyped.meta({
  'x-holds': 'new-password',
  minLength: 12,
  maxLength: longestPassword,
  description: 'Any characters. Not one that is guessed first, nor in a list of stolen ones.',
  example: 'SecurePass123!',
})

export const SharedDevice = z.boolean().optional().meta({
  description:
    'On a computer that others use too: the session ends with the browser, and after 10 idle minutes.',
})

export const SignUp = z
  .strictObject({ email: Email, password: NewPassword, name: PersonName, sharedDevice: SharedDevice })
  .meta({ id: 'SignUp' })
export type SignUp = z.infer<typeof SignUp>

export const LogIn = z
  .strictObject({
    email: z.string().min(1).max(254).meta({ example: 'test@example.com' }),
    password: passwordAsTyped.meta({ example: 'SecurePass123!' }),
    mailedCode: Base32Code.optional().meta({
      example: 'K7M2P-9QXRT',
      description:
        'The code from the mail of `POST /auth/forgot-password`: lets a right password in, on a device that has not signed in before, while strangers guess at it.',
    }),
    sharedDevice: SharedDevice,
  })
  .meta({ id: 'LogIn' })
export type LogIn = z.infer<typeof LogIn>

export const ChangePassword = z
  .strictObject({ currentPassword: passwordAsTyped, newPassword: NewPassword })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

export const GuestEntry = z
  .strictObject({ name: PersonName, sharedDevice: SharedDevice })
  .meta({ id: 'GuestEntry' })
export type GuestEntry = z.infer<typeof GuestEntry>
export const GuestUpgrade = SignUp.omit({ sharedDevice: true })
  .partial({ name: true })
  .meta({ id: 'GuestUpgrade' })
export type GuestUpgrade = z.infer<typeof GuestUpgrade>
