import { ask } from '../../api/ask.ts'
import { v1 } from '../../api/client.ts'
import { signInNews } from '../../state/session.ts'

/**
 * Asks for the mail that leads back in: its link sets a new password, and its code lets the right one in on a device that
 * is not known, while strangers guess. Answers what went wrong, or nothing.
 */
export async function mailCode(email: string): Promise<string | undefined> {
  const answer = await ask(v1.auth['forgot-password'].$post({ json: { email } }))
  if (!answer.ok) return answer.problem.message
  signInNews.value = `${answer.value.message} A code for whoever knows the password is in the same mail.`
  return undefined
}
