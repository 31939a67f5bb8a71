import type { Needs } from '../../../ports/ports.ts'
import type { User } from '../users/users.model.ts'
import { type Guesser, type Lockout, stranger } from './lockout.ts'

/**
 * Whether this is the password of the account at `email`. Locked, unknown, without a password and wrong take the same path and cost the
 * same: one slow hash. When the hasher is too busy the attempt does not count against the account. `guesser`: as whom it counts.
 */
export const createVerifyPassword =
  ({ hasher }: Needs<'hasher'>, lockout: Lockout) =>
  async (
    email: string,
    user: User | null,
    password: string,
    guesser: Guesser = stranger,
  ): Promise<boolean> => {
    const attempt = await lockout.begin(email, guesser)
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
    await (isRight ? attempt.succeed() : attempt.fail())
    return isRight
  }

export type VerifyPassword = ReturnType<typeof createVerifyPassword>
