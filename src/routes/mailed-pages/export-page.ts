import { html } from 'hono/html'
import type { Auth } from '../../core/accounts/auth/auth.ts'
import { LogIn } from '../../core/accounts/auth/passwords.model.ts'
import { LogInByPasskey, LogInSecondFactor } from '../../core/accounts/auth/second-factors.model.ts'
import type { Caller } from '../../core/kernel/actor.ts'
import { mailedPages } from '../../core/platform/mail/mailed-pages.model.ts'
import type { Exports } from '../../core/privacy/exports/exports.ts'
import { callerWithDevice } from '../../http/cookies.ts'
import { parseJson } from '../../http/json-body.ts'
import { type Asked, type Fields, form, input, type MailedPage, paragraph, type Shown } from './page.ts'
import { passkeyForm } from './passkey-script.ts'

/** Null where a code is still wanted. It is of one who signs in for a moment, at a computer that may be of many. */
async function signIn(auth: Auth, fields: Fields, caller: Caller) {
  const { email = '', password = '', code = '', passkey, challengeToken } = fields
  if (passkey !== undefined) {
    const answer = { challengeToken, passkey: parseJson(passkey), sharedDevice: true }
    return auth.byPasskey.logIn(LogInByPasskey.parse(answer), caller)
  }
  const outcome = await auth.logIn(LogIn.parse({ email, password, sharedDevice: true }), caller)
  if (!('mfaToken' in outcome)) return outcome
  const typed = code.trim()
  if (typed === '') return null
  const { mfaToken } = outcome
  const asDigits = LogInSecondFactor.safeParse({ mfaToken, code: typed })
  return auth.logInSecondFactor(
    asDigits.success ? asDigits.data : LogInSecondFactor.parse({ mfaToken, recoveryCode: typed }),
    caller,
  )
}

/** Signs in, hands out the link, and signs out: there is nothing else to do here. */
export const exportPage = (auth: Auth, exports: Exports): MailedPage => {
  const shown = ({ words, hrefOf }: Asked, email?: string): Shown => {
    const said = words.dataExport
    const inputs = [
      input({
        name: 'email',
        label: said.email,
        type: 'email',
        autocomplete: 'username',
        value: email,
      }),
      input({ name: 'password', label: said.password, type: 'password', autocomplete: 'current-password' }),
      input({ name: 'code', label: said.code, autocomplete: 'one-time-code', isOptional: true }),
    ]
    return {
      title: said.title,
      content: [
        paragraph(said.question),
        form('', said.button, inputs),
        passkeyForm(words),
        html`<p class="small">${said.noPassword} <a href="${hrefOf(mailedPages.forgotPassword.ours)}">${words.forgotPassword.title}</a></p>`,
      ],
      hasScript: true,
    }
  }
  return {
    path: mailedPages.dataExport.ours,
    hasToken: false,
    titleIn: (words) => words.dataExport.title,
    show: async (asked) => shown(asked),
    async act(asked, fields) {
      const { c, words } = asked
      const said = words.dataExport
      const signedIn = await signIn(auth, fields, callerWithDevice(c))
      if (signedIn === null) return { ...shown(asked, fields['email']), problem: said.codeNeeded }
      const { accessToken, refreshToken } = signedIn
      try {
        const verdict = await auth.verifyToken(accessToken)
        if (verdict.verdict !== 'valid') throw new Error('a token that was just issued is not valid')
        const { actor } = await auth.authenticate(verdict.claims, { isFresh: true, isBackground: false })
        const view = await exports.request(actor, asked.caller)
        if (view.status === 'preparing') return { title: said.title, content: [paragraph(said.preparing)] }
        return {
          title: said.title,
          content: [
            paragraph(said.ready),
            html`<p><a class="button" href="${view.url}" rel="noreferrer">${said.download}</a></p>`,
          ],
        }
      } finally {
        await auth.logOut({ accessTokens: [accessToken], refreshTokens: [refreshToken] }, asked.caller)
      }
    },
  }
}
