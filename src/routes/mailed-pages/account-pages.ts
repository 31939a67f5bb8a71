import { html } from 'hono/html'
import type { Auth } from '../../core/accounts/auth/auth.ts'
import { ForgotPassword, ResetPassword } from '../../core/accounts/auth/recovery.model.ts'
import { mailedPages } from '../../core/platform/mail/mailed-pages.model.ts'
import { callerWithDevice, setDeviceCookie } from '../../http/cookies.ts'
import { type Asked, done, form, input, type MailedPage, paragraph, type Shown } from './page.ts'
import type { Words } from './words-en.ts'

/** The link is of no use any more. Where another can be asked for, it says where. */
const expired = ({ words, hrefOf }: Asked, title: string, canAskAgain: boolean): Shown => ({
  title,
  content: [
    paragraph(words.expired),
    ...(canAskAgain
      ? [html`<p><a href="${hrefOf(mailedPages.forgotPassword.ours)}">${words.askAgain}</a></p>`]
      : []),
  ],
})

type ButtonName = 'verifyEmail' | 'undoEmailChange' | 'notMe' | 'cancelRecovery'

/** A question and a button. */
const buttonPage = (
  name: ButtonName,
  isUsable: (token: string) => Promise<boolean>,
  press: (asked: Asked) => Promise<void>,
): MailedPage => ({
  path: mailedPages[name].ours,
  hasToken: true,
  titleIn: (words) => words[name].title,
  async show(asked) {
    const { title, question, button } = asked.words[name]
    if (!(await isUsable(asked.token))) return expired(asked, title, false)
    return { title, content: [paragraph(question), form(asked.token, button)] }
  },
  async act(asked) {
    await press(asked)
    const said = asked.words[name]
    return done(asked, said.title, said.done)
  },
})

function passwordPage(
  name: 'resetPassword' | 'invitation',
  { passwordReset }: Pick<Auth, 'passwordReset'>,
  passwordMinLength: number,
): MailedPage {
  const titleIn = (words: Words) => words[name].title
  return {
    path: mailedPages[name].ours,
    hasToken: true,
    titleIn,
    async show(asked) {
      const { words, token } = asked
      const title = titleIn(words)
      if (!(await passwordReset.isUsable(token))) return expired(asked, title, true)
      const { label, hint, button } = words.resetPassword
      const password = input({
        name: 'newPassword',
        label,
        type: 'password',
        autocomplete: 'new-password',
        hint: hint(passwordMinLength),
      })
      return { title, content: [paragraph(words[name].question), form(token, button, [password])] }
    },
    async act(asked, { newPassword = '' }) {
      const { c, words, token } = asked
      const caller = callerWithDevice(c)
      const device = await passwordReset.reset(ResetPassword.parse({ token, newPassword }), caller)
      setDeviceCookie(c, device, { isOwn: caller.device !== undefined })
      return done(asked, titleIn(words), words.resetPassword.done)
    },
  }
}

const forgotPasswordPage = ({ passwordReset }: Pick<Auth, 'passwordReset'>): MailedPage => ({
  path: mailedPages.forgotPassword.ours,
  hasToken: false,
  titleIn: (words) => words.forgotPassword.title,
  async show({ words }) {
    const { title, question, label, button } = words.forgotPassword
    const email = input({ name: 'email', label, type: 'email', autocomplete: 'email' })
    return { title, content: [paragraph(question), form('', button, [email])] }
  },
  async act(asked, { email }) {
    const { title, done: text } = asked.words.forgotPassword
    await passwordReset.ask(ForgotPassword.parse({ email }).email, asked.caller)
    return done(asked, title, text)
  },
})

/** What an account is confirmed, won back and protected by. */
export const accountPages = (auth: Auth, passwordMinLength: number): readonly MailedPage[] => {
  const { assistedRecovery, emailVerification, takingBack } = auth
  const takeBack = (name: 'undoEmailChange' | 'notMe', flow: 'undo-email-change' | 'not-me') =>
    buttonPage(
      name,
      (token) => takingBack.isUsable(flow, token),
      ({ token, caller }) => takingBack.takeBack(flow, token, caller),
    )
  return [
    buttonPage('verifyEmail', emailVerification.isUsable, async ({ token, caller }) => {
      await emailVerification.verify({ token }, null, caller)
    }),
    takeBack('undoEmailChange', 'undo-email-change'),
    takeBack('notMe', 'not-me'),
    buttonPage('cancelRecovery', assistedRecovery.isCancelable, ({ token, caller }) =>
      assistedRecovery.cancel(token, caller),
    ),
    passwordPage('resetPassword', auth, passwordMinLength),
    passwordPage('invitation', auth, passwordMinLength),
    forgotPasswordPage(auth),
  ]
}
