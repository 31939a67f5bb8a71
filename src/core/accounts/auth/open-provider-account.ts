import { z } from 'zod'
import type { ProvidedIdentity } from '../../../ports/identity-providers.ts'
import type { Caller } from '../../kernel/actor.ts'
import { Language } from '../../kernel/language.ts'
import type { Decide } from '../../platform/mail/mail.ts'
import { hasNoWayIn, PersonName, type User } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { PasswordReset } from './reset-password.ts'

const Asked = z.object({ name: z.string().nullable(), language: Language.default('en') })

/** An account for somebody whom a provider names. It has no password, and until it is joined no way in. */
export const createOpenProviderAccount =
  (users: Users) =>
  (
    email: string,
    { name, isEmailVouchedFor }: Pick<ProvidedIdentity, 'name' | 'isEmailVouchedFor'>,
    { language }: Pick<Caller, 'language'>,
  ): Promise<User> => {
    const shown = PersonName.safeParse(name ?? '')
    return users.createAccount({
      email,
      name: shown.success ? shown.data : 'New user',
      passwordHash: null,
      emailVerified: isEmailVouchedFor,
      language,
    })
  }

export type OpenProviderAccount = ReturnType<typeof createOpenProviderAccount>

/**
 * With hidden disclosure, of somebody whose provider does not vouch for the address: an account that waits for whoever
 * reads the mailbox, with a link that sets its password. With the password it is then joined, like any other.
 */
export const createDecideProviderSignUp =
  ({
    users,
    openAccount,
    mayMail,
    passwordReset,
  }: {
    readonly users: Users
    readonly openAccount: OpenProviderAccount
    readonly mayMail: MayMail
    readonly passwordReset: PasswordReset
  }) =>
  async ({ to: email, facts, id }: Parameters<Decide>[0]): Promise<void> => {
    const { name, language } = Asked.parse(facts)
    const owner = (await users.findByEmail(email))?.value
    if (owner && !hasNoWayIn(owner)) return
    const user = owner ?? (await openAccount(email, { name, isEmailVouchedFor: false }, { language }))
    if (await mayMail('reset-password', email)) await passwordReset.mailLink(user, { occasion: id })
  }
