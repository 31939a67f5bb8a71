import type { Limit } from '../../kernel/domain.ts'
import { AppError } from '../../kernel/errors.ts'
import type { TakeFromLimits } from '../../platform/limits/limits.ts'

export type TurnLimits = Readonly<Record<'send' | 'typing' | 'search', readonly Limit[]>>
export type Turn = keyof TurnLimits

/** Counts what one person does. Throws `rate_limit_exceeded` when it is too much. */
export const createTakeTurn =
  (takeFromLimits: TakeFromLimits, limits: TurnLimits) =>
  async (turn: Turn, who: string): Promise<void> => {
    const { isExceeded, resetInSeconds } = await takeFromLimits(limits[turn], who, 1)
    if (isExceeded)
      throw new AppError('rate_limited', 'rate_limit_exceeded', 'Not so fast. Wait a little.', {
        retryAfterSeconds: resetInSeconds,
      })
  }

export type TakeTurn = ReturnType<typeof createTakeTurn>
