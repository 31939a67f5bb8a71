import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../users/users.model.ts'
import type { Lockout } from './lockout.ts'

/**
 * Whether this is the password of the account at `email`. Locked, unknown, without a password and wrong take the same path and cost the
 * same: one slow hash. When the hasher is too busy the attempt does not count against the account.
 */
export const createVerifyPassword =
  ({ hasher }: Needs<'hasher'>, lockout: Lockout) =>
  async (email: string, user: User | null, password: string): Promise<boolean> => {
    const attempt = await lockout.begin(email)
    const passwordHash = user?.passwordHash ?? null
    let isRight: boolean
    try {
      isRight =
        passwordHash !== null && !attempt.isLocked
          ? await hasher.verify(passwordHash, password)
          : await hasher.verifyNothing(password)
    } catch (error) {
      await attempt.withdraw()
      throw error
    }
    if (isRight) await attempt.succeed()
    return isRight
  }

export type VerifyPassword = ReturnType<typeof createVerifyPassword>
