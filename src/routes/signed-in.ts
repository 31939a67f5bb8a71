import { z } from 'zod'
import type { LoggedIn } from '../core/accounts/auth/open-session.ts'
import type { Credentials } from '../core/accounts/auth/sessions.model.ts'
import { Profile } from '../core/people/profiles/profiles.model.ts'
import type { Profiles } from '../core/people/profiles/profiles.ts'
import { setTokenCookies } from '../http/cookies.ts'
import { say } from '../http/language.ts'
import type { AppContext } from '../http/request-context.ts'

/** What every way of signing in answers. */
export const SignedIn = z.object({ user: Profile, accessToken: z.string() }).meta({ id: 'SignedIn' })

export type SignedIn = z.infer<typeof SignedIn>

/** Sets both cookies and makes the answer. What was signed in before is over. */
export const createWelcome =
  (profiles: Profiles) =>
  async (c: AppContext, { user, ...credentials }: LoggedIn): Promise<SignedIn> => {
    const [profile] = await Promise.all([profiles.show(user), replaceSession(c, credentials)])
    return { user: profile, accessToken: credentials.accessToken }
  }

/** Puts the cookies of a new session in the place of those that came along, whose session ends. */
export async function replaceSession(c: AppContext, credentials: Credentials): Promise<void> {
  await c.get('formerSession')?.end(c.get('caller'))
  setTokenCookies(c, credentials)
}

/** What answers of a session carry that has been given new tokens. */
export const newToken = {
  accessToken: z
    .string()
    .optional()
    .meta({ description: 'In place of the one before, which is dead. The cookies are renewed too.' }),
}

/** Sets the cookies of a session that goes on with new tokens; of one that has ended meanwhile there are none. */
export function renewTokens(c: AppContext, credentials: Credentials | null): { accessToken?: string } {
  if (!credentials) return {}
  setTokenCookies(c, credentials)
  return { accessToken: credentials.accessToken }
}

/** With `SIGNUP_DISCLOSURE=hidden`: the same words whatever becomes of it, which is told to the mailbox. */
export const hiddenAnswer = (c: AppContext) => ({
  message: say(
    c,
    'If this address can be used, an email is on its way to it. Confirm the address, then sign in.',
  ),
})
