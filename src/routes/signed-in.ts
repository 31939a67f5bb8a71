import { z } from '@hono/zod-openapi'
import { LoggedInUser } from '../core/accounts/auth/auth.model.ts'
import type { LoggedIn } from '../core/accounts/auth/open-session.ts'
import { setTokenCookies } from '../http/cookies.ts'
import type { AppContext } from '../http/request-context.ts'

/** What every way of signing in answers. */
export const SignedIn = z.object({ user: LoggedInUser, accessToken: z.string() }).meta({ id: 'SignedIn' })

/** Sets both cookies and makes the answer. */
export function welcome(c: AppContext, loggedIn: LoggedIn): z.infer<typeof SignedIn> {
  setTokenCookies(c, loggedIn)
  const { id, email, name, avatar, role } = loggedIn.user
  return { user: { id, email, name, avatar, role }, accessToken: loggedIn.accessToken }
}

/** With `SIGNUP_DISCLOSURE=hidden`: the same words whatever becomes of it, which is told to the mailbox. */
export const hiddenAnswer = {
  message: 'If this address can be used, an email is on its way to it. Confirm the address, then sign in.',
}
