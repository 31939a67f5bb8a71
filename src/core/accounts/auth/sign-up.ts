import { z } from 'zod'
import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Recording } from '../../platform/audit/audit.model.ts'
import type { Decide, Mailing } from '../../platform/mail/mail.ts'
import { type User, userExists } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'

import type { AuthSettings } from './auth.model.ts'
import { KeptCaller, keepCaller } from './kept-caller.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { CheckPassword } from './password-policy.ts'
import type { SignUp } from './passwords.model.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { EmailVerification } from './verify-email.ts'

export type SignedUp = { readonly user: User } & Credentials

const Asked = z.object({
  caller: KeptCaller,
  userId: z.string(),
  name: z.string(),
  passwordHash: z.string(),
})
const dayMs = 86_400_000

/**
 * Opens an account and a first session. With hidden disclosure the answer is null for known and unknown addresses
 * alike: what becomes of it is decided later, and told to the mailbox. The person confirms the address and then logs in.
 */
export function createSignUp(
  { defer, hasher, ids }: Needs<'defer' | 'hasher' | 'ids'>,
  domain: {
    readonly users: Users
    readonly sessions: Sessions
    readonly audit: Recording
    readonly mail: Mailing
    readonly checkPassword: CheckPassword
    readonly settings: AuthSettings
    readonly emailVerification: EmailVerification
    readonly notices: Notices
    readonly mayMail: MayMail
  },
) {
  const { users, sessions, audit, mail, checkPassword, settings, emailVerification, notices, mayMail } =
    domain
  const record = (caller: Caller, user: User | null, sessionId?: string) =>
    audit.record(caller, {
      event: 'user.signup',
      actorId: user?.id ?? null,
      resource: { type: 'user', id: user?.id ?? null },
      ...(user ? {} : { outcome: 'failure' as const, reason: 'user_exists' }),
      ...(sessionId === undefined ? {} : { sessionId }),
    })

  async function openAccount(account: Parameters<Users['createAccount']>[0]): Promise<User | null> {
    try {
      return await users.createAccount(account)
    } catch (error) {
      if (error instanceof AppError && error.code === 'user_exists') return null
      throw error
    }
  }

  return {
    async signUp(
      { email, password, name, sharedDevice = false }: SignUp,
      caller: Caller,
    ): Promise<SignedUp | null> {
      const isHidden = settings.signupDisclosure === 'hidden'
      await checkPassword('password', password, { email, name })
      if (!isHidden && (await users.isEmailClaimed(email))) throw userExists()

      const passwordHash = await hasher.hash(password)
      if (isHidden) {
        const facts = { caller: keepCaller(caller), userId: ids.next(), name, passwordHash }
        await mail.decideLater({ kind: 'sign-up', to: email, facts, usefulForMs: dayMs })
        return null
      }
      const user = await users.createAccount({ email, name, passwordHash, language: caller.language })
      const session = await sessions.prepare(user, caller, { isOnSharedDevice: sharedDevice })
      await Promise.all([session.store(), record(caller, user, session.id)])
      // After the answer: whoever gets no mail asks for another.
      defer.run('send_verification', () => emailVerification.send(user))
      return { user, ...session.credentials }
    },

    /** An account and a code for it; or, where there is one, a word to its owner. */
    async decide({ to: email, facts }: Parameters<Decide>[0]): Promise<void> {
      const { caller, userId: id, name, passwordHash } = Asked.parse(facts)
      const opened = await openAccount({ id, email, name, passwordHash, language: caller.language })
      await record(caller, opened)
      if (opened) return emailVerification.send(opened)
      const owner = (await users.findByEmail(email))?.value
      if (owner && (await mayMail('account-exists', email))) await notices.accountExists(owner, caller)
    },
  }
}
