import type { Limit } from '../../kernel/domain.ts'
import { tooMany } from '../../kernel/errors.ts'
import type { TakeFromLimits } from '../../platform/limits/limits.ts'

export type ThrottleLimits = Readonly<
  Record<'send' | 'typing' | 'search' | 'export' | 'invite' | 'openInvitation', readonly Limit[]>
>
export type Turn = keyof ThrottleLimits

/** Counts what one person does. Throws `rate_limit_exceeded` when it is too much. */
export const createThrottle =
  (takeFromLimits: TakeFromLimits, limits: ThrottleLimits) =>
  async (turn: Turn, who: string): Promise<void> => {
    const { isExceeded, resetInSeconds } = await takeFromLimits(limits[turn], who, 1)
    if (isExceeded) throw tooMany('Too many in a short time.', resetInSeconds)
  }

export type Throttle = ReturnType<typeof createThrottle>
