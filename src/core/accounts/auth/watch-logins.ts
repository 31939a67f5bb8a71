import type { Needs } from '../../../ports/ports.ts'
import { type LoginWay, loginFailure } from '../../../ports/telemetry-facts.ts'

/** Counts logins, and how long they take. One that goes on with a second factor is neither until that was shown. */
export function createWatchLogins({ clock, telemetry }: Needs<'clock' | 'telemetry'>) {
  return <Given extends readonly unknown[], Answer extends object>(
    way: LoginWay,
    logIn: (...given: Given) => Promise<Answer>,
  ) =>
    async (...given: Given): Promise<Answer> => {
      const facts = { 'app.login.way': way }
      const startedMs = clock.now()
      try {
        const answer = await logIn(...given)
        if ('accessToken' in answer) telemetry.count('auth.login.success', facts)
        return answer
      } catch (error) {
        telemetry.count('auth.login.error', { ...facts, 'app.login.reason': loginFailure(error) })
        throw error
      } finally {
        telemetry.measure('auth.login.duration', Math.max(0, clock.now() - startedMs) / 1_000, facts)
      }
    }
}
