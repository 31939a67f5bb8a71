import { z } from 'zod'
import type { Caller } from '../../kernel/actor.ts'
import { defineError } from '../../kernel/errors.ts'
import { Email, PersonName, Role } from '../users/users.model.ts'
import { NewPassword } from './passwords.model.ts'
import { SixDigits } from './second-factors.model.ts'

/** What a link in a mail holds. */
export const MailedToken = z.string().max(200)

/** A row of another system's list of people. */
export const MigratedUser = z
  .object({ email: Email, name: PersonName.optional(), role: Role.exclude(['guest']).default('user') })
  .transform(({ name, ...row }) => ({ ...row, name: name ?? nameIn(row.email) }))

/** `jane.doe+x@example.com`: Jane Doe. Whoever it is can change it in their profile. */
function nameIn(email: string): string {
  const words = email
    .replace(/[+@].*$/, '')
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ')
  return PersonName.safeParse(name).data ?? 'New member'
}
export const MigrateUsers = z
  .strictObject({
    users: z.array(z.unknown()).min(1).max(100).meta({
      description:
        'Each `{email, name?, role?}`; where there is no name, it is made of the address. Rows are judged one by one: a wrong one does not stop the others. A password is not taken over, whatever is given.',
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

export const ForgotPassword = z.strictObject({ email: Email }).meta({ id: 'ForgotPassword' })
export const ResetPassword = z
  .strictObject({ token: MailedToken, newPassword: NewPassword })
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.infer<typeof ResetPassword>

/** Both were in one mail. */
export const VerifyEmail = z
  .union([z.strictObject({ token: MailedToken }), z.strictObject({ email: Email, code: SixDigits })])
  .meta({ id: 'VerifyEmail' })
export type VerifyEmail = z.infer<typeof VerifyEmail>

export const ChangeEmail = z.strictObject({ email: Email }).meta({ id: 'ChangeEmail' })
export const ConfirmEmailChange = z.strictObject({ code: SixDigits }).meta({ id: 'ConfirmEmailChange' })
export const MailedLink = z.strictObject({ token: MailedToken }).meta({ id: 'MailedLink' })

/** Of a deletion that the owner of an account did not ask for. */
export interface DisownedDeletion {
  readonly deletionId: string
  readonly userId: string
  readonly caller: Caller
}

export const codeRefused = defineError(
  'unauthenticated',
  'invalid_token',
  'This code or link is wrong, has been used, or has expired. Ask for a new one.',
)
export const emailUnverified = defineError(
  'forbidden',
  'email_unverified',
  'Confirm your e-mail address first: the code is in your mailbox.',
)
