import type { Needs } from '../../../ports/ports.ts'
import type { Caller } from '../../kernel/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Audit } from '../../platform/audit/audit.ts'
import { type User, userExists } from '../users/users.model.ts'
import type { Users } from '../users/users.ts'
import type { AuthSettings } from './auth.model.ts'
import type { MayMail } from './mail-rate-limit.ts'
import type { Notices } from './notices.ts'
import type { CheckPassword } from './password-policy.ts'
import type { SignUp } from './passwords.model.ts'
import type { Credentials } from './sessions.model.ts'
import type { Sessions } from './sessions.ts'
import type { EmailVerification } from './verify-email.ts'

export type SignedUp = { readonly user: User } & Credentials

/**
 * Opens an account and a first session. With hidden disclosure the answer is null for known and unknown addresses
 * alike, after the same work; the person then logs in.
 */
export const createSignUp =
  (
    { defer, hasher }: Needs<'defer' | 'hasher'>,
    domain: {
      readonly users: Users
      readonly sessions: Sessions
      readonly audit: Audit
      readonly checkPassword: CheckPassword
      readonly settings: AuthSettings
      readonly emailVerification: EmailVerification
      readonly notices: Notices
      readonly mayMail: MayMail
    },
  ) =>
  async (
    { email, password, name, sharedDevice = false }: SignUp,
    caller: Caller,
  ): Promise<SignedUp | null> => {
    const { users, sessions, audit, checkPassword, settings, emailVerification, notices, mayMail } = domain
    const isHidden = settings.signupDisclosure === 'hidden'
    await checkPassword('password', password, { email, name })
    if (!isHidden && (await users.isEmailClaimed(email))) throw userExists()

    const passwordHash = await hasher.hash(password)
    const record = (user: User | null, sessionId?: string) =>
      audit.record(caller, {
        event: 'user.signup',
        actorId: user?.id ?? null,
        resource: { type: 'user', id: user?.id ?? null },
        ...(user ? {} : { outcome: 'failure' as const, reason: 'user_exists' }),
        ...(sessionId === undefined ? {} : { sessionId }),
      })
    // After the answer: whoever gets no mail asks for another.
    const sendVerification = (user: User) =>
      defer.run('send_verification', () => emailVerification.send(user))
    const tellOwner = () =>
      defer.run('tell_account_exists', async () => {
        const owner = await users.findByEmail(email)
        if (owner && (await mayMail('account-exists', email))) await notices.accountExists(owner.value)
      })
    try {
      const user = await users.createAccount({ email, name, passwordHash })
      if (isHidden) {
        sendVerification(user)
        await record(user)
        return null
      }
      const session = await sessions.prepare(user, caller, { isOnSharedDevice: sharedDevice })
      await Promise.all([session.store(), record(user, session.id)])
      sendVerification(user)
      return { user, ...session.credentials }
    } catch (error) {
      if (!isHidden || !(error instanceof AppError && error.code === 'user_exists')) throw error
      tellOwner()
      await record(null)
      return null
    }
  }
